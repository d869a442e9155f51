import { EntityManager } from '@mikro-orm/postgresql';
import { ApiKeysService } from '../src/auth/api-keys.service.js';
import { PaymentProviders } from '../src/payments/payment-providers.js';
import { ReconciliationDifferences } from '../src/top-ups/reconciliation/reconciliation-differences.js';
import { Reconciliation } from '../src/top-ups/reconciliation/reconciliation.service.js';
import { Repairs } from '../src/top-ups/reconciliation/repairs.js';
import { RefundEngine } from '../src/top-ups/refunds/refund-engine.js';
import { StripeStandIn } from './stripe-stand-in/stripe-stand-in.js';
import { type ApiClient, withKey } from './support/api-client.js';
import { startTestApp, type TestApp } from './support/app.js';
import { FrozenClock } from './support/frozen-clock.js';
import { expectSoundLedger } from './support/invariants.js';
import { connectStripe } from './support/stripe.js';
import { TopUpScene } from './support/top-ups.js';

const BY = { keyId: 'key_test', requestId: 'req_test' };
const HOUR_MS = 3_600_000;
const URLS = { success_url: 'https://shop.example/paid', cancel_url: 'https://shop.example/credits' };

/** Stripe tells nobody here of anything: whatever becomes known does so by its list. */
describe('what goes back of payments, and pages that nobody told of', () => {
  const clock = new FrozenClock();
  let stripe: StripeStandIn;
  let service: TestApp;
  let scene: TopUpScene;
  let client: ApiClient;
  beforeAll(async () => {
    stripe = await StripeStandIn.start({ clock });
    const config = { stripeApiBase: stripe.url, paymentTimeoutMs: 1500 };
    service = await startTestApp({ clock, config });
  });
  beforeEach(async () => {
    clock.advance(30 * 24 * HOUR_MS);
    scene = await TopUpScene.create(service);
    await connectStripe(service, scene.scope, stripe.keys);
    const { plainKey } = await service.get(ApiKeysService).createApiKey(scene.scope, { name: 'Test' });
    client = withKey(service, plainKey, scene.scope);
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

  /** A wallet that has bought 50 credits, and has 55. */
  async function bought(): Promise<{ walletId: string; topUpId: string; paymentId: string }> {
    const { walletId } = await scene.newWallet('20', 'pm_card_visa');
    await scene.setAutoTopUp(walletId, { threshold: '10', amount: '50' });
    await scene.ledger.debit(walletId, '15');
    await scene.settle();
    const [topUp] = await scene.topUps(walletId);
    return { walletId, topUpId: topUp?.id as string, paymentId: topUp?.paymentId as string };
  }

  /** A wallet whose customer has the page for 50 credits open. */
  async function pageOpened(): Promise<{ walletId: string; page: string }> {
    const { walletId } = await scene.newWallet('5');
    const purchase = { transaction_reason: 'PURCHASED_CREDIT_INVOICED', credits_to_add: '50', checkout: URLS };
    const answer = await client.post(`/v1/wallets/${walletId}/top-up`, { ...purchase, idempotency_key: walletId });
    expect(answer.status).toBe(200);
    const [topUp] = await scene.topUps(walletId);
    expect(topUp).toMatchObject({ paymentId: expect.stringMatching(/^cs_/), topUpStatus: 'requires_action' });
    return { walletId, page: topUp?.paymentId as string };
  }

  const run = () => service.get(Reconciliation).run(scene.scope, { to: new Date(clock.now().getTime() + 1000) });
  async function differences() {
    const page = { limit: 100, offset: 0, order: 'asc' as const };
    const { items } = await service.get(ReconciliationDifferences).list(scene.scope, { state: 'open' }, page);
    return items;
  }
  /** All that a run finds, as kind and repair. */
  async function found(): Promise<string[]> {
    expect(await run()).toMatchObject({ runStatus: 'finished', error: '' });
    return (await differences()).map(({ kind, repair }) => `${kind} ${repair}`);
  }
  const repairAll = () => service.get(Repairs).repairAll(scene.scope, BY);
  const stateOf = async (walletId: string) => {
    const { balance, held, debt } = await scene.ledger.evaluate(walletId);
    return [balance, held, debt];
  };
  const refundsMade = (paymentId: string) =>
    stripe.books.refunds.all().filter(({ payment_intent: id }) => id === paymentId);

  it('finds a refund that was made in the dashboard, and takes its credits back once it is told to', async () => {
    const { walletId, paymentId } = await bought();
    await scene.ledger.debit(walletId, '35');
    stripe.dashboard.refund(paymentId, 3000);
    expect(await found()).toEqual(['refund_missing_here returns']);
    expect((await differences())[0]).toMatchObject({
      there: { refundedMinor: 3000 },
      here: { refundedMinor: 0, credited: 1 },
    });
    expect(await Promise.all([repairAll(), repairAll()])).toContain(1);
    expect(await stateOf(walletId)).toEqual(['-10', '0', '10']);
    expect(await found()).toEqual([]);
    expect((await run()).sums).toMatchObject([
      {
        refunded_count: 1,
        refunded_minor: 3000,
        refunds_booked_count: 1,
        refunds_booked_minor: 3000,
        credits_booked_back: '30',
        credits_taken_back: '30',
      },
    ]);
  });

  it('finds disputes that nobody has told of, when they are opened and when they are lost', async () => {
    const { walletId, paymentId } = await bought();
    const { id } = stripe.dashboard.openDispute(paymentId);
    expect(await found()).toEqual(['dispute_missing_here returns']);
    expect(await repairAll()).toBe(1);
    expect(await stateOf(walletId)).toEqual(['55', '50', '0']);
    stripe.dashboard.loseDispute(id);
    expect(await found()).toEqual(['dispute_status returns']);
    expect(await repairAll()).toBe(1);
    expect(await stateOf(walletId)).toEqual(['5', '0', '0']);
    const { sums, differencesOpen } = await run();
    expect(differencesOpen).toBe(0);
    expect(sums).toMatchObject([
      { disputed_count: 1, disputed_minor: 5000, disputes_booked_count: 1, disputes_booked_minor: 5000 },
    ]);
    expect(sums).toMatchObject([{ credits_booked_back: '50', credits_taken_back: '50' }]);
  });

  it('has a refund that never arrived asked for again, under its own key', async () => {
    const { walletId, topUpId, paymentId } = await bought();
    stripe.faults.add({ method: 'POST', path: '/v1/refunds', fault: { kind: 'unavailable', when: 'before' } });
    const { body } = await client.post(`/v1/top-ups/${topUpId}/refund`, { amount: '10' });
    expect(body).toMatchObject({ status: 'pending' });
    expect(await run()).toMatchObject({ inFlight: 1, differencesOpen: 0 });
    clock.advance(2 * HOUR_MS);
    expect(await found()).toEqual(['refund_missing_at_provider refund']);
    expect(await repairAll()).toBe(1);
    expect(refundsMade(paymentId)).toMatchObject([{ amount: 1000, status: 'succeeded' }]);
    await service.get(RefundEngine).sweep();
    await service.get(RefundEngine).idle();
    expect(refundsMade(paymentId)).toHaveLength(1);
    expect(await stateOf(walletId)).toEqual(['45', '0', '0']);
    expect(await found()).toEqual([]);
  });

  it('leaves a refund that is done here only to a person, and one that failed there since to its event’s way', async () => {
    const first = await bought();
    const second = await bought();
    for (const { topUpId } of [first, second]) await client.post(`/v1/top-ups/${topUpId}/refund`, { amount: '10' });
    stripe.books.refunds.delete(refundsMade(first.paymentId)[0]?.id as string);
    stripe.dashboard.failRefund(refundsMade(second.paymentId)[0]?.id as string);
    expect((await found()).toSorted()).toEqual(['refund_missing_at_provider person', 'refund_status returns']);
    expect(await repairAll()).toBe(1);
    expect(await stateOf(first.walletId)).toEqual(['45', '0', '0']);
    expect(await stateOf(second.walletId)).toEqual(['55', '0', '0']);
    expect(await found()).toEqual(['refund_missing_at_provider person']);
  });

  it('has nothing against a page that is open, or was never paid on, and nothing goes back of one', async () => {
    const { walletId, page } = await pageOpened();
    const [topUp] = await scene.topUps(walletId);
    const { status, body } = await client.post(`/v1/top-ups/${topUp?.id}/refund`, {});
    expect([status, body.code]).toEqual([400, 'not_charged']);
    const provider = await service.get(PaymentProviders).byName(scene.scope, 'stripe');
    expect(await provider?.readReturns(page)).toEqual({ refunds: [], disputes: [] });
    clock.advance(2 * HOUR_MS);
    expect(await found()).toEqual([]);
    clock.advance(23 * HOUR_MS);
    await scene.runTask();
    expect(await found()).toEqual([]);
  });

  it('credits by the ordinary way what was paid on a page, once, and takes back what was refunded of it unheard', async () => {
    const { walletId, page } = await pageOpened();
    const { payment_intent: paymentId } = stripe.dashboard.completeCheckout(page);
    expect(await run()).toMatchObject({ inFlight: 1, differencesOpen: 0 });
    clock.advance(2 * HOUR_MS);
    expect(await found()).toEqual(['not_credited settle']);
    expect((await run()).sums).toMatchObject([{ charged_count: 1, charged_minor: 5000, paid_count: 0 }]);
    expect(await Promise.all([repairAll(), repairAll()])).toContain(1);
    expect(await stateOf(walletId)).toEqual(['55', '0', '0']);
    expect(await scene.topUps(walletId)).toMatchObject([{ topUpStatus: 'succeeded', paymentId }]);
    stripe.dashboard.refund(paymentId as string, 5000);
    expect(await found()).toEqual(['refund_missing_here returns']);
    expect(await repairAll()).toBe(1);
    expect(await stateOf(walletId)).toEqual(['5', '0', '0']);
    expect(await found()).toEqual([]);
  });
});
