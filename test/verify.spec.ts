import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EntityManager } from '@mikro-orm/postgresql';
import request from 'supertest';
import { FIGURES_OF_ENTRIES } from '../src/migrations/Migration20261122160000_figures.js';
import { DailyLedgerCheck } from '../src/ops/verify/daily-check.js';
import { LedgerCheck } from '../src/ops/verify/ledger-check.entity.js';
import { verifyLedger } from '../src/ops/verify/verify-ledger.js';
import { setProtection } from './support/protection.js';
import { startTestApp, type TestApp } from './support/app.js';
import { createTestDatabase, DATABASES, type TestDatabase } from './support/database.js';
import { TestLedger } from './support/ledger.js';

const DAY_MS = 86_400_000;
const WALLETS = 12;

/** A ledger of some wallets with five entries each. */
async function fill(ledger: TestLedger): Promise<string[]> {
  const walletIds: string[] = [];
  for (let count = 0; count < WALLETS; count += 1) {
    const walletId = await ledger.open({}, '10');
    await ledger.credit(walletId, '5');
    for (const credits of ['1', '2', '3']) await ledger.debit(walletId, credits);
    walletIds.push(walletId);
  }
  return walletIds;
}

/** Changes rows that the database protects, as somebody with its password could. */
async function tamper(em: EntityManager, table: string, ...statements: string[]): Promise<void> {
  await setProtection(em, 'disable', [table]);
  for (const statement of statements) await em.execute(statement);
  await setProtection(em, 'enable', [table]);
}

/** As whoever tampers with everything else would have to. */
async function sumUpAgain(em: EntityManager): Promise<void> {
  for (const sql of ['delete from ledger_figure', ...FIGURES_OF_ENTRIES]) await em.execute(sql);
}

/** Takes the last of five entries back so that everything agrees again. */
async function takeBackLast(em: EntityManager, walletId: string): Promise<void> {
  const of = (table: string): string => `${table}.wallet_id = '${walletId}' and ${table}.sequence = 5`;
  await em.execute(`update lot l set remaining = remaining - k.credits from entry_lot k
    where ${of('k')} and l.shard = k.shard and l.wallet_id = k.wallet_id and l.id = k.lot_id`);
  await tamper(em, 'entry_lot', `delete from entry_lot where ${of('entry_lot')}`);
  await em.execute(`update wallet w set credit_balance = e.balance_before, sequence = 4 from entry e
    where w.shard = e.shard and w.id = e.wallet_id and ${of('e')}`);
  await tamper(em, 'entry', `delete from entry where ${of('entry')}`);
  await sumUpAgain(em);
}

