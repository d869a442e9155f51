import { EntityManager } from '@mikro-orm/postgresql';
import pg from 'pg';
import { shardOf } from '../src/shared/shard.js';
import { startTestApp, type TestApp } from './support/app.js';
import { expectSoundLedger } from './support/invariants.js';
import { TestLedger } from './support/ledger.js';

/** As many as a second group has at the least. */
const ENOUGH = 24;

describe('a second group', () => {
  let service: TestApp;
  let ledger: TestLedger;
  let walletIds: string[];
  let holder: pg.Client;
  beforeAll(async () => {
    service = await startTestApp();
    ledger = new TestLedger(service);
    walletIds = await Promise.all(Array.from({ length: ENOUGH + 1 }, () => ledger.open({}, '100')));
    holder = new pg.Client(service.database.url);
    await holder.connect();
  });
  afterEach(() => expectSoundLedger(service.get(EntityManager)));
  afterAll(async () => {
    await holder.end();
    await service.close();
  });

  /** Somebody else has the wallet's row: its group waits until `letGo`. */
  async function hold(walletId: string): Promise<() => Promise<unknown>> {
    await holder.query('begin');
    await holder.query('select from wallet where shard = $1 and id = $2 for update', [shardOf(walletId), walletId]);
    return () => holder.query('rollback');
  }

  it('is committed while the first one waits, when it is about other wallets', async () => {
    const [held = '', ...others] = walletIds;
    const letGo = await hold(held);
    let isFirstDone = false;
    const first = ledger.debit(held, '1').then(() => (isFirstDone = true));
    await new Promise((resolve) => setImmediate(resolve));
    // Behind it, about its wallet: passed by, not overtaken.
    const next = ledger.debit(held, '2');
    const beside = await Promise.all(others.map((id) => ledger.debit(id, '1')));
    expect(beside.map(({ balance }) => balance)).toEqual(others.map(() => '99'));
    expect(isFirstDone).toBe(false);
    await letGo();
    await first;
    expect((await next).balance).toBe('97');
  });

  it('meets the first at the index where both write one key: whoever commits later is refused, and nothing of it happens', async () => {
    const [held = '', ...others] = walletIds;
    const before = (await ledger.evaluate(held)).balance;
    const letGo = await hold(held);
    const first = ledger.debit(held, '1', 'in both').catch((error: unknown) => error);
    await new Promise((resolve) => setImmediate(resolve));
    // The first does not know the key when the second writes it, and commits.
    await Promise.all(others.map((id, index) => ledger.debit(id, '1', index === 0 ? 'in both' : undefined)));
    await letGo();
    expect(await first).toMatchObject({ kind: 'idempotency_key_reused' });
    expect((await ledger.evaluate(held)).balance).toBe(before);
    const { rows } = await holder.query("select count(*)::int as keys from idempotency_key where key = 'in both'");
    expect(rows).toEqual([{ keys: 1 }]);
  });
});
