import { EntityManager } from '@mikro-orm/postgresql';
import { Refund } from '../src/top-ups/refunds/refund.entity.js';
import { RefundBook } from '../src/top-ups/refunds/refund-book.js';
import { RefundQueue } from '../src/top-ups/refunds/refund-queue.js';
import { readPurchase } from '../src/top-ups/refunds/purchase-returns.js';
import { newTenantClient } from './support/api-client.js';
import { StripeStandIn } from './stripe-stand-in/stripe-stand-in.js';
import { startTestApp, type TestApp } from './support/app.js';
import { createTestDatabase } from './support/database.js';
import { expectSoundLedger } from './support/invariants.js';
import { ACTOR } from './support/ledger.js';
import { RefundScene } from './support/refund-scene.js';

const REFUNDS = '/v1/refunds';

describe('refunds of top-ups', () => {
  let stripe: StripeStandIn;
  let service: TestApp;
  let scene: RefundScene;
  beforeAll(async () => {
    stripe = await StripeStandIn.start({ clock: { now: () => service.clock.now() } });
    const config = { stripeApiBase: stripe.url, paymentTimeoutMs: 1500 };
    service = await startTestApp({ database: await createTestDatabase(), config });
    scene = await RefundScene.create(service, stripe);
  });
  afterEach(async () => {
    stripe.faults.clear();
    await scene.settle();
    await expectSoundLedger(service.get(EntityManager));
  });
  afterAll(async () => {
    await service.close();
    await stripe.close();
  });

  it('of the whole take all credits of the purchase, send the money back once, and show on invoice and payment', async () => {
    const { walletId, topUpId, paymentId } = await scene.buy();
    const [status, refund] = await scene.refund(topUpId, { reason: 'ordered twice' });
    expect([status, refund]).toMatchObject([
      200,
      { status: 'succeeded', amount_minor: 5000, credits: '50', debt_credits: '0', origin: 'request' },
    ]);
    await scene.settle();
    expect(await scene.wallet(walletId)).toEqual(['5', '0', '0']);
    expect(scene.sentBack(paymentId)).toBe(5000);
    expect(await scene.invoice(topUpId)).toMatchObject({ payment_status: 'REFUNDED', refunded_amount: '50' });
    expect(await scene.paymentStatus(topUpId)).toBe('REFUNDED');
    const told = await scene.told(walletId);
    expect(told).toMatchObject([
      { event_type: 'auto_topup.paused', auto_topup: { reason_code: 'top_up_refunded' } },
      {
        event_type: 'top_up.refunded',
        refund: { id: refund.id, top_up_id: topUpId, amount_minor: 5000, credits: '50', reason: 'ordered twice' },
      },
    ]);
    expect(await scene.refund(topUpId)).toMatchObject([400, { code: 'nothing_to_refund' }]);
    // What was just given back is not bought again, though the balance is low.
    service.clock.advance(3_600_000);
    await scene.topUps.runTask();
    expect(await scene.topUps.topUps(walletId)).toHaveLength(1);
  });

  it('of amounts take as large a part of the credits, are never more in all than was charged, and end as the whole', async () => {
    const { walletId, topUpId, paymentId } = await scene.buy();
    expect(await scene.refund(topUpId, { amount: '20.00' })).toMatchObject([
      200,
      { amount_minor: 2000, credits: '20' },
    ]);
    expect(await scene.wallet(walletId)).toEqual(['35', '0', '0']);
    expect(await scene.invoice(topUpId)).toMatchObject({ payment_status: 'PARTIALLY_REFUNDED' });
    expect(await scene.paymentStatus(topUpId)).toBe('PARTIALLY_REFUNDED');
    expect(await scene.refund(topUpId, { amount: '30.01' })).toMatchObject([400, { code: 'refund_too_large' }]);
    expect(await scene.refund(topUpId)).toMatchObject([200, { amount_minor: 3000, credits: '30' }]);
    expect(await scene.wallet(walletId)).toEqual(['5', '0', '0']);
    expect(scene.sentBack(paymentId)).toBe(5000);
    expect(await scene.paymentStatus(topUpId)).toBe('REFUNDED');
  });

  it('refuse spent credits unless they are to be owed or forgiven, and give back what is unspent', async () => {
    const bought = await scene.buy();
    const { walletId, topUpId, paymentId } = bought;
    await scene.spend(walletId, '20');
    expect(await scene.refund(topUpId)).toMatchObject([
      400,
      { code: 'credits_spent', details: { spent_credits: '20', unspent_minor: 3000 } },
    ]);
    expect(scene.sentBack(paymentId)).toBe(0);
    expect(await scene.refund(topUpId, { unspent: true })).toMatchObject([200, { amount_minor: 3000, credits: '30' }]);
    expect(await scene.refund(topUpId, { unspent: true })).toMatchObject([400, { code: 'nothing_unspent' }]);
    expect(await scene.wallet(walletId)).toEqual(['5', '0', '0']);
    // The 5 free ones that are left repay a part of what is owed, at once.
    expect(await scene.refund(topUpId, { amount: '15', on_spent: 'debt' })).toMatchObject([
      200,
      { credits: '15', debt_credits: '15' },
    ]);
    expect(await scene.wallet(walletId)).toEqual(['-10', '0', '10']);
    expect(await scene.refund(topUpId, { on_spent: 'forgive' })).toMatchObject([
      200,
      { amount_minor: 500, credits: '0', forgiven_credits: '5' },
    ]);
    expect(await scene.wallet(walletId)).toEqual(['-10', '0', '10']);
    expect(scene.sentBack(paymentId)).toBe(5000);
  });

  it('with one key are one, also when they are asked for at once, and of many at once no more than what was charged goes back', async () => {
    const { walletId, topUpId, paymentId } = await scene.buy();
    const same = { amount: '10', idempotency_key: 'once' };
    const answers = await Promise.all([
      scene.refund(topUpId, same),
      scene.refund(topUpId, same),
      scene.refund(topUpId, same),
    ]);
    expect(new Set(answers.map(([, { id }]) => id)).size).toBe(1);
    expect(await scene.refund(topUpId, { ...same, amount: '11' })).toMatchObject([422, {}]);
    const many = await Promise.all(Array.from({ length: 6 }, () => scene.refund(topUpId, { amount: '15' })));
    expect(many.map(([status]) => status).toSorted((a, b) => a - b)).toEqual([200, 200, 400, 400, 400, 400]);
    await scene.settle();
    expect(scene.sentBack(paymentId)).toBe(4000);
    expect(await scene.wallet(walletId)).toEqual(['15', '0', '0']);
  });

  it.each(['reset', 'hang', 'server_error'] as const)(
    'whose answer was lost (%s) stay pending, are asked for again under their key, and are sent once',
    async (kind) => {
      const { walletId, topUpId, paymentId } = await scene.buy();
      stripe.faults.add({ method: 'POST', path: REFUNDS, times: 3, fault: { kind, when: 'after' } });
      stripe.webhookScript.add({ types: ['*'], copies: 0 });
      const [, refund] = await scene.refund(topUpId);
      expect(refund).toMatchObject({ status: 'pending', credits: '50' });
      expect(await scene.wallet(walletId)).toEqual(['5', '0', '0']);
      stripe.faults.clear();
      service.clock.advance(120_000);
      await scene.topUps.runTask();
      await scene.settle();
      expect((await scene.returns(topUpId)).refunds).toMatchObject([{ id: refund.id, status: 'succeeded' }]);
      expect(scene.sentBack(paymentId)).toBe(5000);
      stripe.webhookScript.clear();
    },
  );

  it('that died between their commit and the call of the provider are sent by the scheduled task', async () => {
    const { walletId, topUpId, paymentId } = await scene.buy();
    const em = service.get(EntityManager).fork();
    const topUp = await service.get(RefundQueue).findTopUp(scene.topUps.scope, { id: topUpId });
    const purchase = await readPurchase(em, topUp as never);
    const request = { ask: { kind: 'whole' as const }, onSpent: 'refuse' as const, reason: '', actor: ACTOR };
    // What the process has committed when it dies; its lease is 60 s.
    await service.get(RefundBook).ask(purchase, request);
    await scene.topUps.runTask();
    await scene.settle();
    expect(scene.sentBack(paymentId)).toBe(0);
    expect(await scene.wallet(walletId)).toEqual(['5', '0', '0']);
    service.clock.advance(61_000);
    await scene.topUps.runTask();
    await scene.settle();
    expect(scene.sentBack(paymentId)).toBe(5000);
    expect((await scene.returns(topUpId)).refunds).toMatchObject([{ status: 'succeeded' }]);
  });

  it('that fail at the provider, even later, give the credits back and the debt with them, and say so', async () => {
    const { walletId, topUpId } = await scene.buy();
    await scene.spend(walletId, '20');
    const [, { id }] = await scene.refund(topUpId, { on_spent: 'debt' });
    expect(await scene.wallet(walletId)).toEqual(['-15', '0', '15']);
    const [refund] = (await scene.returns(topUpId)).refunds;
    stripe.dashboard.failRefund(refund?.provider_refund_id as string);
    await scene.settle();
    expect((await scene.returns(topUpId)).refunds).toMatchObject([
      { id, status: 'failed', credits: '0', failure_message: 'expired_or_canceled_card' },
    ]);
    // 35 as before: what had repaid the debt has come back, too.
    expect(await scene.wallet(walletId)).toEqual(['35', '0', '0']);
    expect(await scene.invoice(topUpId)).toMatchObject({ payment_status: 'SUCCEEDED' });
    expect((await scene.told(walletId)).map(({ event_type: type }) => type)).toEqual([
      'auto_topup.paused',
      'top_up.refunded',
      'top_up.refund_failed',
    ]);
    expect(await scene.refund(topUpId, { unspent: true })).toMatchObject([200, { status: 'succeeded' }]);
  });

  it('that the provider refuses give the credits back at once', async () => {
    const { walletId, topUpId, paymentId } = await scene.buy();
    stripe.webhookScript.add({ types: ['*'], copies: 0 });
    stripe.dashboard.refund(paymentId, 4000);
    expect(await scene.refund(topUpId, { amount: '20' })).toMatchObject([200, { status: 'failed', credits: '0' }]);
    expect(await scene.wallet(walletId)).toEqual(['55', '0', '0']);
    stripe.webhookScript.clear();
  });

  it('made in the dashboard take the credits too, spent ones as debt, however often and in which order they are told', async () => {
    const { walletId, topUpId, paymentId } = await scene.buy();
    await scene.spend(walletId, '40');
    stripe.webhookScript.add({ types: ['*'], copies: 2, shuffleMs: 30 });
    const own = scene.refund(topUpId, { amount: '5' });
    stripe.dashboard.refund(paymentId, 3000);
    await own;
    await scene.settle();
    stripe.webhookScript.clear();
    const { refunds } = await scene.returns(topUpId);
    const made = refunds.map(({ origin, amount_minor: amount, credits }) => [origin, amount, credits] as const);
    expect(made.toSorted(([a], [b]) => a.localeCompare(b))).toEqual([
      ['provider', 3000, '30'],
      ['request', 500, '5'],
    ]);
    expect(refunds.every(({ status }) => status === 'succeeded')).toBe(true);
    // 15 were left, 35 are taken.
    expect(await scene.wallet(walletId)).toEqual(['-20', '0', '20']);
    expect(scene.sentBack(paymentId)).toBe(3500);
    expect(await service.get(EntityManager).fork().count(Refund, { topUpId })).toBe(2);
  });

  it('of another tenant, and of what was not charged, are refused', async () => {
    const { walletId, topUpId, paymentId } = await scene.buy();
    const stranger = await newTenantClient(service);
    await stranger.post(`/v1/top-ups/${topUpId}/refund`).expect(404);
    await stranger.get(`/v1/top-ups/${topUpId}/returns`).expect(404);
    expect(await scene.refund('topup_unknown')).toMatchObject([404, {}]);
    expect(await scene.refund(topUpId, { amount: '1', unspent: true })).toMatchObject([400, {}]);
    expect(await scene.refund(topUpId, { amount: '0.001' })).toMatchObject([400, {}]);
    expect(scene.sentBack(paymentId)).toBe(0);
    expect(await scene.wallet(walletId)).toEqual(['55', '0', '0']);
  });
});
