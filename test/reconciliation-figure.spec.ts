import { EntityManager } from '@mikro-orm/postgresql';
import { ReconciliationDifferences } from '../src/top-ups/reconciliation/reconciliation-differences.js';
import { Reconciliation } from '../src/top-ups/reconciliation/reconciliation.service.js';
import { StripeStandIn } from './stripe-stand-in/stripe-stand-in.js';
import { startTestApp, type TestApp } from './support/app.js';
import { FrozenClock } from './support/frozen-clock.js';
import { connectStripe } from './support/stripe.js';
import { TopUpScene } from './support/top-ups.js';

/** RECONCILE_PAYMENTS=10000 is the long run. */
const PAYMENTS = Number.parseInt(process.env['RECONCILE_PAYMENTS'] ?? '1500');
const EACH = 10;
const DAY_MS = 86_400_000;

type Intent = Record<string, unknown> & { id: string; metadata: Record<string, string> };

describe(`${PAYMENTS} payments with 50 differences among them`, () => {
  const clock = new FrozenClock();
  let stripe: StripeStandIn;
  let service: TestApp;
  let scene: TopUpScene;
  /** Kind and payment. */
  const planted = new Map<string, string>();

  beforeAll(async () => {
    stripe = await StripeStandIn.start({ clock });
    service = await startTestApp({ clock, config: { stripeApiBase: stripe.url } });
    scene = await TopUpScene.create(service);
    await connectStripe(service, scene.scope, stripe.keys);
    await makePayments();
    plant();
    clock.advance(DAY_MS);
  });
  afterAll(async () => {
    await service.close();
    await stripe.close();
  });

  /** One that was really charged, and copies of it on all three sides. */
  async function makePayments(): Promise<void> {
    const { walletId } = await scene.newWallet('20', 'pm_card_visa');
    await scene.setAutoTopUp(walletId, { threshold: '10', amount: '50' });
    await scene.ledger.debit(walletId, '15');
    await scene.settle();
    const [topUp] = await scene.topUps(walletId);
    const intent = stripe.books.paymentIntents.find(topUp?.paymentId as string) as unknown as Intent;
    const created = Math.floor(clock.now().getTime() / 1000);
    for (let count = 1; count < PAYMENTS; count += 1) {
      const metadata = { ...intent.metadata, top_up_id: `topup_${count}` };
      put({ ...intent, id: `pi_${count}`, metadata, created: created - (count % 50_000) });
    }
    const em = service.get(EntityManager).fork();
    const copies = `generate_series(1, ${PAYMENTS - 1}) as n`;
    const at = `(select created_at from top_up where id = ?) - (n % 50000) * interval '1 second'`;
    await em.execute(
      `insert into top_up select r.* from top_up t, ${copies}, lateral jsonb_populate_record(t, jsonb_build_object(
         'id', 'topup_' || n, 'payment_id', 'pi_' || n, 'created_at', ${at})) r where t.id = ?`,
      [topUp?.id, topUp?.id],
    );
    await em.execute(
      `insert into entry select r.* from entry e, ${copies}, lateral jsonb_populate_record(e, jsonb_build_object(
         'id', 'entry_' || n, 'shard', shard_of('wallet_' || n), 'wallet_id', 'wallet_' || n, 'top_up_id', 'topup_' || n)) r where e.top_up_id = ?`,
      [topUp?.id],
    );
  }

  /** Ten each of five kinds, on payments that are spread over all. */
  function plant(): void {
    const step = Math.floor(PAYMENTS / (5 * EACH + 1));
    for (let count = 0; count < 5 * EACH; count += 1) {
      const id = `pi_${(count + 1) * step}`;
      const intent = stripe.books.paymentIntents.find(id) as unknown as Intent;
      const change = CHANGES[count % CHANGES.length] as (intent: Intent) => [kind: string, intent: Intent];
      const [kind, changed] = change(intent);
      put(changed);
      planted.set(changed.id, kind);
    }
  }

  const CHANGES: ((intent: Intent) => [kind: string, intent: Intent])[] = [
    (intent) => ['missing_at_provider', { ...intent, isGone: true }],
    (intent) => [
      'missing_here',
      { ...intent, id: `${intent.id}_x`, metadata: { ...intent.metadata, top_up_id: 'topup_x' } },
    ],
    (intent) => ['amount', { ...intent, amount: 4999, amount_received: 4999 }],
    (intent) => ['currency', { ...intent, currency: 'eur' }],
    (intent) => ['credited_without_charge', { ...intent, status: 'canceled', amount_received: 0 }],
  ];

  function put(intent: Intent): void {
    if (intent['isGone']) stripe.books.paymentIntents.delete(intent.id);
    else stripe.books.paymentIntents.put(intent as never);
  }

  it('are all looked at: 50 of 50 found, none false, in the memory of some pages', async () => {
    const started = performance.now();
    const run = await service
      .get(Reconciliation)
      .run(scene.scope, { from: new Date(clock.now().getTime() - 9 * DAY_MS) });
    const seconds = (performance.now() - started) / 1000;
    const page = { limit: 1000, offset: 0, order: 'asc' as const };
    const { items } = await service.get(ReconciliationDifferences).list(scene.scope, {}, page);
    const found = new Map(items.map(({ subject, kind }) => [subject, kind as string]));
    expect(run).toMatchObject({ runStatus: 'finished', differencesOpen: 50, topUpsRead: PAYMENTS });
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(planted));
    if (process.env['RECONCILE_PAYMENTS']) {
      process.stderr.write(`${PAYMENTS} payments in ${seconds.toFixed(1)} s: ${found.size} of 50 found\n`);
    }
  });
});
