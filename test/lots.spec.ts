import { EntityManager } from '@mikro-orm/postgresql';
import { LedgerSweeps } from '../src/ledger/ledger-sweeps.js';
import { decimal, ZERO } from '../src/shared/decimal.js';
import { type ApiClient, newTenantClient } from './support/api-client.js';
import { startTestApp, type TestApp } from './support/app.js';
import { DATABASES } from './support/database.js';
import { expectSoundLedger } from './support/invariants.js';
import { TestLedger } from './support/ledger.js';

interface Lot {
  id: string;
  credits: string;
  remaining: string;
  consumed_by: { transaction_id: string; kind: string; credits: string; at: string }[];
  consumed_by_count: number;
}
interface Transaction {
  id: string;
  type: string;
  credit_amount: string;
  debt_change: string;
  links: { lot_id: string; kind: string; credits: string; remaining_after: string }[];
}

describe.each(DATABASES)('the lots of a wallet, on %s', (_name, createDatabase) => {
  let service: TestApp;
  let client: ApiClient;
  let ledger: TestLedger;
  beforeAll(async () => {
    service = await startTestApp({ database: await createDatabase() });
    client = await newTenantClient(service);
    ledger = new TestLedger(service, client.scope);
  });
  afterEach(() => expectSoundLedger(service.get(EntityManager)));
  afterAll(() => service.close());

  const lots = async (walletId: string, query = '') =>
    (await client.get(`/v1/wallets/${walletId}/lots${query}`).expect(200)).body as {
      items: Lot[];
      pagination: object;
    };
  const details = async (id: string) => (await client.get(`/v1/transactions/${id}`).expect(200)).body as Transaction;
  const transactionIds = async (walletId: string) => {
    const { body } = await client.get(`/v1/wallets/${walletId}/transactions?order=asc`).expect(200);
    return (body as { items: Transaction[] }).items.map(({ id }) => id);
  };

  it('shows each grant with what it has left, what is held, and what took the rest', async () => {
    const walletId = await ledger.open();
    const expiresAt = new Date(service.clock.now().getTime() + 60_000);
    await ledger.credit(walletId, '10', { priority: 1, expiresAt });
    service.clock.advance(1000);
    await ledger.credit(walletId, '5', { reason: 'PURCHASED_CREDIT_DIRECT' });
    await ledger.debit(walletId, '4');
    service.clock.advance(1000);
    await ledger.debit(walletId, '7');
    await ledger.hold(walletId, `hold_${walletId}`, '3');
    const { items, pagination } = await lots(walletId);
    expect(pagination).toEqual({ total: 2, limit: 50, offset: 50 });
    const [first, second, third, fourth] = await transactionIds(walletId);
    expect(items).toEqual([
      {
        id: second,
        wallet_id: walletId,
        source: 'purchased',
        reason: 'PURCHASED_CREDIT_DIRECT',
        priority: null,
        credits: '5',
        remaining: '4',
        held: '3',
        available: '1',
        expires_at: null,
        created_at: expect.any(String) as string,
        transaction_id: second,
        consumed_by: [{ transaction_id: fourth, kind: 'consume', credits: '1', at: expect.any(String) as string }],
        consumed_by_count: 1,
      },
      expect.objectContaining({
        id: first,
        source: 'granted',
        priority: 1,
        credits: '10',
        remaining: '0',
        available: '0',
        expires_at: expiresAt.toISOString().replace('Z', '000Z'),
        consumed_by: [
          { transaction_id: fourth, kind: 'consume', credits: '6', at: expect.any(String) as string },
          { transaction_id: third, kind: 'consume', credits: '4', at: expect.any(String) as string },
        ],
        consumed_by_count: 2,
      }),
    ]);
    expect((await lots(walletId, '?status=open')).items.map(({ id }) => id)).toEqual([second]);
    const page = await lots(walletId, '?limit=1&offset=1&order=asc');
    expect(page.items.map(({ id }) => id)).toEqual([second]);
    expect(page.pagination).toEqual({ total: 2, limit: 1, offset: 2 });
  });

  it('explains every debit to the last credit, over expiry, debt and its repayment', async () => {
    const walletId = await ledger.open({ overdraftLimit: decimal('100') }, '1.5');
    await ledger.credit(walletId, '3', { expiresAt: new Date(service.clock.now().getTime() + 60_000) });
    await ledger.debit(walletId, '1.000000001');
    service.clock.advance(60_000);
    await service.get(LedgerSweeps).expireCredits();
    await ledger.debit(walletId, '20.25');
    await ledger.credit(walletId, '50');
    const seen: string[] = [];
    for (const id of await transactionIds(walletId)) {
      const transaction = await details(id);
      seen.push(...transaction.links.map(({ kind }) => kind));
      const sum = transaction.links.reduce((total, { credits }) => total.plus(decimal(credits)), ZERO);
      const signed = sum.minus(decimal(transaction.debt_change));
      expect(signed.abs().toFixed()).toBe(transaction.credit_amount);
      expect(signed.gt(0)).toBe(transaction.type === 'credit');
    }
    expect([...new Set(seen)].sort()).toEqual(['consume', 'expire', 'grant', 'repay']);
    for (const { credits, remaining, consumed_by } of (await lots(walletId)).items) {
      const taken = consumed_by.reduce((total, link) => total.plus(decimal(link.credits)), ZERO);
      expect(decimal(credits).minus(taken).toFixed()).toBe(remaining);
    }
  });

  it('bounds what a long-lived lot shows, newest first, and counts on', async () => {
    const walletId = await ledger.open({}, '100');
    await Promise.all(Array.from({ length: 25 }, () => ledger.debit(walletId, '1')));
    const { items } = await lots(walletId);
    expect(items[0]).toMatchObject({ remaining: '75', consumed_by_count: 25 });
    const newest = (await transactionIds(walletId)).slice(-10).toReversed();
    expect(items[0]?.consumed_by.map(({ transaction_id }) => transaction_id)).toEqual(newest);
  });

  it('refuses what is unknown, and wallets and transactions of others', async () => {
    const walletId = await ledger.open({}, '1');
    const [id] = await transactionIds(walletId);
    const stranger = await newTenantClient(service);
    await stranger.get(`/v1/wallets/${walletId}/lots`).expect(404);
    await stranger.get(`/v1/transactions/${id}`).expect(404);
    await client.get('/v1/transactions/wtxn_unknown').expect(404);
    for (const query of [
      'status=closed',
      'limit=-1',
      'limit=1001',
      'order=up',
      'colour=red',
      'status=open&status=all',
    ]) {
      await client.get(`/v1/wallets/${walletId}/lots?${query}`).expect(400);
    }
    const bad = await client.get('/v1/transactions/%00');
    expect(bad.status).toBeLessThan(500);
  });
});