describe.each(DATABASES)('looking at the whole ledger, on %s', (_name, createDatabase) => {
  let service: TestApp;
  let em: EntityManager;
  let ledger: TestLedger;
  let walletIds: string[];
  beforeAll(async () => {
    service = await startTestApp({ database: await createDatabase() });
    em = service.get(EntityManager).fork();
    ledger = new TestLedger(service);
    walletIds = await fill(ledger);
  });
  afterAll(() => service.close());

  it('finds a sound one sound, and counts what it has looked at', async () => {
    expect(await verifyLedger(em)).toEqual({ wallets: WALLETS, entries: WALLETS * 5, leftOut: 0, breaches: [] });
  });

  it('finds the same in pieces, and ends when it is told to', async () => {
    let pauses = 0;
    const pause = async () => void (pauses += 1);
    const counted = { wallets: WALLETS, entries: WALLETS * 5, leftOut: 0, breaches: [] };
    expect(await verifyLedger(em, { pieceEntries: 12, pause })).toEqual(counted);
    expect(pauses).toBeGreaterThan(WALLETS / 2);
    const stop = async () => Promise.reject(new Error('enough'));
    await expect(verifyLedger(em, { pause: stop })).rejects.toThrow('enough');
  });

  it('follows only the hash chain where a wallet is too large for more, and says so', async () => {
    const terms = { pieceEntries: 1, mostEntries: 4 };
    expect(await verifyLedger(em, terms)).toMatchObject({ entries: WALLETS * 5, leftOut: WALLETS, breaches: [] });
    await tamper(
      em,
      'entry',
      `update entry set reason = 'CREDIT_NOTE' where wallet_id = '${walletIds[3]}' and sequence = 1`,
    );
    expect((await verifyLedger(em, terms)).breaches).toEqual([expect.stringContaining(`in ${walletIds[3]}`)]);
    await tamper(
      em,
      'entry',
      `update entry set reason = 'FREE_CREDIT_GRANT' where wallet_id = '${walletIds[3]}' and sequence = 1`,
    );
    expect((await verifyLedger(em, terms)).breaches).toEqual([]);
  });

  it.each<[string, string, (walletId: string) => string[], RegExp]>([
    [
      'a balance',
      'wallet',
      (id) => [`update wallet set credit_balance = credit_balance + 1 where id = '${id}'`],
      /balance is the sum of its entries/,
    ],
    [
      'what a lot has left',
      'lot',
      (id) => [`update lot set remaining = remaining + 1 where wallet_id = '${id}' and is_open`],
      /lot has left what its links say/,
    ],
    [
      'the words of an entry',
      'entry',
      (id) => [`update entry set metadata = '{"a":"b"}' where wallet_id = '${id}' and sequence = 3`],
      /^the hash of wtxn_\w+ is wrong/,
    ],
    [
      'whose an entry is',
      'entry',
      (id) => [`update entry set tenant_id = 'tenant_other' where wallet_id = '${id}' and sequence = 3`],
      /what is of a wallet is of its tenant/,
    ],
    [
      'an entry that is gone',
      'entry',
      (id) => [`delete from entry where wallet_id = '${id}' and sequence = 2`],
      /numbered without gaps/,
    ],
  ])('finds a change of %s, and names the row', async (_what, table, change, expected) => {
    const walletId = await ledger.open({}, '10');
    for (const credits of ['1', '2', '3']) await ledger.debit(walletId, credits);
    await tamper(em, table, ...change(walletId));
    const breaches = (await verifyLedger(em)).breaches;
    expect(breaches.some((line) => expected.test(line))).toBe(true);
    // Nobody else's is in the way of the next test.
    await em.execute(`delete from wallet where id = '${walletId}'`);
    for (const own of ['entry', 'entry_lot', 'lot']) {
      await tamper(em, own === 'lot' ? 'entry' : own, `delete from ${own} where wallet_id = '${walletId}'`);
    }
    await sumUpAgain(em);
    expect((await verifyLedger(em)).breaches).toEqual([]);
  });

  it('is done once a day, says so in the readiness, and keeps the day’s anchor', async () => {
    const midnight = Date.parse('2026-03-05T00:00:00Z');
    const check = service.get(DailyLedgerCheck);
    const at = async (instant: number): Promise<LedgerCheck[]> => {
      service.clock.advance(instant - service.clock.now().getTime());
      check.wake();
      await check.idle();
      return em.fork().find(LedgerCheck, {}, { orderBy: { day: 'asc' } });
    };
    expect(await at(midnight + 3 * 3_600_000)).toEqual([]);
    const [first] = await at(midnight + 5 * 3_600_000);
    expect(first).toMatchObject({ day: '2026-03-05', wallets: walletIds.length, breaches: [] });
    expect(first?.anchor).toMatch(
      /^refill-anchor 1 2026-03-04 wallets=12 entries=60 root=[0-9a-f]{64} signature=[\w-]{43}$/,
    );
    expect(await at(midnight + 6 * 3_600_000)).toEqual([first]);
    await em.execute(`update wallet set held = 1 where id = '${walletIds[0]}'`);
    const both = await at(midnight + DAY_MS + 5 * 3_600_000);
    expect(both).toHaveLength(2);
    expect(both[1]?.breaches[0]).toContain('on hold is the same');
    const ready = await request(service.url).get('/health/ready').expect(200);
    expect(ready.body.info.ledger).toMatchObject({ breaches: both[1]?.breaches.length, checked_seconds: 0 });
    await em.execute(`update wallet set held = 0 where id = '${walletIds[0]}'`);
    // Each look also holds the ledger against the anchor of the one before.
    await takeBackLast(em, walletIds[1] as string);
    const last = (await at(midnight + 2 * DAY_MS + 5 * 3_600_000)).at(-1);
    expect(last?.breaches).toEqual([
      expect.stringContaining('anchor 2026-03-05: the ledger had 60 entries in 12 wallets, and now has 59'),
    ]);
  });
});

