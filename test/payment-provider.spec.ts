import { randomUUID } from 'node:crypto';
import type { ListedPayment, PaymentOutcome, PaymentPage } from '../src/payments/payment-provider.js';
import { PROVIDER_RIGS, type ProviderRig, SKIPPED_RIGS } from './support/provider-rigs.js';

const PURCHASE = { walletId: 'w', trigger: 'manual', credits: '12.5', units: 2, packId: null, validityMonths: 12 };
const SUCCEEDED = { kind: 'succeeded', amountMinor: 9900, currency: 'usd' };

// A run without the key of a test account says so, instead of looking complete.
// oxlint-disable-next-line jest/no-disabled-tests
if (SKIPPED_RIGS.length > 0) it.skip.each(SKIPPED_RIGS)('%s', () => {});

describe.each(PROVIDER_RIGS)('what every payment provider does: %s', (_name, start) => {
  let rig: ProviderRig;
  let customerId: string;
  /** Ids and keys of a test are its own: a provider keeps them longer than a run. */
  let run: string;
  beforeAll(async () => {
    rig = await start();
    customerId = await rig.newCustomer();
  });
  beforeEach(() => {
    run = randomUUID();
  });
  afterAll(() => rig?.close());

  const payment = (topUpId: string) => ({
    topUpId: `${run}:${topUpId}`,
    customerId,
    amountMinor: 9900,
    currency: 'usd',
    purchase: PURCHASE,
  });
  async function create(topUpId: string): Promise<string> {
    const outcome = await rig.provider.createPayment(payment(topUpId), `topup:${run}:${topUpId}:create`);
    if (outcome.kind !== 'created') throw new Error(outcome.reason);
    return outcome.paymentId;
  }
  const confirm = (paymentId: string, paymentMethodRef: string, key: string): Promise<PaymentOutcome> =>
    rig.provider.confirmPayment({ paymentId, paymentMethodRef }, `${run}:${key}`);
  const refund = (paymentId: string, key: string, amountMinor?: number) =>
    rig.provider.refundPayment(
      { paymentId, currency: 'usd', ...(amountMinor === undefined ? {} : { amountMinor }) },
      `${run}:${key}`,
    );
  const isCharged = async (id: string) => (await rig.charged()).filter((charged) => charged === id).length;

  it('gives one payment for one idempotency key, and none for the key with another amount', async () => {
    const first = await create('1');
    expect(await create('1')).toBe(first);
    expect(await create('2')).not.toBe(first);
    const other = await rig.provider.createPayment({ ...payment('1'), amountMinor: 1000 }, `topup:${run}:1:create`);
    expect(other.kind).not.toBe('created');
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses to take %p minor units', async (amountMinor) => {
    const outcome = await rig.provider.createPayment({ ...payment('t'), amountMinor }, `${run}:k`);
    expect(outcome).toMatchObject({ kind: 'invalid' });
  });

  it('moves no money before a payment is confirmed', async () => {
    const id = await create('t');
    expect(await rig.provider.retrievePayment(id)).toEqual({ kind: 'requires_confirmation' });
    expect(await isCharged(id)).toBe(0);
  });

  it('lists what was created in a period, page by page, with what it is for', async () => {
    const from = new Date(Math.floor(rig.now().getTime() / 1000) * 1000);
    const made = [await create('list_1'), await create('list_2'), await create('list_3')];
    const period = { from, to: new Date(rig.now().getTime() + 10_000), limit: 2 };
    const listed: ListedPayment[] = [];
    let after: string | null = null;
    do {
      const page: PaymentPage = await rig.provider.listPayments({ ...period, after });
      expect(page.payments.length).toBeLessThanOrEqual(2);
      listed.push(...page.payments);
      after = page.next;
    } while (after !== null);
    const own = listed.filter(({ topUpId }) => topUpId?.startsWith(run));
    expect(own.map(({ paymentId }) => paymentId).toSorted()).toEqual(made.toSorted());
    for (const { status, amountMinor, purchase, environmentId } of own) {
      expect({ status, amountMinor, purchase }).toEqual({
        status: 'open',
        amountMinor: payment('').amountMinor,
        purchase: PURCHASE,
      });
      expect(environmentId).toBe(rig.environmentId);
    }
    const earlier = { ...period, from: new Date(0), to: from, after: null };
    const before = await rig.provider.listPayments({ ...earlier, limit: 100 });
    expect(before.payments.filter(({ paymentId }) => made.includes(paymentId))).toEqual([]);
  });

  it('charges once, however often and with whatever keys it is confirmed', async () => {
    const id = await create('t');
    const { approving } = rig.cards;
    const card = (await rig.provider.attachPaymentMethod({ customerId, token: approving })).providerRef;
    expect(await confirm(id, card, 'k1')).toEqual(SUCCEEDED);
    expect(await confirm(id, card, 'k1')).toEqual(SUCCEEDED);
    expect(await confirm(id, card, 'k2')).toEqual(SUCCEEDED);
    expect(await rig.provider.retrievePayment(id)).toEqual(SUCCEEDED);
    expect(await isCharged(id)).toBe(1);
  });

  it('declines for now and for good, and takes another card afterwards', async () => {
    const id = await create('t');
    const { declinedForNow, declinedForGood, approving } = rig.cards;
    const now = { kind: 'declined', code: 'insufficient_funds', retry: 'later' };
    expect(await confirm(id, declinedForNow, 'k1')).toMatchObject(now);
    expect(await rig.provider.retrievePayment(id)).toMatchObject(now);
    const never = { kind: 'declined', code: 'lost_card', retry: 'never' };
    expect(await confirm(id, declinedForGood, 'k2')).toMatchObject(never);
    expect(await confirm(id, declinedForNow, 'k1')).toMatchObject(now);
    expect(await isCharged(id)).toBe(0);
    expect(await confirm(id, approving, 'k3')).toEqual(SUCCEEDED);
    expect(await isCharged(id)).toBe(1);
  });

  it('fails, and does not wait, where the card asks for its holder', async () => {
    const id = await create('t');
    expect(await confirm(id, rig.cards.askingForItsHolder, 'k')).toEqual({ kind: 'requires_action', actionUrl: null });
    expect(await rig.provider.retrievePayment(id)).toEqual({ kind: 'requires_action', actionUrl: null });
    expect(await isCharged(id)).toBe(0);
  });

  it('gives a payment up, unless the money has moved', async () => {
    const open = await create('1');
    expect(await rig.provider.cancelPayment(open, `${run}:c`)).toEqual({ kind: 'canceled' });
    expect(await rig.provider.cancelPayment(open, `${run}:c again`)).toEqual({ kind: 'canceled' });
    expect(await confirm(open, rig.cards.approving, 'k')).toEqual({ kind: 'canceled' });
    const paid = await create('2');
    await confirm(paid, rig.cards.approving, 'k2');
    expect(await rig.provider.cancelPayment(paid, `${run}:c2`)).toEqual(SUCCEEDED);
    expect([await isCharged(open), await isCharged(paid)]).toEqual([0, 1]);
  });

  it('ends as one of the two when it is confirmed and given up at once', async () => {
    for (let round = 0; round < 5; round += 1) {
      const id = await create(`t${round}`);
      await Promise.all([
        confirm(id, rig.cards.approving, `k${round}`),
        rig.provider.cancelPayment(id, `${run}:c${round}`),
      ]);
      const outcome = await rig.provider.retrievePayment(id);
      expect(['succeeded', 'canceled']).toContain(outcome.kind);
      expect(await isCharged(id)).toBe(outcome.kind === 'succeeded' ? 1 : 0);
    }
  });

  it('refunds the whole of what was charged, once', async () => {
    const id = await create('t');
    expect((await refund(id, 'r')).kind).not.toBe('refunded');
    await confirm(id, rig.cards.approving, 'k');
    expect(await refund(id, 'r2')).toMatchObject({ kind: 'refunded' });
    expect(await refund(id, 'r2')).toMatchObject({ kind: 'refunded' });
    expect(await refund(id, 'r3')).toMatchObject({ kind: 'refunded' });
    expect(await refund(id, 'r4', 1)).toMatchObject({ kind: 'refused' });
  });

  it('refunds parts, each once, and never more than was charged', async () => {
    const id = await create('t');
    await confirm(id, rig.cards.approving, 'k');
    expect(await refund(id, 'r1', 900)).toMatchObject({ kind: 'refunded' });
    expect(await refund(id, 'r1', 900)).toMatchObject({ kind: 'refunded' });
    expect(await refund(id, 'r2', 9001)).toMatchObject({ kind: 'refused' });
    expect(await refund(id, 'r3', 8999)).toMatchObject({ kind: 'refunded' });
    expect(await refund(id, 'r4', 2)).toMatchObject({ kind: 'refused' });
    expect(await refund(id, 'r5')).toMatchObject({ kind: 'refunded' });
    expect(await refund(id, 'r6', 1)).toMatchObject({ kind: 'refused' });
  });

  it('lists what has gone back, each with the key that it was asked for under', async () => {
    const id = await create('l');
    await confirm(id, rig.cards.approving, 'l');
    expect(await rig.provider.readReturns(id)).toEqual({ refunds: [], disputes: [] });
    const first = await refund(id, 'l1', 900);
    await refund(id, 'l1', 900);
    await refund(id, 'l2');
    const { refunds, disputes } = await rig.provider.readReturns(id);
    const listed = refunds.map(({ key, amountMinor, status }) => [key, amountMinor, status]);
    expect(listed.toSorted(([a], [b]) => String(a).localeCompare(String(b)))).toEqual([
      [`${run}:l1`, 900, 'succeeded'],
      [`${run}:l2`, 9000, 'succeeded'],
    ]);
    expect(refunds.map((one) => one.id)).toContain(first.kind === 'refunded' ? first.refundId : undefined);
    expect(disputes).toEqual([]);
  });

  it.each(['nothing', '../charges', 'pi_doesNotExist', 'pay_sandbox_00000000000000000000000000000000'])(
    'knows of no payment %s',
    async (id) => {
      expect(await rig.provider.retrievePayment(id)).toMatchObject({ kind: 'invalid' });
      expect(await confirm(id, rig.cards.approving, `confirm ${id}`)).toMatchObject({ kind: 'invalid' });
      expect(await rig.provider.cancelPayment(id, `${run}:cancel ${id}`)).toMatchObject({ kind: 'invalid' });
      expect((await refund(id, `refund ${id}`)).kind).not.toBe('refunded');
    },
  );

  it('keeps a card, the same by its fingerprint however often it is added', async () => {
    const attach = (token: string) => rig.provider.attachPaymentMethod({ customerId, token });
    const card = await attach(rig.cards.approving);
    expect(card).toMatchObject({ brand: 'visa', last4: '4242', fingerprint: expect.stringMatching(/^\S{8,}$/) });
    expect(card.expiryYear).toBeGreaterThan(2025);
    expect((await attach(rig.cards.approving)).fingerprint).toBe(card.fingerprint);
    for (const token of ['pm_doesNotExist', 'tok_visa', '../x']) {
      await expect(attach(token)).rejects.toMatchObject({
        kind: 'validation',
        fields: { token: [expect.any(String)] },
      });
    }
  });
});
