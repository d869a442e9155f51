import { EntityManager } from '@mikro-orm/postgresql';
import type { EntityName } from '@mikro-orm/core';
import { BalanceHistoryService } from '../src/ledger/balance-history.service.js';
import { Entry } from '../src/ledger/entry.entity.js';
import { availableOfLot, isLive, unheld } from '../src/ledger/live-lots.js';
import { Lot } from '../src/ledger/lot.entity.js';
import { Wallet } from '../src/ledger/wallet.entity.js';
import type { EntryRecord } from '../src/ledger/wallet-state.js';
import { type Decimal, formatDecimal, multiplyByRate, ZERO } from '../src/shared/decimal.js';
import { readRows } from '../src/shared/prepared-reads.js';
import { withinEveryScope, withinScope } from '../src/shared/sight.js';
import { SqlTable } from '../src/shared/sql-table.js';
import { NO_FEE } from '../src/top-ups/pricing/price-top-up.js';
import { TopUpReads } from '../src/top-ups/purchases/top-up-reads.js';
import { TopUpGuard, TopUpRule } from '../src/top-ups/rules/top-up-rule.entity.js';
import { LotsService } from '../src/wallets/history/lots.service.js';
import { StatementService } from '../src/wallets/history/statement.service.js';
import { HoldsService } from '../src/wallets/holds.service.js';
import { renderWallet, shapeWallet, textsOf as textsOfWallet } from '../src/wallets/render-wallet.js';
import { shapeTransaction, textsOf } from '../src/wallets/render-transaction.js';
import { TransactionReader } from '../src/wallets/transaction-reader.js';
import { WalletReader } from '../src/wallets/wallet-reader.js';
import { type ApiClient, newTenantClient } from './support/api-client.js';
import { startTestApp, type TestApp } from './support/app.js';
import { DATABASES } from './support/database.js';
import { COUNT_WALLETS } from './support/fill-tables.js';
import { type GeneratedWallet, generateWallets } from './support/generated-wallets.js';
import { recordSql } from './support/sql-recorder.js';

const seed = Number(process.env['READS_SEED'] ?? Math.floor(Math.random() * 1e9));