describe('npm run verify', () => {
  let database: TestDatabase & { url: string };
  let service: TestApp;
  let em: EntityManager;
  let dataDir: string;
  let lines: string;
  beforeAll(async () => {
    database = await createTestDatabase();
    dataDir = mkdtempSync(join(tmpdir(), 'refill-verify-'));
    service = await startTestApp({ database, dataDir });
    em = service.get(EntityManager).fork();
    await fill(new TestLedger(service));
  });
  afterAll(async () => {
    await service.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  function run(...options: string[]): Promise<{ code: number; text: string }> {
    const command = join(process.env['REFILL_TEST_SERVICE'] as string, 'verify.js');
    const env = { PATH: process.env['PATH'], DATABASE_URL: database.url, DATA_DIR: dataDir };
    return new Promise((resolve) => {
      execFile(process.execPath, [command, ...options], { env }, (error, stdout, stderr) =>
        resolve({ code: Number(error?.code ?? 0), text: stdout + stderr }),
      );
    });
  }

  it('counts, ends with 0 beside a service that runs, and prints the anchor of a day', async () => {
    const { code, text } = await run('--anchor', '2026-03-02');
    expect([code, text]).toEqual([0, expect.stringContaining('12 wallets, 60 entries: all invariants')]);
    lines = text.split('\n').filter((line) => line.startsWith('refill-anchor'))[0] as string;
    expect(lines).toContain('wallets=12 entries=60');
  });

  it('compares with anchors that were kept: what the ledger did since then changes none', async () => {
    service.clock.advance(DAY_MS);
    await new TestLedger(service).open({}, '7');
    const file = join(dataDir, 'anchors.txt');
    writeFileSync(file, `${lines}\n`);
    const { code, text } = await run('--anchors', file);
    expect([code, text]).toEqual([0, expect.stringContaining('1 anchors compared')]);
  });

  it('finds by an anchor that the last entries were taken back, which no invariant shows', async () => {
    const [{ id }] = (await em.execute('select id from wallet order by id limit 1')) as [{ id: string }];
    await takeBackLast(em, id);
    expect((await verifyLedger(em)).breaches).toEqual([]);
    const { code, text } = await run('--anchors', join(dataDir, 'anchors.txt'));
    expect([code, text]).toEqual([
      1,
      expect.stringContaining('BREACH  anchor 2026-03-02: the ledger had 60 entries in 12 wallets, and now has 59'),
    ]);
  });

  it('refuses anchors that it has not signed, and what is none', async () => {
    const forged = [lines.replace(/signature=../, 'signature=AA'), lines.replace('entries=60', 'entries=59'), 'anchor'];
    const file = join(dataDir, 'forged.txt');
    writeFileSync(file, forged.join('\n'));
    const { code, text } = await run('--anchors', file);
    expect(code).toBe(1);
    expect(text.match(/BREACH .* is not signed/g)).toHaveLength(2);
    expect(text).toContain('is not an anchor');
  });

  it('says how it is used where a day is not over', async () => {
    const { code, text } = await run('--anchor=2999-01-01');
    expect([code, text]).toEqual([2, expect.stringContaining('npm run verify -- ')]);
  });
});
