import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Speed } from './load.js';
import type { BenchService } from './processes.js';
import type { SweepFigures } from './report.js';
import { seedIdleWallets, seedOldKeys } from './seed.js';

const IDLE_WALLETS = 1_000_000;
/** Rounds are 2 s apart: so many see the wallets and leave them alone. */
const IDLE_SECONDS = 30;
const DUE_WALLETS = 100_000;
const GIVE_UP_SECONDS = 1800;

interface Options {
  databaseUrl: string;
  /** Keys to be forgotten. Fewer take less time; the pieces, and what they hold, are the same. */
  oldKeys: number;
  startService: () => Promise<BenchService>;
  /** Debits, as fast as they go. */
  measureDebits: (url: string) => Promise<Speed>;
}

/** What the scheduled task costs where nothing is due, and what it costs others where all is due at once. */
export async function measureSweep({
  databaseUrl,
  oldKeys,
  startService,
  measureDebits,
}: Options): Promise<SweepFigures> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  try {
    process.stderr.write(`(sweep) ${IDLE_WALLETS} wallets with rules ...\n`);
    await seedIdleWallets(client, IDLE_WALLETS);
    let service = await startService();
    const debits = (await measureDebits(service.url)).perSecond;
    const idleEvaluations = await countIdleEvaluations(client);

    process.stderr.write(`(sweep) ${DUE_WALLETS} of them are due ...\n`);
    const dueFrom = performance.now();
    await client.query(
      `update top_up_guard set next_evaluation_at = now() where wallet_id in (
         select wallet_id from top_up_guard where wallet_id like 'sweep_%' limit ${DUE_WALLETS})`,
    );
    const duringDue = measureDebits(service.url);
    const dueSeconds = await secondsUntilNone(client, 'top_up_guard where next_evaluation_at is not null', dueFrom);
    const dueDebits = (await duringDue).perSecond;
    await service.stop();

    process.stderr.write(`(sweep) ${oldKeys} old keys ...\n`);
    await seedOldKeys(client, oldKeys);
    // Its first round forgets.
    service = await startService();
    const duringForget = measureDebits(service.url);
    const keys = await watchForgetting(client);
    const keysDebits = (await duringForget).perSecond;
    await service.stop();
    return {
      debitsPerSecond: debits,
      idle: { wallets: IDLE_WALLETS, evaluationsPerHour: (idleEvaluations * 3600) / IDLE_SECONDS },
      due: { wallets: DUE_WALLETS, seconds: dueSeconds, debitShare: dueDebits / debits },
      keys: { keys: oldKeys, ...keys, debitShare: keysDebits / debits },
    };
  } finally {
    await client.end();
  }
}

/** Whoever looks at a wallet claims it first, and that is a write. */
async function countIdleEvaluations(client: pg.Client): Promise<number> {
  const before = await claims(client);
  await delay(IDLE_SECONDS * 1000);
  return (await claims(client)) - before;
}

async function claims(client: pg.Client): Promise<number> {
  // Statistics of other sessions come a moment later.
  await delay(2000);
  const { rows } = await client.query<{ n: string }>(
    `select n_tup_upd as n from pg_stat_user_tables where relname = 'top_up_guard'`,
  );
  return Number(rows[0]?.n);
}

async function secondsUntilNone(client: pg.Client, what: string, from = performance.now()): Promise<number> {
  while (performance.now() - from < GIVE_UP_SECONDS * 1000) {
    const { rows } = await client.query(`select 1 from ${what} limit 1`);
    if (rows.length === 0) return (performance.now() - from) / 1000;
    await delay(100);
  }
  return Infinity;
}

/** How long it takes, and how long the longest transaction that deletes keys was seen to be open. */
async function watchForgetting(client: pg.Client): Promise<{ seconds: number; longestMs: number }> {
  const from = performance.now();
  let longestMs = 0;
  let looks = 0;
  while (performance.now() - from < GIVE_UP_SECONDS * 1000) {
    const { rows } = await client.query<{ ms: number | null }>(
      `select max(extract(epoch from clock_timestamp() - xact_start) * 1000)::float8 as ms from pg_stat_activity
       where pid <> pg_backend_pid() and query like '%delete from idempotency_key%' and xact_start is not null
         and datname = current_database()`,
    );
    longestMs = Math.max(longestMs, rows[0]?.ms ?? 0);
    if ((looks += 1) % 100 === 0) {
      const left = await client.query(
        `select 1 from idempotency_key where created_at < now() - interval '8 days' limit 1`,
      );
      if (left.rows.length === 0) return { seconds: (performance.now() - from) / 1000, longestMs };
    }
    await delay(2);
  }
  return { seconds: Infinity, longestMs };
}
