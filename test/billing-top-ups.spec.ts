import { EntityManager } from '@mikro-orm/postgresql';
import supertest, { type Test } from 'supertest';
import { EventEngine } from '../src/payments/stripe/event-engine.js';
import { ProviderEvent } from '../src/payments/stripe/provider-event.entity.js';
import { Reconciliation } from '../src/top-ups/reconciliation/reconciliation.service.js';
import { Dispute } from '../src/top-ups/refunds/dispute.entity.js';
import { Refund } from '../src/top-ups/refunds/refund.entity.js';
import { RefundsService } from '../src/top-ups/refunds/refunds.service.js';
import { startTestApp, type TestApp } from './support/app.js';
import { BILLING_SECRET, type BillingFault, BillingSystem, signedHeaders } from './support/billing-system.js';
import { connectBilling } from './support/connect-billing.js';
import { expectSoundLedger } from './support/invariants.js';
import { TopUpScene } from './support/top-ups.js';

const CONFIRM = 'payment.confirm';
const PAID = { id: 'bill_1', status: 'succeeded', amount_minor: 5000, currency: 'usd' };

describe('top-ups charged by the billing system of a tenant', () => {
  let system: BillingSystem;
  let service: TestApp;
  let scene: TopUpScene;
  beforeAll(async () => {
    service = await startTestApp({ config: { paymentTimeoutMs: 500 } });
  });
  beforeEach(async () => {
    system = await BillingSystem.start(() => service.clock.now());
    scene = await TopUpScene.create(service);
    await connectBilling(service, scene.scope, system.url);
  });
  afterEach(async () => {
    system.clearFaults();
    await settled();
    await expectSoundLedger(service.get(EntityManager));
    expect(system.forgeries).toBe(0);
    await system.close();
  });
  afterAll(() => service.close());

  /** A wallet with 20 credits that buys 50 when it has 10 or fewer, and a debit that leaves it 5. */
  async function spend(card: string): Promise<string> {
    const { walletId } = await scene.newWallet('20', card);
    await scene.setAutoTopUp(walletId, { threshold: '10', amount: '50' });
    await scene.ledger.debit(walletId, '15');
    await scene.settle();
    return walletId;
  }
  const topUpOf = async (walletId: string) => (await scene.topUps(walletId))[0];
  async function lookLater(minutes: number): Promise<void> {
    service.clock.advance(minutes * 60_000);
    await scene.runTask();
  }
  async function settled(): Promise<void> {
    await service.get(EventEngine).idle();
    await scene.settle();
  }
  const nowS = () => Math.floor(service.clock.now().getTime() / 1000);
  function send(text: string, headers: object, environmentId = scene.scope.environmentId): Test {
    return supertest(service.url)
      .post(`/v1/payments/webhooks/tenant/${environmentId}`)
      .set({ 'content-type': 'application/json', ...headers })
      .send(text);
  }
  const changed = (paymentId: unknown) =>
    JSON.stringify({ type: 'payment.changed', data: { payment_id: paymentId } }, null, 1);
  async function tell(paymentId: string, id = `msg_${paymentId}`): Promise<void> {
    const text = changed(paymentId);
    expect((await send(text, signedHeaders(text, id, nowS()))).status).toBe(200);
  }
  const kept = () => service.get(EntityManager).fork().find(ProviderEvent, scene.scope);

  it('are charged once and credited, with keys that say which top-up and attempt', async () => {
    const walletId = await spend('card_visa');
    const topUp = await topUpOf(walletId);
    expect(topUp).toMatchObject({ topUpStatus: 'succeeded', provider: 'webhook', attempt: 1, paymentId: 'bill_1' });
    expect(await scene.balance(walletId)).toBe('55');
    expect(system.charges).toEqual(['bill_1']);
    const keyed = system.calls.filter(({ key }) => key !== undefined);
    expect(keyed.map(({ type, key }) => [type, key])).toEqual([
      ['payment.create', `topup:${topUp?.id}:create`],
      ['payment.confirm', `topup:${topUp?.id}:confirm:1`],
    ]);
    const { priceMinor: amount_minor, currency } = topUp ?? {};
    expect(keyed[0]?.data).toMatchObject({ top_up_id: topUp?.id, amount_minor, currency });
    expect(scene.charges()).toEqual([]);
  });

  it.each<[string, BillingFault]>([
    ['never comes', { kind: 'hang', when: 'after' }],
    ['is a reset', { kind: 'reset', when: 'after' }],
    ['is a 500', { kind: 'server_error', when: 'after' }],
    ['is cut off', { kind: 'truncate' }],
    ['is not JSON', { kind: 'says', body: 'charged!' }],
    ['is of another payment', { kind: 'says', body: { payment: { ...PAID, id: 'bill_9' } } }],
    ['is of another amount', { kind: 'says', body: { payment: { ...PAID, amount_minor: 4999 } } }],
    ['is of another currency', { kind: 'says', body: { payment: { ...PAID, currency: 'eur' } } }],
  ])('are not known where the answer to a charge %s, and are settled by asking, charged once', async (_name, fault) => {
    system.fail(CONFIRM, fault);
    const walletId = await spend('card_visa');
    expect(await topUpOf(walletId)).toMatchObject({ topUpStatus: 'unknown', attempt: 1 });
    expect(await scene.balance(walletId)).toBe('5');
    await lookLater(1);
    expect(await topUpOf(walletId)).toMatchObject({ topUpStatus: 'succeeded', attempt: 1 });
    expect(await scene.balance(walletId)).toBe('55');
    expect(system.charges).toEqual(['bill_1']);
  });

  it.each(['payment.create', CONFIRM])('are asked for again by the same key where %s got lost', async (type) => {
    system.fail(type, { kind: 'reset', when: 'before' });
    const walletId = await spend('card_visa');
    expect(await topUpOf(walletId)).toMatchObject({ topUpStatus: 'unknown' });
    await lookLater(1);
    expect(await topUpOf(walletId)).toMatchObject({ topUpStatus: 'succeeded', attempt: 1 });
    const same = system.calls.filter((call) => call.type === type);
    expect(same).toHaveLength(2);
    // The whole message is the same, also by the id that its signature is made with.
    expect(same[1]).toEqual(same[0]);
    expect(system.charges).toHaveLength(1);
  });

  it('make one payment where the answer to its making was lost', async () => {
    system.fail('payment.create', { kind: 'hang', when: 'after' });
    const walletId = await spend('card_visa');
    await lookLater(1);
    expect(await topUpOf(walletId)).toMatchObject({ topUpStatus: 'succeeded' });
    expect([system.payments.size, system.charges.length]).toEqual([1, 1]);
  });

  it('stay open where the wrong money is said to be paid, again and again, and credit nothing', async () => {
    const wrong: BillingFault = { kind: 'says', body: { payment: { ...PAID, amount_minor: 1 } } };
    system.fail(CONFIRM, wrong, 0);
    system.fail('payment.retrieve', wrong, 0);
    const walletId = await spend('card_visa');
    for (const minutes of [1, 3, 11, 61]) await lookLater(minutes);
    expect(await topUpOf(walletId)).toMatchObject({ topUpStatus: 'unknown', lastErrorCode: 'payment_mismatch' });
    expect(await scene.balance(walletId)).toBe('5');
    expect(system.charges).toHaveLength(1);
  });

  it('wait for their next try after a decline, and end after one for good, given up there', async () => {
    const walletId = await spend('card_no_funds');
    expect(await topUpOf(walletId)).toMatchObject({ topUpStatus: 'retry_wait', lastErrorCode: 'insufficient_funds' });
    const lost = await spend('card_lost');
    expect(await topUpOf(lost)).toMatchObject({ topUpStatus: 'failed', lastErrorCode: 'lost_card' });
    expect(system.payments.get('bill_2')?.state).toEqual({ status: 'canceled' });
    expect(system.charges).toEqual([]);
  });

  it('wait where they come too fast, for as long as they are told', async () => {
    const body = { error: { code: 'busy', message: 'Later.' } };
    system.fail(CONFIRM, { kind: 'says', status: 429, body, headers: { 'retry-after': '30' } });
    // It answers so after its work, which a card that is slow makes harmless.
    const walletId = await spend('card_slow');
    const before = service.clock.now().getTime();
    expect((await topUpOf(walletId))?.nextAttemptAt.getTime()).toBe(before + 30_000);
  });

  it('are settled as soon as the billing system tells of them, once, however often it does', async () => {
    const walletId = await spend('card_slow');
    expect(await topUpOf(walletId)).toMatchObject({ topUpStatus: 'processing' });
    system.finish('bill_1', { status: 'succeeded' });
    await Promise.all([tell('bill_1'), tell('bill_1'), tell('bill_1')]);
    await tell('bill_1', 'msg_again');
    await settled();
    expect(await topUpOf(walletId)).toMatchObject({ topUpStatus: 'succeeded', attempt: 1 });
    expect(await scene.balance(walletId)).toBe('55');
    expect(new Map((await kept()).map(({ id, eventStatus }) => [id, eventStatus]))).toEqual(
      new Map([
        ['webhook-returns:msg_again', 'done'],
        ['webhook-returns:msg_bill_1', 'done'],
        ['webhook:msg_again', 'done'],
        ['webhook:msg_bill_1', 'done'],
      ]),
    );
  });

  it('are not settled by what a message says: the payment is asked for', async () => {
    const walletId = await spend('card_slow');
    const text = JSON.stringify({ type: 'payment.changed', data: { ...PAID, payment_id: 'bill_1' } });
    expect((await send(text, signedHeaders(text, 'msg_1', nowS()))).status).toBe(200);
    await settled();
    expect(await topUpOf(walletId)).toMatchObject({ topUpStatus: 'processing' });
    expect(await scene.balance(walletId)).toBe('5');
  });

  it('are taken up by the scheduled task where the message could not be worked on', async () => {
    const walletId = await spend('card_slow');
    system.finish('bill_1', { status: 'succeeded' });
    system.fail('payment.retrieve', { kind: 'server_error', when: 'before' });
    await tell('bill_1');
    await settled();
    expect(await topUpOf(walletId)).toMatchObject({ topUpStatus: 'unknown' });
    await lookLater(3);
    expect(await topUpOf(walletId)).toMatchObject({ topUpStatus: 'succeeded' });
    expect(system.charges).toHaveLength(1);
  });

  it('are told of by nobody else', async () => {
    const walletId = await spend('card_slow');
    system.finish('bill_1', { status: 'succeeded' });
    const text = changed('bill_1');
    const good = signedHeaders(text, 'msg_1', nowS());
    const unconnected = (await TopUpScene.create(service)).scope.environmentId;
    const forgeries: [string, object, string?][] = [
      [text, {}],
      [text, { ...good, 'webhook-signature': '' }],
      [text, signedHeaders(text, 'msg_1', nowS(), `whsec_${Buffer.alloc(32, 9).toString('base64')}`)],
      [text, signedHeaders(text, 'msg_1', nowS() - 301)],
      [text, signedHeaders(text, 'msg_1', nowS() + 301)],
      [text, { ...good, 'webhook-id': 'msg_2' }],
      [text, { ...good, 'webhook-timestamp': String(nowS() + 1) }],
      [JSON.stringify(JSON.parse(text)), good],
      ['', good],
      [text, good, unconnected],
      [text, good, 'env_unknown'],
    ];
    for (const [body, headers, environmentId] of forgeries) {
      const response = await send(body, headers, environmentId);
      expect([response.status, response.body.code]).toEqual([400, 'invalid_signature']);
    }
    await settled();
    expect(await kept()).toEqual([]);
    expect(await topUpOf(walletId)).toMatchObject({ topUpStatus: 'processing' });
    for (const seconds of [nowS() - 300, nowS() + 300]) {
      expect((await send(text, signedHeaders(text, 'msg_1', seconds))).status).toBe(200);
    }
  });

  it('take no message that says nothing', async () => {
    const ids = ['', 5, 'a b', 'x'.repeat(256)];
    for (const text of ['', 'not json', '[]', '{"type": 5}', ...ids.map(changed)]) {
      const { status, body } = await send(text, signedHeaders(text, 'msg_1', nowS()));
      expect([status, body.code]).toEqual([400, 'invalid_message']);
    }
    expect(await kept()).toEqual([]);
  });

  it('take no request of ours that somebody sends back, and no message of another kind', async () => {
    for (const type of ['payment.confirm', 'payment.canceled']) {
      const text = JSON.stringify({ type, data: { payment_id: 'bill_1' } });
      const { status } = await send(text, signedHeaders(text, 'msg_1', nowS(), BILLING_SECRET));
      expect(status).toBe(200);
    }
    expect(await kept()).toEqual([]);
  });

  it('are paid by a payment each: one that comes under the id of another is not charged', async () => {
    const first = await spend('card_visa');
    system.fail('payment.create', { kind: 'says', body: { payment: PAID } });
    const second = await spend('card_visa');
    expect(await topUpOf(first)).toMatchObject({ topUpStatus: 'succeeded', paymentId: 'bill_1' });
    expect(await topUpOf(second)).toMatchObject({ topUpStatus: 'charging', paymentId: null });
    expect(await scene.balance(second)).toBe('5');
    expect(system.charges).toEqual(['bill_1']);
    await lookLater(2);
    expect(await topUpOf(second)).toMatchObject({ topUpStatus: 'succeeded', paymentId: 'bill_2' });
    expect(system.charges).toEqual(['bill_1', 'bill_2']);
  });

  it('go back as a refund where the wallet was closed meanwhile', async () => {
    const walletId = await spend('card_slow');
    await scene.ledger.close(walletId);
    system.finish('bill_1', { status: 'succeeded' });
    await tell('bill_1');
    await settled();
    expect(await topUpOf(walletId)).toMatchObject({ topUpStatus: 'refunded' });
    expect([...(system.payments.get('bill_1')?.refunds.values() ?? [])]).toMatchObject([{ amount_minor: 5000 }]);
  });

  it('lose the credits of money that the billing system gave back itself, once, however often it tells', async () => {
    const walletId = await spend('card_visa');
    system.refund('bill_1', 2000);
    await tell('bill_1', 'msg_1');
    await tell('bill_1', 'msg_2');
    await settled();
    expect(await scene.balance(walletId)).toBe('35');
    const refunds = await service.get(EntityManager).fork().find(Refund, { walletId });
    expect(refunds).toMatchObject([
      { origin: 'provider', refundStatus: 'succeeded', amountMinor: 2000, providerRefundId: 'bill_1_r1' },
    ]);
  });

  it('have their credits frozen while the holder of the card denies them, and lose them with the dispute', async () => {
    const walletId = await spend('card_visa');
    system.dispute('bill_1', 'open');
    await tell('bill_1', 'msg_1');
    await settled();
    expect(await scene.ledger.evaluate(walletId)).toMatchObject({ balance: '55', held: '50' });
    system.dispute('bill_1', 'lost');
    await tell('bill_1', 'msg_2');
    await settled();
    expect(await scene.ledger.evaluate(walletId)).toMatchObject({ balance: '5', held: '0' });
    const [dispute] = await service.get(EntityManager).fork().find(Dispute, { walletId });
    expect(dispute).toMatchObject({ disputeStatus: 'lost', amountMinor: 5000, feeMinor: 1500, feeCurrency: 'usd' });
  });

  it('are told of without a word in the log where nothing has gone back and nothing is paid yet', async () => {
    await spend('card_slow');
    await tell('bill_1');
    await settled();
    expect((await kept()).map(({ eventStatus }) => eventStatus)).toEqual(['done', 'done']);
  });

  it('are refunded once by a system that knows no lists, and reconciled by nobody: it says so, and fails alone', async () => {
    const walletId = await spend('card_visa');
    const [topUp] = await scene.topUps(walletId);
    for (const type of ['payment.list', 'payment.returns']) {
      system.fail(type, { kind: 'says', status: 422, body: { error: { code: 'unknown_type', message: 'What?' } } }, 0);
    }
    const actor = { keyId: 'key_test', requestId: 'req_test' };
    const wish = { amount: undefined, isUnspentOnly: false, onSpent: 'refuse' as const, reason: '', actor };
    const { refund } = await service.get(RefundsService).refund(scene.scope, topUp?.id as string, wish);
    expect(refund).toMatchObject({ refundStatus: 'succeeded', amountMinor: 5000, providerRefundId: 'bill_1_r1' });
    await tell('bill_1');
    await settled();
    expect((await kept()).map(({ eventStatus }) => eventStatus)).toEqual(['done', 'done']);
    expect(await scene.balance(walletId)).toBe('5');
    const run = await service.get(Reconciliation).run(scene.scope, {});
    expect(run).toMatchObject({
      runStatus: 'failed',
      error: 'webhook: not offered: your billing system answered 422: unknown_type: What?',
      differencesOpen: 0,
    });
  });
});
