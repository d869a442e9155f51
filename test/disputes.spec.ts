import { EntityManager } from '@mikro-orm/postgresql';
import { Dispute } from '../src/top-ups/refunds/dispute.entity.js';
import { decimal } from '../src/shared/decimal.js';
import { StripeStandIn } from './stripe-stand-in/stripe-stand-in.js';
import { startTestApp, type TestApp } from './support/app.js';
import { createTestDatabase } from './support/database.js';
import { expectSoundLedger } from './support/invariants.js';
import { RefundScene } from './support/refund-scene.js';

describe('disputes of payments', () => {
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
    stripe.webhookScript.clear();
    await scene.settle();
    await expectSoundLedger(service.get(EntityManager));
  });
  afterAll(async () => {
    await service.close();
    await stripe.close();
  });

  const typesOf = async (walletId: string) => (await scene.told(walletId)).map(({ event_type: type }) => type);
  const pausedReason = async (walletId: string) => {
    const { body } = await scene.client.get(`/v1/wallets/${walletId}`).expect(200);
    return body.auto_topup?.paused_reason as string | null;
  };

  it('that are opened freeze what is unspent of the purchase, and pause the rule', async () => {
    const { walletId, topUpId, paymentId } = await scene.buy();
    await scene.spend(walletId, '20');
    stripe.dashboard.openDispute(paymentId);
    await scene.settle();
    const [dispute] = (await scene.returns(topUpId)).disputes;
    expect(dispute).toMatchObject({
      status: 'open',
      amount_minor: 5000,
      fee_minor: 1500,
      fee_currency: 'usd',
      frozen_credits: '30',
      credits: '0',
      reason: 'fraudulent',
    });
    expect(await scene.wallet(walletId)).toEqual(['35', '30', '0']);
    expect(await pausedReason(walletId)).toBe('payment_disputed');
    expect(await typesOf(walletId)).toEqual(['auto_topup.paused', 'top_up.disputed']);
    // Only the free credits can be spent, and nobody can end the hold.
    await expect(scene.spend(walletId, '6')).rejects.toMatchObject({ kind: 'insufficient_credits' });
    const hold = `/v1/wallets/${walletId}/holds/${dispute?.hold_id}`;
    for (const [path, body] of [
      [`${hold}/release`, { idempotency_key: `release ${walletId}` }],
      [`${hold}/capture`, { credits: '1', idempotency_key: `capture ${walletId}` }],
    ] as const) {
      const { status, body: answer } = await scene.client.post(path, body);
      expect([status, answer.code]).toEqual([400, 'disputed']);
    }
    expect(await scene.refund(topUpId, { on_spent: 'debt' })).toMatchObject([400, { code: 'disputed' }]);
    expect(await scene.wallet(walletId)).toEqual(['35', '30', '0']);
  });

  it('that are won free the credits, and leave later refunds what they were', async () => {
    const { walletId, topUpId, paymentId } = await scene.buy();
    const { id } = stripe.dashboard.openDispute(paymentId);
    await scene.settle();
    expect(await scene.wallet(walletId)).toEqual(['55', '50', '0']);
    stripe.dashboard.winDispute(id, true);
    await scene.settle();
    expect((await scene.returns(topUpId)).disputes).toMatchObject([{ status: 'won', fee_minor: 0, credits: '0' }]);
    expect(await scene.wallet(walletId)).toEqual(['55', '0', '0']);
    expect(await pausedReason(walletId)).toBe('payment_disputed');
    expect(await scene.refund(topUpId)).toMatchObject([
      200,
      { status: 'succeeded', amount_minor: 5000, credits: '50' },
    ]);
    expect(await scene.wallet(walletId)).toEqual(['5', '0', '0']);
    expect(await typesOf(walletId)).toEqual([
      'auto_topup.paused',
      'top_up.disputed',
      'top_up.dispute_closed',
      'top_up.refunded',
    ]);
  });

  it('that are lost take the credits, those that were spent as debt, and leave nothing to refund', async () => {
    const returned = async () =>
      decimal((await scene.client.get('/v1/analytics/overview').expect(200)).body.money[0].returned);
    const { walletId, topUpId, paymentId } = await scene.buy();
    const before = await returned();
    await scene.spend(walletId, '40');
    const { id } = stripe.dashboard.openDispute(paymentId);
    await scene.settle();
    stripe.dashboard.loseDispute(id);
    await scene.settle();
    expect((await scene.returns(topUpId)).disputes).toMatchObject([
      { status: 'lost', credits: '50', debt_credits: '40', fee_minor: 1500 },
    ]);
    expect((await returned()).minus(before).toFixed()).toBe('50');
    // The 5 free ones have repaid a part.
    expect(await scene.wallet(walletId)).toEqual(['-35', '0', '35']);
    expect(await scene.holds(walletId)).toMatchObject([{ holdStatus: 'released', purpose: 'dispute' }]);
    expect(await scene.invoice(topUpId)).toMatchObject({ payment_status: 'REFUNDED' });
    expect(await scene.paymentStatus(topUpId)).toBe('REFUNDED');
    expect(await scene.refund(topUpId, { on_spent: 'debt' })).toMatchObject([400, { code: 'nothing_to_refund' }]);
  });

  it.each(['won', 'lost'] as const)(
    'that end %s are the same however late, doubled and shuffled they are told',
    async (end) => {
      const { walletId, topUpId, paymentId } = await scene.buy();
      await scene.spend(walletId, '10');
      stripe.webhookScript.add({ copies: 3, shuffleMs: 60 });
      const { id } = stripe.dashboard.openDispute(paymentId);
      if (end === 'won') stripe.dashboard.winDispute(id);
      else stripe.dashboard.loseDispute(id);
      await scene.settle();
      expect(await scene.wallet(walletId)).toEqual(end === 'won' ? ['45', '0', '0'] : ['-5', '0', '5']);
      expect((await scene.returns(topUpId)).disputes).toMatchObject([{ status: end, fee_minor: 1500 }]);
      expect(await service.get(EntityManager).fork().count(Dispute, { topUpId })).toBe(1);
      expect((await typesOf(walletId)).filter((type) => type === 'top_up.dispute_closed')).toHaveLength(1);
    },
  );

  it('of what is left after a refund take only that, and a refund during an inquiry takes what is frozen', async () => {
    const { walletId, topUpId, paymentId } = await scene.buy();
    expect(await scene.refund(topUpId, { amount: '20' })).toMatchObject([200, { status: 'succeeded' }]);
    const { id } = stripe.dashboard.openDispute(paymentId, { isInquiry: true });
    await scene.settle();
    expect(await scene.wallet(walletId)).toEqual(['35', '30', '0']);
    stripe.dashboard.refund(paymentId, 1000);
    await scene.settle();
    expect(await scene.wallet(walletId)).toEqual(['25', '20', '0']);
    stripe.dashboard.escalateDispute(id);
    stripe.dashboard.loseDispute(id);
    await scene.settle();
    expect(await scene.wallet(walletId)).toEqual(['5', '0', '0']);
    const { refunds, disputes } = await scene.returns(topUpId);
    expect(refunds.map(({ credits }) => credits)).toEqual(['20', '10']);
    expect(disputes).toMatchObject([{ status: 'lost', credits: '20', debt_credits: '0', fee_minor: 1500 }]);
  });
});
