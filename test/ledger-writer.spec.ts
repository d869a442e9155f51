import { EntityManager } from '@mikro-orm/postgresql';
import pg from 'pg';
import { LedgerService } from '../src/ledger/ledger.service.js';
import { DomainError } from '../src/shared/errors.js';
import { topUpChange } from '../src/top-ups/rules/top-up-changes.js';
import { newTenantClient } from './support/api-client.js';
import { startTestApp, type TestApp } from './support/app.js';
import { expectSoundLedger } from './support/invariants.js';
import { ACTOR, SCOPE, TestLedger } from './support/ledger.js';

describe('the writer', () => {
  let service: TestApp;
  let ledger: TestLedger;
  beforeAll(async () => {
    service = await startTestApp();
    ledger = new TestLedger(service);
  });
  afterEach(() => expectSoundLedger(service.get(EntityManager)));
  afterAll(() => service.close());

  it('lets a poison command hurt nobody but itself', async () => {
    const walletId = await ledger.open({}, '100');
    const poison = service.get(LedgerService).post({
      kind: 'evaluate',
      scope: SCOPE,
      walletId,
      actor: ACTOR,
      guard: async (tx) => void (await tx.query('select * from no_such_table')),
      answer: () => null,
    });
    const neighbours = Array.from({ length: 40 }, () => ledger.debit(walletId, '1'));
    const results = await Promise.allSettled([...neighbours.slice(0, 20), poison, ...neighbours.slice(20)]);
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(1);
    expect((await ledger.evaluate(walletId)).balance).toBe('60');
  });

  it.each([
    ['a guard that answers no', { guard: async () => new DomainError('conflict', 'not now') }],
    ['a guard that throws no', { guard: () => Promise.reject(new DomainError('conflict', 'not now')) }],
    [
      'the second of two changes',
      {
        changes: [
          topUpChange({ kind: 'limits', change: { maxPerHour: 1 } }),
          topUpChange({ kind: 'auto_topup', change: { enabled: true } }),
        ],
      },
    ],
  ])('changes nothing and writes nothing beside a command that is refused by %s, in one commit', async (_name, no) => {
    const walletId = await ledger.open({}, '500');
    let written = 0;
    const refused = service.get(LedgerService).post({
      kind: 'evaluate',
      scope: SCOPE,
      walletId,
      actor: ACTOR,
      ...no,
      also: async () => void (written += 1),
      answer: () => null,
    });
    const neighbours = Array.from({ length: 200 }, () => ledger.debit(walletId, '1'));
    const [result, ...debits] = await Promise.allSettled([refused, ...neighbours]);
    expect(result).toMatchObject({ status: 'rejected' });
    expect(debits.every(({ status }) => status === 'fulfilled')).toBe(true);
    expect(written).toBe(0);
    // One transaction opened the wallet, one made all the debits.
    expect((await admin(`select distinct xmin::text from entry where wallet_id = '${walletId}'`)).rows).toHaveLength(2);
    const { rows } = await admin(`select * from top_up_guard where wallet_id = '${walletId}'`);
    expect(rows).toEqual([]);
  });

  async function admin(sql: string): Promise<pg.QueryResult> {
    const client = new pg.Client(service.database.url);
    await client.connect();
    try {
      return await client.query(sql);
    } finally {
      await client.end();
    }
  }

  it('survives its connections being cut: each debit happens once, or is refused as busy and happens on repeat', async () => {
    const walletId = await ledger.open({}, '1000');
    const killer = new pg.Client(service.database.url);
    await killer.connect();
    const cut = () =>
      killer.query(
        'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
      );
    const keys = Array.from({ length: 200 }, (_, index) => `cut-${walletId}-${index}`);
    const first: PromiseSettledResult<unknown>[] = [];
    for (let start = 0; start < keys.length; start += 20) {
      const debits = keys.slice(start, start + 20).map((key) => ledger.debit(walletId, '1', key));
      await cut();
      first.push(...(await Promise.allSettled(debits)));
    }
    expect(first).toHaveLength(200);
    for (const result of first) {
      const isBusy = result.status === 'rejected' && (result.reason as DomainError).kind === 'unavailable';
      expect(result.status === 'fulfilled' || isBusy).toBe(true);
    }
    const again = await Promise.all(keys.map((key) => ledger.debit(walletId, '1', key)));
    expect(new Set(again.map(({ balance }) => balance)).size).toBe(200);
    expect((await ledger.evaluate(walletId)).balance).toBe('800');
    await killer.end();
  });

  it('numbers the entries of two processes in one order', async () => {
    const other = await startTestApp({ database: { ...service.database, drop: async () => undefined } });
    const there = new TestLedger(other);
    const walletId = await ledger.open({}, '100');
    const debits = Array.from({ length: 200 }, (_, index) => (index % 2 ? ledger : there).debit(walletId, '1'));
    const results = await Promise.allSettled(debits);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(100);
    await other.close();
  });

  it('answers one key once, whichever process it comes to', async () => {
    const other = await startTestApp({ database: { ...service.database, drop: async () => undefined } });
    const there = new TestLedger(other);
    const walletId = await ledger.open({}, '100');
    const calls = Array.from({ length: 40 }, (_, index) =>
      (index % 2 ? ledger : there).debit(walletId, '1', `both-${walletId}-${index % 4}`),
    );
    const answers = await Promise.all(calls);
    expect(new Set(answers.map(({ balance }) => balance)).size).toBe(4);
    expect((await ledger.evaluate(walletId)).balance).toBe('96');
    await other.close();
  });
});

describe('the writer’s queue', () => {
  it('turns requests away with 503 and Retry-After when it is full, and loses none that it took', async () => {
    const service = await startTestApp({ config: { ledgerQueueLimit: 5, ledgerBatchLimit: 2 } });
    const client = await newTenantClient(service);
    const customer = await client.post('/v1/customers', { external_id: 'c', name: 'C' });
    const wallet = await client.post('/v1/wallets', {
      customer_id: (customer.body as { id: string }).id,
      currency: 'usd',
      initial_credits_to_load: '1000',
    });
    const { id } = wallet.body as { id: string };
    const debits = Array.from({ length: 100 }, (_, index) =>
      client.post(`/v1/wallets/${id}/debit`, {
        credits: 1,
        transaction_reason: 'MANUAL_BALANCE_DEBIT',
        idempotency_key: `q${index}`,
      }),
    );
    const answers = await Promise.all(debits);
    const taken = answers.filter(({ status }) => status === 200);
    const turnedAway = answers.filter(({ status }) => status === 503);
    expect(taken.length + turnedAway.length).toBe(100);
    expect(turnedAway.length).toBeGreaterThan(0);
    for (const { headers } of turnedAway) expect(headers['retry-after']).toBe('1');
    const now = await client.get(`/v1/wallets/${id}`);
    expect(now.body).toMatchObject({ credit_balance: String(1000 - taken.length) });
    await expectSoundLedger(service.get(EntityManager));
    await service.close();
  });
});