describe.each(DATABASES)(`what is read, on %s (READS_SEED=${seed})`, (_name, createDatabase) => {
  let service: TestApp;
  let client: ApiClient;
  let generated: GeneratedWallet[];
  beforeAll(async () => {
    service = await startTestApp({ database: await createDatabase() });
    client = await newTenantClient(service);
    generated = generateWallets(client.scope, 60, service.clock.now(), seed);
    await write(Wallet, ({ wallet }) => [wallet]);
    await write(Entry, ({ entries }) => entries);
    await write(Lot, ({ lots }) => lots);
    await withinEveryScope(() => service.app.get(EntityManager).fork().execute(COUNT_WALLETS));
    await write(TopUpRule, ({ rule }) => rule ?? []);
    await write(TopUpGuard, ({ guard }) => guard ?? []);
  });
  afterAll(() => service.close());

  async function write<Row extends object>(
    entity: EntityName<Row>,
    rowsOf: (wallet: GeneratedWallet) => object | object[],
  ): Promise<void> {
    const em = service.app.get(EntityManager);
    const table = new SqlTable<object>(em.getMetadata().get(entity as never));
    const rows = table.toParameter(generated.flatMap(rowsOf));
    await withinEveryScope(() => readRows(em, table.insert(), [rows]));
  }

  const rulesOf = ({ wallet, rule, guard }: GeneratedWallet) => ({
    rules: new Map(rule ? [[rule.trigger, rule]] : []),
    guard,
    fee: NO_FEE,
    currency: wallet.currency,
  });
  /** What the wallet's lots hold that are live, reckoned in memory. */
  function lotsOf({ lots }: GeneratedWallet): { purchased: Decimal; free: Decimal; unheld: Decimal } {
    const live = lots.filter((lot) => lot.isOpen && isLive(lot, service.clock.now()));
    const sum = (amounts: Decimal[]) => amounts.reduce((total, amount) => total.plus(amount), ZERO);
    const of = (source: string) => sum(live.filter((lot) => lot.source === source).map(({ remaining }) => remaining));
    return { purchased: of('purchased'), free: of('free'), unheld: sum(live.map(unheld)) };
  }
  const textOf = async (path: string) => (await client.get(path).expect(200)).text;

  it('is a wallet as it is rendered from its record, to the last byte', async () => {
    for (const one of generated) {
      expect(await textOf(`/v1/wallets/${one.wallet.id}`)).toBe(JSON.stringify(renderWallet(one.wallet, rulesOf(one))));
    }
  });

  it('is a balance as it is reckoned from the lots in memory', async () => {
    for (const one of generated) {
      const { wallet } = one;
      const { purchased, free, unheld: spendable } = lotsOf(one);
      const [isActive, isPostpaid] = [wallet.walletStatus === 'active', wallet.walletType === 'POST_PAID'];
      const available = isActive ? spendable.minus(wallet.debt) : ZERO;
      const credits = isActive && isPostpaid ? available.plus(wallet.held) : available;
      const pending = isPostpaid ? ZERO : wallet.held;
      const inCurrency = (amount: Decimal) => formatDecimal(multiplyByRate(amount, wallet.conversionRate));
      const breakdown = { purchased: formatDecimal(purchased), free: formatDecimal(free) };
      const texts = textsOfWallet(wallet);
      expect(await textOf(`/v1/wallets/${wallet.id}/balance/real-time?expand=credits_available_breakdown`)).toBe(
        JSON.stringify({
          ...shapeWallet(texts, rulesOf(one), breakdown),
          real_time_balance: inCurrency(credits),
          real_time_credit_balance: formatDecimal(credits),
          balance_updated_at: texts.last_entry_at ?? texts.updated_at,
          posted_credit_balance: texts.credit_balance,
          held_credit_balance: texts.held_credits,
          available_credit_balance: formatDecimal(available),
          current_period_usage: isActive ? inCurrency(pending) : null,
          unpaid_invoices_amount: isActive ? '0' : null,
          is_cached_fallback: false,
        }),
      );
    }
  });

  it('is a list of transactions as each is rendered from its records', async () => {
    for (const { wallet, entries, lots } of generated) {
      const lotOf = (id: string) => lots.find((lot) => lot.id === id);
      const items = entries
        .toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime() || (a.id < b.id ? 1 : -1))
        .map((entry) => {
          const lot = lotOf(entry.id);
          return shapeTransaction(
            textsOf({
              ...entry,
              creditAmount: entry.credits.abs(),
              transactionStatus: 'completed',
              expiresAt: lot?.expiresAt ?? null,
              priority: lot?.priority ?? null,
              creditsAvailable: lot ? availableOfLot(lot, service.clock.now()) : ZERO,
            }),
          );
        });
      expect(await textOf(`/v1/wallets/${wallet.id}/transactions?limit=3`)).toBe(
        JSON.stringify({ items: items.slice(0, 3), pagination: { total: items.length, limit: 3, offset: 3 } }),
      );
      const credits = items.filter(({ type, credits_available }) => type === 'credit' && Number(credits_available) > 1);
      const rest = (await client.get(`/v1/wallets/${wallet.id}/transactions?credits_available_gt=1`).expect(200)).text;
      const pagination = { total: credits.length, limit: 50, offset: 50 };
      expect(rest).toBe(JSON.stringify({ items: credits, pagination }));
    }
  });

  it('is a list of wallets with the number of all, also of a page that nothing is on', async () => {
    const sorted = generated
      .toSorted(
        (a, b) => b.wallet.createdAt.getTime() - a.wallet.createdAt.getTime() || (a.wallet.id < b.wallet.id ? 1 : -1),
      )
      .map((one) => renderWallet(one.wallet, rulesOf(one)));
    const page = (limit: number, offset: number) =>
      JSON.stringify({
        items: sorted.slice(offset, offset + limit),
        pagination: { total: sorted.length, limit, offset: offset + limit },
      });
    for (const [limit, offset] of [
      [50, 0],
      [50, 50],
      [1000, 0],
      [10, 500],
    ] as const) {
      expect(await textOf(`/v1/wallets?limit=${limit}&offset=${offset}`)).toBe(page(limit, offset));
    }
  });

  it('counts a wallet that was opened a moment ago, and one that was opened hours after the others', async () => {
    const total = async () => (await client.get('/v1/wallets?limit=1').expect(200)).body.pagination.total as number;
    const before = await total();
    for (const opened of [1, 2]) {
      const customer = { external_id: `late-${opened}`, name: 'Late' };
      const { body } = await client.post('/v1/customers', customer).expect(201);
      await client.post('/v1/wallets', { customer_id: body.id, currency: 'usd' }).expect(200);
      expect(await total()).toBe(before + opened);
      service.clock.advance(2 * 3_600_000);
      expect(await total()).toBe(before + opened);
    }
  });

  it('is read by one statement a route', async () => {
    const [{ wallet }] = generated as [GeneratedWallet];
    // What an environment has set is read once in a while.
    await textOf(`/v1/wallets/${wallet.id}`);
    for (const path of [
      '',
      '/balance/real-time',
      '/balance',
      '/transactions',
      '/lots',
      '/holds',
      '/top-ups',
      '/top-up-decisions',
    ]) {
      const statements = await recordSql(service.get(EntityManager), () => textOf(`/v1/wallets/${wallet.id}${path}`));
      expect([path, statements.length]).toEqual([path, 1]);
    }
  });

  it('tells what is wrong with a request before that there is no such wallet, of a stranger’s as of none', async () => {
    const [{ wallet }] = generated as [GeneratedWallet];
    const stranger = await newTenantClient(service);
    for (const id of [wallet.id, 'wallet_unknown']) {
      await stranger.get(`/v1/wallets/${id}/transactions?reference_type=EXTERNAL`).expect(400);
      await stranger.get(`/v1/wallets/${id}/transactions`).expect(404);
    }
  });

  it('is nothing of another tenant, whatever its condition says', async () => {
    const [{ wallet }] = generated as [GeneratedWallet];
    const stranger = await newTenantClient(service);
    const reader = service.app.get(WalletReader);
    expect(await withinScope(stranger.scope, () => reader.find(client.scope, wallet.id, true))).toBeUndefined();
  });

  it('is nothing of another tenant by its own condition, where the database would show it', async () => {
    const { wallet, entries } = generated.find((one) => one.entries.length > 0) as GeneratedWallet;
    const { scope } = await newTenantClient(service);
    const page = { limit: 10, offset: 0, order: 'desc' } as const;
    const [wallets, transactions] = [service.app.get(WalletReader), service.app.get(TransactionReader)];
    await withinEveryScope(async () => {
      expect(await wallets.find(client.scope, wallet.id, true)).toBeDefined();
      expect(await wallets.find(scope, wallet.id, true)).toBeUndefined();
      expect(await wallets.listByIds(scope, [wallet.id])).toEqual([]);
      expect(await wallets.listActive(scope, wallet.customerId, true)).toEqual([]);
      expect(await wallets.search(scope, { ...page, wallet_ids: [wallet.id] })).toEqual({ items: [], total: 0 });
      expect(await transactions.list(scope, { ...page, id: wallet.id })).toBeUndefined();
      expect(await transactions.find(scope, (entries[0] as EntryRecord).id)).toBeUndefined();
      const past = service.app.get(BalanceHistoryService);
      expect(await past.balanceAt(scope, wallet.id, service.clock.now())).toBeUndefined();
      for (const list of [
        () => service.app.get(LotsService).list(scope, wallet.id, { ...page, status: 'all' }),
        () => service.app.get(HoldsService).list(scope, wallet.id, page),
        () => service.app.get(TopUpReads).ofWallet(scope, wallet.id, page),
        () => service.app.get(TopUpReads).decisionsOfWallet(scope, wallet.id, page),
        () => service.app.get(StatementService).open(scope, wallet.id, {}),
      ]) {
        await expect(list()).rejects.toMatchObject({ kind: 'not_found' });
      }
    });
  });
});
