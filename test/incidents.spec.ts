import { EntityManager } from '@mikro-orm/postgresql';
import { StripeStandIn } from './stripe-stand-in/stripe-stand-in.js';
import { startTestApp, type TestApp } from './support/app.js';
import { expectSoundLedger } from './support/invariants.js';
import { connectStripe } from './support/stripe.js';
import { TopUpScene } from './support/top-ups.js';

const MINUTE_MS = 60_000;

/**
 * What has happened to others, and must not happen here, with the names under which it is known. These have their tests
 * elsewhere: Akash CON-684 in `top-up-outcomes` (three impatient clicks), Akash CON-904 in `threshold-storm`, Lago ING-560
 * in `top-up-triggers` (a gap of twelve increments), Lago ING-559 there too (three in an hour), Lago ING-422 in
 * `top-up-events`, Lago #1962 in `threshold-storm` (while the first one has not been answered). Odoo #101243, a charge
 * that a repeated transaction repeats, is what `crash-points` and `torture` look for.
 */
describe('incidents of others', () => {
  let stripe: StripeStandIn;
  let service: TestApp;
  let scene: TopUpScene;
  beforeAll(async () => {
    stripe = await StripeStandIn.start();
    service = await startTestApp({ config: { stripeApiBase: stripe.url, paymentTimeoutMs: 1500 } });
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

  async function lowWallet(): Promise<string> {
    const { walletId } = await scene.newWallet('200', stripe.dashboard.mintCard());
    await scene.setAutoTopUp(walletId, { threshold: '190', amount: '50' });
    return walletId;
  }

  it('Akash CON-927 and Lago ING-576: a card that declines is tried five times at most in a day of debits', async () => {
    const outcome = { kind: 'decline', code: 'card_declined', declineCode: 'insufficient_funds' } as const;
    stripe.outcomes.add({ outcome });
    const walletId = await lowWallet();
    for (let round = 0; round < 30; round += 1) {
      await scene.ledger.debit(walletId, '1');
      await scene.runTask();
      service.clock.advance(50 * MINUTE_MS);
    }
    const topUps = await scene.topUps(walletId);
    const ids = new Set(topUps.map(({ id }) => id));
    const tried = stripe.books.charges().filter(({ metadata }) => ids.has(metadata['top_up_id'] ?? ''));
    expect(topUps).toHaveLength(1);
    expect(tried.length).toBeGreaterThan(1);
    expect(tried.length).toBeLessThanOrEqual(5);
  });

  it('Odoo #107723 and tempo pympp #155: the provider’s keys are the intent and its attempt, and nothing else', async () => {
    const outcome = { kind: 'decline', code: 'card_declined', declineCode: 'insufficient_funds' } as const;
    stripe.outcomes.add({ times: 1, outcome });
    const walletId = await lowWallet();
    await scene.ledger.debit(walletId, '15');
    await scene.settle();
    service.clock.advance(61 * MINUTE_MS);
    await scene.runTask();
    const [topUp] = await scene.topUps(walletId);
    expect(topUp).toMatchObject({ topUpStatus: 'succeeded', attempt: 2 });
    const own = stripe.books.calls.filter(
      ({ method, path, form }) =>
        method === 'POST' && (path.includes(topUp?.paymentId as string) || form.includes(topUp?.id as string)),
    );
    expect(own.map(({ idempotencyKey }) => idempotencyKey)).toEqual([
      `topup:${topUp?.id}:create`,
      `topup:${topUp?.id}:confirm:1`,
      `topup:${topUp?.id}:confirm:2`,
    ]);
  });

  it('medusa #11798: an intent that has ended is still there when its payment succeeds, and is credited', async () => {
    stripe.outcomes.add({ times: 1, outcome: { kind: 'processing', endsAs: 'succeeded', afterMs: 3_600_000 } });
    const walletId = await lowWallet();
    await scene.ledger.debit(walletId, '15');
    await scene.settle();
    const [before] = await scene.topUps(walletId);
    expect(before).toMatchObject({ topUpStatus: 'processing' });
    await scene.setAutoTopUp(walletId, { enabled: false });
    stripe.dashboard.settle(before?.paymentId as string, 'succeeded');
    service.clock.advance(2 * 60 * MINUTE_MS);
    await scene.runTask();
    expect(await scene.topUps(walletId)).toMatchObject([{ id: before?.id, topUpStatus: 'succeeded' }]);
    expect(await scene.balance(walletId)).toBe('235');
  });
});
