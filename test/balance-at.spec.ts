import { EntityManager } from '@mikro-orm/postgresql';
import { LedgerSweeps } from '../src/ledger/ledger-sweeps.js';
import { type ApiClient, newTenantClient } from './support/api-client.js';
import { startTestApp, type TestApp } from './support/app.js';
import { DATABASES } from './support/database.js';
import { expectSoundLedger } from './support/invariants.js';
import { TestLedger } from './support/ledger.js';

const DAY_MS = 86_400_000;

type Body = Record<string, unknown>;
type Item = Body & { id: string; created_at: string; transaction_status: string; credits_available: string };

describe.each(DATABASES)('the past of a wallet, on %s', (_name, createDatabase) => {
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

  const now = () => service.clock.now();
  const iso = (at: Date, milliseconds = 0) => new Date(at.getTime() + milliseconds).toISOString();
  const balanceAt = async (walletId: string, at?: string) =>
    (await client.get(`/v1/wallets/${walletId}/balance${at ? `?at=${at}` : ''}`).expect(200)).body as Body;
  const listAt = async (walletId: string, query: string) =>
    (await client.get(`/v1/wallets/${walletId}/transactions?${query}`).expect(200)).body as {
      items: Item[];
      pagination: { total: number };
    };

  it('is the balance after the last entry at or before the instant, by source', async () => {
    const before = now();
    service.clock.advance(1000);
    const walletId = await ledger.open({}, '30');
    const opened = now();
    service.clock.advance(1000);
    await ledger.credit(walletId, '100', { reason: 'PURCHASED_CREDIT_DIRECT' });
    service.clock.advance(1000);
    await ledger.debit(walletId, '40');
    const debited = now();
    service.clock.advance(1000);
    await ledger.debit(walletId, '5');
    const nothing = { posted: '0', available: '0', debt: '0', held: null, last_transaction_at: null };
    expect(await balanceAt(walletId, iso(before))).toMatchObject({ ...nothing, transaction_count: 0 });
    expect(await balanceAt(walletId, iso(opened, -1))).toMatchObject(nothing);
    expect(await balanceAt(walletId, iso(opened))).toMatchObject({
      posted: '30',
      purchased: { posted: '0', available: '0' },
      free: { posted: '30', available: '30' },
      transaction_count: 1,
    });
    expect(await balanceAt(walletId, iso(debited, -1))).toMatchObject({ posted: '130' });
    // Larger grants first: the purchase pays.
    expect(await balanceAt(walletId, iso(debited))).toMatchObject({
      posted: '90',
      available: '90',
      purchased: { posted: '60', available: '60' },
      free: { posted: '30', available: '30' },
      last_transaction_at: debited.toISOString().replace('Z', '000Z'),
    });
    expect(await balanceAt(walletId)).toMatchObject({ posted: '85', held: '0', purchased: { posted: '55' } });
  });

  it('never counts expired credits as available, from their very instant on, booked off or not', async () => {
    const walletId = await ledger.open({}, '10');
    const expiresAt = new Date(now().getTime() + 5000);
    await ledger.credit(walletId, '7', { expiresAt });
    service.clock.advance(60_000);
    const unbooked = [
      await balanceAt(walletId, iso(expiresAt, -1)),
      await balanceAt(walletId, iso(expiresAt)),
      await balanceAt(walletId),
    ];
    expect(unbooked).toMatchObject([
      { posted: '17', available: '17', free: { posted: '17', available: '17' } },
      { posted: '17', available: '10', free: { posted: '17', available: '10' } },
      { posted: '17', available: '10', free: { posted: '17', available: '10' } },
    ]);
    await service.get(LedgerSweeps).expireCredits();
    expect(await balanceAt(walletId, iso(expiresAt, -1))).toMatchObject({ posted: '17', available: '17' });
    expect(await balanceAt(walletId, iso(expiresAt))).toMatchObject({ posted: '10', available: '10' });
    expect(await balanceAt(walletId)).toMatchObject({ posted: '10', available: '10' });
  });

  it('counts credits out at their expiry also when a hold kept them until it was captured later', async () => {
    const walletId = await ledger.open();
    const expiresAt = new Date(now().getTime() + 5000);
    await ledger.credit(walletId, '7', { expiresAt });
    await ledger.hold(walletId, `hold_${walletId}`, '4');
    expect(await balanceAt(walletId)).toMatchObject({ posted: '7', available: '3', held: '4' });
    service.clock.advance(60_000);
    await ledger.capture(walletId, `hold_${walletId}`, '4');
    expect(await balanceAt(walletId, iso(expiresAt, -1))).toMatchObject({ posted: '7', available: '7' });
    expect(await balanceAt(walletId, iso(expiresAt, 1))).toMatchObject({ posted: '4', available: '0' });
    expect(await balanceAt(walletId)).toMatchObject({ posted: '0', available: '0', held: '0' });
  });

  it('knows the debt of then, which the next credit repaid', async () => {
    const walletId = await ledger.open({}, '1.000000001');
    await client.put(`/v1/wallets/${walletId}`, { name: 'In debt' }).expect(200);
    await service.get(EntityManager).fork().execute('update wallet set overdraft_limit = 10 where id = ?', [walletId]);
    service.clock.advance(1000);
    await ledger.debit(walletId, '4');
    const indebted = now();
    service.clock.advance(1000);
    await ledger.credit(walletId, '10');
    const then = { posted: '-2.999999999', debt: '2.999999999', available: '-2.999999999' };
    expect(await balanceAt(walletId, iso(indebted))).toMatchObject(then);
    expect(await balanceAt(walletId)).toMatchObject({ posted: '7.000000001', debt: '0', available: '7.000000001' });
  });

  it('lists transactions as they stood, with what credits had left then', async () => {
    const walletId = await ledger.open({}, '50');
    service.clock.advance(1000);
    await ledger.debit(walletId, '20');
    const first = now();
    service.clock.advance(1000);
    await ledger.debit(walletId, '1');
    const { items, pagination } = await listAt(walletId, `at=${iso(first)}`);
    expect(items.map(({ credit_amount, credits_available }) => [credit_amount, credits_available])).toEqual([
      ['20', '0'],
      ['50', '30'],
    ]);
    expect(pagination.total).toBe(2);
    expect((await listAt(walletId, `at=${iso(first, -1)}&limit=1`)).items).toMatchObject([{ credits_available: '50' }]);
    expect((await listAt(walletId, `at=${iso(first, -1001)}`)).items).toEqual([]);
    expect((await listAt(walletId, 'limit=1')).pagination.total).toBe(3);
    expect((await listAt(walletId, `limit=1&start_time=${iso(first)}&at=${iso(now())}`)).pagination.total).toBe(2);
    expect((await listAt(walletId, `limit=1&start_time=${iso(first, 1)}`)).items).toMatchObject([
      { credit_amount: '1' },
    ]);
  });

  it('shows a credit that waited for its invoice as pending until it was completed', async () => {
    const customer = (await client.post('/v1/customers', { external_id: 'waits', name: 'W' }).expect(201)).body as Item;
    const wallet = (await client.post('/v1/wallets', { customer_id: customer.id, currency: 'usd' })).body as Item;
    const topUp = { credits_to_add: '10', transaction_reason: 'PURCHASED_CREDIT_INVOICED' };
    const answer = (await client.post(`/v1/wallets/${wallet.id}/top-up`, topUp).expect(200)).body as Body;
    const asked = now();
    service.clock.advance(DAY_MS);
    await client
      .put(`/v1/invoices/${String(answer['invoice_id'])}/payment`, { payment_status: 'SUCCEEDED' })
      .expect(200);
    const statuses = async (query: string) =>
      (await listAt(wallet.id, query)).items.map((item) => [item.transaction_status, item.credits_available]);
    expect(await statuses('')).toEqual([['completed', '10']]);
    expect(await statuses(`at=${iso(now())}`)).toEqual([['completed', '10']]);
    expect(await statuses(`at=${iso(asked)}`)).toEqual([['pending', '0']]);
    expect(await statuses(`at=${iso(asked, -1)}`)).toEqual([]);
    expect(await balanceAt(wallet.id, iso(asked))).toMatchObject({ posted: '0', purchased: { posted: '0' } });
  });

  it('refuses the future, nonsense, and wallets of others', async () => {
    const walletId = await ledger.open({}, '1');
    for (const route of ['balance', 'transactions']) {
      const path = `/v1/wallets/${walletId}/${route}`;
      for (const at of [iso(now(), 1), 'yesterday', '2026-02-30T00:00:00Z', '0000-01-01T00:00:00Z', '%00']) {
        expect((await client.get(`${path}?at=${at}`).expect(400)).body).toMatchObject({ code: 'validation_error' });
      }
      await client.get(`${path}?at=${iso(now())}&at=${iso(now())}`).expect(400);
      await client.get(`${path}?at=${iso(now())}`).expect(200);
      const stranger = await newTenantClient(service);
      await stranger.get(path).expect(404);
    }
    await client.get(`/v1/wallets/${walletId}/balance?when=now`).expect(400);
  });
});
