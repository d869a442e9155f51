import { EntityManager } from '@mikro-orm/postgresql';
import { TopUp } from '../src/top-ups/purchases/top-up.entity.js';
import { StripeStandIn } from './stripe-stand-in/stripe-stand-in.js';
import { startTestApp, type TestApp } from './support/app.js';
import { expectSoundLedger } from './support/invariants.js';
import { connectStripe } from './support/stripe.js';
import { TopUpScene } from './support/top-ups.js';

const CONFIRM = '/v1/payment_intents/*/confirm';

describe('top-ups charged through Stripe', () => {
  let stripe: StripeStandIn;
  let service: TestApp;
  let scene: TopUpScene;
  beforeAll(async () => {
    stripe = await StripeStandIn.start();
    const config = { stripeApiBase: stripe.url, paymentTimeoutMs: 1500 };
    service = await startTestApp({ config });
  });
  beforeEach(async () => {
    scene = await TopUpScene.create(service);
    await connectStripe(service, scene.scope, stripe.keys);
  });
  afterEach(async () => {
    stripe.faults.clear();
    stripe.outcomes.clear();
    await scene.settle();
    await expectSoundLedger(service.get(EntityManager));
  });
  afterAll(async () => {
    await service.close();
    await stripe.close();
  });

  /** A wallet with 20 credits that buys 50 when it has 10 or fewer, and a debit that leaves it 5. */
  async function spend(card: string): Promise<string> {
    const { walletId } = await scene.newWallet('20', card);
    await scene.setAutoTopUp(walletId, { threshold: '10', amount: '50' });
    await scene.ledger.debit(walletId, '15');
    await scene.settle();
    return walletId;
  }
  const chargesOf = (topUp: TopUp | undefined) =>
    stripe.books.paidCharges().filter(({ paymentIntentId }) => paymentIntentId === topUp?.paymentId);

  it('charge a card that was saved by its token, once, and credit it', async () => {
    const walletId = await spend('pm_card_visa');
    const [topUp, ...others] = await scene.topUps(walletId);
    expect(others).toEqual([]);
    expect(topUp).toMatchObject({ topUpStatus: 'succeeded', provider: 'stripe', attempt: 1 });
    expect(await scene.balance(walletId)).toBe('55');
    expect(chargesOf(topUp)).toMatchObject([{ amountMinor: topUp?.priceMinor, currency: topUp?.currency }]);
    expect(chargesOf(topUp)[0]?.metadata).toMatchObject({ top_up_id: topUp?.id, ...scopeMetadata() });
    expect(scene.charges()).toEqual([]);
  });

  it.each(['hang', 'reset', 'server_error', 'truncate'] as const)(
    'are settled by the record of Stripe where the answer was lost after charging (%s), charged once',
    async (kind) => {
      const fault = kind === 'truncate' ? { kind } : { kind, when: 'after' as const };
      stripe.faults.add({ path: CONFIRM, fault });
      // What the package sends again after a reset is lost, too.
      if (kind === 'reset') stripe.faults.add({ path: CONFIRM, fault });
      const walletId = await spend('pm_card_visa');
      expect(await scene.topUps(walletId)).toMatchObject([{ topUpStatus: 'unknown' }]);
      expect(await scene.balance(walletId)).toBe('5');
      service.clock.advance(60_000);
      await scene.runTask();
      const [topUp] = await scene.topUps(walletId);
      expect(topUp).toMatchObject({ topUpStatus: 'succeeded', attempt: 1 });
      expect(await scene.balance(walletId)).toBe('55');
      expect(chargesOf(topUp)).toHaveLength(1);
    },
  );

  it('are confirmed again with the same key where the request was lost before charging', async () => {
    stripe.faults.add({ path: CONFIRM, fault: { kind: 'hang', when: 'before' } });
    const walletId = await spend('pm_card_visa');
    expect(await scene.topUps(walletId)).toMatchObject([{ topUpStatus: 'unknown' }]);
    service.clock.advance(60_000);
    await scene.runTask();
    const [topUp] = await scene.topUps(walletId);
    expect(topUp).toMatchObject({ topUpStatus: 'succeeded', attempt: 1 });
    const confirmations = stripe.books.calls.filter(
      ({ path }) => path === `/v1/payment_intents/${topUp?.paymentId}/confirm`,
    );
    expect(new Set(confirmations.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
    expect(chargesOf(topUp)).toHaveLength(1);
  });

  it('wait for their next try after a decline, and charge the same payment then', async () => {
    const walletId = await spend('pm_card_chargeCustomerFail');
    const [declined] = await scene.topUps(walletId);
    expect(declined).toMatchObject({ topUpStatus: 'retry_wait', lastErrorCode: 'generic_decline' });
    stripe.outcomes.add({ paymentIntent: declined?.paymentId as string, outcome: { kind: 'succeed' } });
    service.clock.advance(3_600_000);
    await scene.runTask();
    const [topUp] = await scene.topUps(walletId);
    expect(topUp).toMatchObject({ topUpStatus: 'succeeded', attempt: 2, paymentId: declined?.paymentId });
    expect(chargesOf(topUp)).toHaveLength(1);
  });

  it('end at once where the card is not to be tried again, and the payment is given up', async () => {
    const { walletId, customerId } = await scene.newWallet('20', 'pm_card_visa');
    stripe.outcomes.add({ outcome: { kind: 'decline', code: 'card_declined', declineCode: 'lost_card' }, times: 1 });
    await scene.setAutoTopUp(walletId, { threshold: '10', amount: '50' });
    await scene.ledger.debit(walletId, '15');
    await scene.settle();
    const [topUp] = await scene.topUps(walletId);
    expect(topUp).toMatchObject({ topUpStatus: 'failed', lastErrorCode: 'lost_card', customerId });
    expect(stripe.books.paymentIntents.find(topUp?.paymentId as string)).toMatchObject({ status: 'canceled' });
  });

  it('ask for the holder where the bank does, and are not charged', async () => {
    const walletId = await spend('pm_card_authenticationRequired');
    const [topUp] = await scene.topUps(walletId);
    expect(topUp).toMatchObject({ topUpStatus: 'requires_action', actionUrl: null });
    expect(chargesOf(topUp)).toEqual([]);
    service.clock.advance(25 * 3_600_000);
    await scene.runTask();
    expect(await scene.topUps(walletId)).toMatchObject([{ topUpStatus: 'failed' }]);
    expect(stripe.books.paymentIntents.find(topUp?.paymentId as string)).toMatchObject({ status: 'canceled' });
  });

  it('stay open where Stripe does not answer at all, and fail nobody', async () => {
    const { walletId } = await scene.newWallet('20', 'pm_card_visa');
    await scene.setAutoTopUp(walletId, { threshold: '10', amount: '50' });
    stripe.faults.add({ times: 0, fault: { kind: 'unavailable', when: 'before' } });
    await scene.ledger.debit(walletId, '15');
    await scene.settle();
    service.clock.advance(60_000);
    await scene.runTask();
    expect(await scene.topUps(walletId)).toMatchObject([{ topUpStatus: 'unknown', attempt: 1 }]);
    stripe.faults.clear();
    service.clock.advance(10 * 60_000);
    await scene.runTask();
    const [topUp] = await scene.topUps(walletId);
    expect(topUp).toMatchObject({ topUpStatus: 'succeeded', attempt: 1 });
    expect(chargesOf(topUp)).toHaveLength(1);
  });

  function scopeMetadata() {
    return { tenant_id: scene.scope.tenantId, environment_id: scene.scope.environmentId };
  }
});
