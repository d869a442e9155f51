import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EntityManager } from '@mikro-orm/postgresql';
import type { Scope } from '../src/shared/scope.js';
import { Invoice } from '../src/payments/invoice.entity.js';
import { ReconciliationDifferences } from '../src/top-ups/reconciliation/reconciliation-differences.js';
import { Reconciliation } from '../src/top-ups/reconciliation/reconciliation.service.js';
import { Repairs } from '../src/top-ups/reconciliation/repairs.js';
import { StripeStandIn } from './stripe-stand-in/stripe-stand-in.js';
import { ApiKeysService } from '../src/auth/api-keys.service.js';
import { withKey } from './support/api-client.js';
import { startTestApp, type TestApp } from './support/app.js';
import { copyDatabase, createTestDatabase } from './support/database.js';
import { FrozenClock } from './support/frozen-clock.js';
import { expectSoundLedger } from './support/invariants.js';
import { TestLedger } from './support/ledger.js';
import { connectStripe } from './support/stripe.js';
import { TopUpScene } from './support/top-ups.js';

const BY = { keyId: 'key_test', requestId: 'req_test' };
const WALLETS = 10;

/** Money that was taken after the backup is in the provider's books only. */
describe('a database that is restored to an instant before charges', () => {
  const clock = new FrozenClock();
  let stripe: StripeStandIn;
  let restored: TestApp;
  let scope: Scope;
  let scene: TopUpScene;
  let wallets: string[];
  let lateWallet: string;
  let payer: { walletId: string; paymentId: string };
  let asked: string;
  let chargesBefore: number;
  const drops: (() => Promise<void>)[] = [];
  const dataDir = mkdtempSync(join(tmpdir(), 'refill-restore-'));

  async function start(database: { url: string; drop(): Promise<void> }): Promise<TestApp> {
    drops.push(() => database.drop());
    const config = { stripeApiBase: stripe.url, paymentTimeoutMs: 1500 };
    const kept = { kind: 'postgres' as const, url: database.url, drop: async () => undefined };
    return startTestApp({ database: kept, clock, config, dataDir });
  }

  beforeAll(async () => {
    stripe = await StripeStandIn.start({ clock });
    const database = await createTestDatabase();
    const before = await start(database);
    scene = await TopUpScene.create(before);
    ({ scope } = scene);
    await connectStripe(before, scope, stripe.keys);
    wallets = [];
    for (let count = 0; count < WALLETS; count += 1) {
      const { walletId } = await scene.newWallet('20', 'pm_card_visa');
      await scene.setAutoTopUp(walletId, { threshold: '10', amount: '50' });
      wallets.push(walletId);
    }
    // One intent is in the backup, and its payment is not: Stripe was deaf at that moment.
    asked = (await scene.newWallet('20', 'pm_card_visa')).walletId;
    await scene.setAutoTopUp(asked, { threshold: '10', amount: '50' });
    stripe.faults.add({ method: 'POST', path: '/v1/payment_intents', fault: { kind: 'unavailable', when: 'before' } });
    await scene.ledger.debit(asked, '15');
    await scene.settle();
    await before.close();
    const backup = await copyDatabase(database);

    const lost = await start(database);
    scene = await sceneOf(lost, scene.customers);
    clock.advance(60_000);
    await scene.runTask();
    for (const walletId of wallets) {
      await scene.ledger.debit(walletId, '15');
      await scene.settle();
      clock.advance(120_000);
      await scene.ledger.debit(walletId, '50');
      await scene.settle();
    }
    const late = await scene.newWallet('20', 'pm_card_visa');
    lateWallet = late.walletId;
    await scene.setAutoTopUp(lateWallet, { threshold: '10', amount: '50' });
    await scene.ledger.debit(lateWallet, '15');
    await scene.settle();
    payer = await payOnPage(lost);
    await lost.close();
    chargesBefore = stripe.books.paidCharges().length;

    // More than a day: Stripe has forgotten our idempotency keys.
    clock.advance(26 * 3_600_000);
    restored = await start(backup);
    scene = await sceneOf(restored, scene.customers);
  });
  afterAll(async () => {
    await restored.close();
    for (const drop of drops) await drop();
    await stripe.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  /** One of the customers in the backup buys 20 credits for good on Stripe's own page. */
  async function payOnPage(service: TestApp): Promise<{ walletId: string; paymentId: string }> {
    const walletId = wallets[0] as string;
    const { plainKey } = await service.get(ApiKeysService).createApiKey(scope, { name: 'Test' });
    const purchase = { transaction_reason: 'PURCHASED_CREDIT_INVOICED', credits_to_add: '20', idempotency_key: 'page' };
    const checkout = { success_url: 'https://shop.example/paid', cancel_url: 'https://shop.example/credits' };
    const client = withKey(service, plainKey, scope);
    await client.post(`/v1/wallets/${walletId}/top-up`, { ...purchase, checkout }).expect(200);
    const page = (await scene.topUps(walletId)).find(({ paymentId }) => paymentId?.startsWith('cs_'))?.paymentId;
    const { payment_intent: paymentId } = stripe.dashboard.completeCheckout(page as string);
    await scene.settle();
    return { walletId, paymentId: paymentId as string };
  }

  /** The same tenant, over another process. */
  async function sceneOf(service: TestApp, customers: number): Promise<TopUpScene> {
    const fresh = await TopUpScene.create(service);
    return Object.assign(fresh, { scope, customers, ledger: new TestLedger(service, scope) });
  }

  it('is credited from the list of payments, each once, and nobody is charged again', async () => {
    expect(chargesBefore).toBe(2 * WALLETS + 3);
    const run = await restored.get(Reconciliation).run(scope, {});
    expect(run).toMatchObject({ runStatus: 'finished', differencesOpen: 2 * WALLETS + 3 });
    const page = { limit: 100, offset: 0, order: 'asc' as const };
    const { items } = await restored.get(ReconciliationDifferences).list(scope, { state: 'open' }, page);
    const kinds = items.map(({ kind, repair }) => `${kind} ${repair}`);
    expect(kinds.filter((kind) => kind === 'missing_here recreate')).toHaveLength(2 * WALLETS + 2);
    expect(kinds.filter((kind) => kind === 'not_credited adopt')).toHaveLength(1);

    // Twice at once, as two impatient people would.
    const repairs = restored.get(Repairs);
    await Promise.all([repairs.repairAll(scope, BY), repairs.repairAll(scope, BY)]);
    for (const walletId of wallets) {
      expect(await scene.balance(walletId)).toBe(walletId === payer.walletId ? '140' : '120');
    }
    expect(await scene.balance(asked)).toBe('55');
    expect(stripe.books.paidCharges()).toHaveLength(chargesBefore);
    await scene.runTask();
    expect(stripe.books.paidCharges()).toHaveLength(chargesBefore);
    await expectSoundLedger(restored.get(EntityManager));
  });

  it('has the top-ups and the invoices of those payments again, under their own ids', async () => {
    const ids = new Set(stripe.books.paidCharges().map(({ metadata }) => metadata['top_up_id']));
    for (const walletId of wallets) {
      const topUps = await scene.topUps(walletId);
      const onPage = topUps.filter(({ paymentId }) => paymentId === payer.paymentId);
      expect(onPage).toMatchObject(
        walletId === payer.walletId ? [{ isAutomatic: false, trigger: 'manual', priceMinor: 2000 }] : [],
      );
      expect(topUps).toHaveLength(2 + onPage.length);
      for (const topUp of topUps) {
        expect(topUp).toMatchObject({
          topUpStatus: 'succeeded',
          provider: 'stripe',
          isAutomatic: !onPage.includes(topUp),
          priceMinor: onPage.includes(topUp) ? 2000 : 5000,
        });
        expect(ids.has(topUp.id)).toBe(true);
        const invoice = await restored
          .get(EntityManager)
          .fork()
          .findOne(Invoice, { id: topUp.invoiceId as string });
        expect(invoice).toMatchObject({ topUpId: topUp.id, walletId });
      }
    }
  });

  it('leaves to a person what was paid for a wallet that the backup does not have, and says so', async () => {
    const page = { limit: 100, offset: 0, order: 'asc' as const };
    const { items } = await restored.get(ReconciliationDifferences).list(scope, { state: 'open' }, page);
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({
      kind: 'missing_here',
      note: expect.stringContaining(`wallet ${lateWallet} is not known`),
    });
    const run = await restored.get(Reconciliation).run(scope, {});
    expect(run).toMatchObject({ differencesOpen: 1 });
    expect(run.sums).toMatchObject([{ charged_count: 2 * WALLETS + 3, paid_count: 2 * WALLETS + 2 }]);
  });
});
