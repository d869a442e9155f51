import { EntityManager } from '@mikro-orm/postgresql';
import { ReconciliationDifferences } from '../src/top-ups/reconciliation/reconciliation-differences.js';
import { Reconciliation } from '../src/top-ups/reconciliation/reconciliation.service.js';
import { Repairs } from '../src/top-ups/reconciliation/repairs.js';
import { StripeStandIn } from './stripe-stand-in/stripe-stand-in.js';
import { startTestApp, type TestApp } from './support/app.js';
import { DATABASES } from './support/database.js';
import { FrozenClock } from './support/frozen-clock.js';
import { expectSoundLedger } from './support/invariants.js';
import { connectStripe } from './support/stripe.js';
import { TopUpScene } from './support/top-ups.js';

const CONFIRM = '/v1/payment_intents/*/confirm';
const BY = { keyId: 'key_test', requestId: 'req_test' };
const DAY_MS = 86_400_000;

describe.each(DATABASES)('reconciliation with Stripe, on %s', (_name, createDatabase) => {
  const clock = new FrozenClock();
  let stripe: StripeStandIn;
  let service: TestApp;
  let scene: TopUpScene;
  beforeAll(async () => {
    stripe = await StripeStandIn.start({ clock });
    const config = { stripeApiBase: stripe.url, paymentTimeoutMs: 1500 };
    service = await startTestApp({ database: await createDatabase(), clock, config });
  });
  beforeEach(async () => {
    clock.advance(30 * DAY_MS);
    scene = await TopUpScene.create(service);
    await connectStripe(service, scene.scope, stripe.keys);
  });
  afterEach(async () => {
    stripe.faults.clear();
    stripe.outcomes.clear();
    await expectSoundLedger(service.get(EntityManager));
  });
  afterAll(async () => {
    await service.close();
    await stripe.close();
  });

  /** A wallet that has bought 50 credits, and has 55. */
  async function bought(): Promise<string> {
    const { walletId } = await scene.newWallet('20', 'pm_card_visa');
    await scene.setAutoTopUp(walletId, { threshold: '10', amount: '50' });
    await scene.ledger.debit(walletId, '15');
    await scene.settle();
    return walletId;
  }

  /** To now, and a moment: payments of this very second are in it. */
  function run() {
    return service.get(Reconciliation).run(scene.scope, { to: new Date(clock.now().getTime() + 1000) });
  }

  async function differences(state: 'open' | 'repaired' | 'accepted' = 'open') {
    const page = { limit: 100, offset: 0, order: 'asc' as const };
    return (await service.get(ReconciliationDifferences).list(scene.scope, { state }, page)).items;
  }

  const repair = (id: string) => service.get(Repairs).repair(scene.scope, id, BY);
  const chargesOf = (paymentId: string | null | undefined) =>
    stripe.books.paidCharges().filter(({ paymentIntentId }) => paymentIntentId === paymentId);

  it('counts and sums alike what is charged, paid and credited, and leaves other environments to theirs', async () => {
    await bought();
    await bought();
    const other = await TopUpScene.create(service);
    await connectStripe(service, other.scope, stripe.keys);
    const ours = scene;
    scene = other;
    await bought();
    scene = ours;
    expect(await run()).toMatchObject({
      runStatus: 'finished',
      error: '',
      paymentsRead: 2,
      topUpsRead: 2,
      foreignPayments: 1,
      differencesOpen: 0,
      sums: [
        {
          provider: 'stripe',
          currency: 'usd',
          charged_count: 2,
          charged_minor: 10_000,
          paid_count: 2,
          paid_minor: 10_000,
          credited_count: 2,
          credited_minor: 10_000,
          returned_count: 0,
          returned_minor: 0,
        },
      ],
    });
    expect(await differences()).toEqual([]);
  });

  it('waits for what is on its way, then settles by the ordinary path what was charged, once', async () => {
    stripe.faults.add({ path: CONFIRM, fault: { kind: 'hang', when: 'after' } });
    const walletId = await bought();
    expect(await scene.balance(walletId)).toBe('5');
    expect(await run()).toMatchObject({ inFlight: 1, differencesOpen: 0 });
    clock.advance(2 * 3_600_000);
    expect(await run()).toMatchObject({ inFlight: 0, differencesOpen: 1 });
    const [difference, ...others] = await differences();
    expect(others).toEqual([]);
    expect(difference).toMatchObject({
      kind: 'not_credited',
      repair: 'settle',
      there: { status: 'succeeded', amountMinor: 5000, currency: 'usd' },
      here: { status: 'unknown', priceMinor: 5000, currency: 'usd', credited: 0 },
    });
    const repaired = await Promise.all([1, 2, 3].map(() => repair(difference?.id as string)));
    expect(repaired.map(({ state }) => state)).toEqual(['repaired', 'repaired', 'repaired']);
    expect(await scene.balance(walletId)).toBe('55');
    expect(chargesOf(difference?.paymentId)).toHaveLength(1);
    expect(await run()).toMatchObject({ differencesOpen: 0 });
  });

  it('finds what was charged though the top-up was given up, and closes a difference that ended by itself', async () => {
    stripe.faults.add({ path: CONFIRM, fault: { kind: 'hang', when: 'after' } });
    const walletId = await bought();
    clock.advance(2 * 3_600_000);
    await run();
    const [difference] = await differences();
    await scene.runTask();
    expect(await scene.balance(walletId)).toBe('55');
    expect(await run()).toMatchObject({ differencesOpen: 0 });
    expect(await differences('repaired')).toMatchObject([{ id: difference?.id, resolvedBy: 'run' }]);
    expect(await repair(difference?.id as string)).toMatchObject({ state: 'repaired', resolvedBy: 'run' });
  });

  it('takes no credits back by itself where nothing was charged: that is for a person, who accepts it', async () => {
    const walletId = await bought();
    const [topUp] = await scene.topUps(walletId);
    const intent = stripe.books.paymentIntents.find(topUp?.paymentId as string);
    stripe.books.paymentIntents.put({ ...intent, status: 'canceled', amount_received: 0 } as never);
    expect(await run()).toMatchObject({ differencesOpen: 1 });
    const [difference] = await differences();
    expect(difference).toMatchObject({ kind: 'credited_without_charge', repair: 'person' });
    await expect(repair(difference?.id as string)).rejects.toMatchObject({ kind: 'invalid_operation' });
    expect(await scene.balance(walletId)).toBe('55');
    const accepted = { state: 'accepted' as const, resolvedBy: 'key_test', note: 'a gift' };
    await service.get(ReconciliationDifferences).resolve(difference as never, accepted);
    expect(await run()).toMatchObject({ runStatus: 'finished', differencesOpen: 0 });
    expect(await differences('accepted')).toHaveLength(1);
  });

  it('says why it failed where Stripe does not answer, finds nothing false, and is asked for again', async () => {
    await bought();
    stripe.faults.add({ path: '/v1/payment_intents', fault: { kind: 'unavailable', when: 'before' } });
    expect(await run()).toMatchObject({ runStatus: 'failed', error: expect.stringContaining('stripe: ') });
    expect(await differences()).toEqual([]);
    expect(await run()).toMatchObject({ runStatus: 'finished', differencesOpen: 0 });
  });

  it('asks for a page at a time, and for no payment that was listed', async () => {
    await bought();
    const template = stripe.books.paymentIntents.all().at(-1) as { metadata: Record<string, string> };
    for (let count = 0; count < 250; count += 1) {
      const metadata = { ...template.metadata, environment_id: 'env_other' };
      stripe.books.paymentIntents.put({ ...template, id: `pi_other_${count}`, metadata } as never);
    }
    const before = stripe.books.calls.length;
    expect(await run()).toMatchObject({ paymentsRead: 1, foreignPayments: 250, differencesOpen: 0 });
    const calls = stripe.books.calls.slice(before);
    expect(calls.map(({ path }) => path)).toEqual(Array.from({ length: 3 }, () => '/v1/payment_intents'));
  });
});
