import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { findBinaries } from '../test/support/postgres-binaries.js';
import { percentiles, type Speed } from './load.js';

const CLIENTS = 16;

/** The machine's pgbench; undefined where there is none (the PostgreSQL of npm comes without). */
export function findPgbench(): string | undefined {
  const scratch = mkdtempSync(join(tmpdir(), 'refill-pgbench-'));
  try {
    const path = join(findBinaries(scratch), 'pgbench');
    return existsSync(path) && !path.startsWith(scratch) ? path : undefined;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Makes the debit as one SQL function, for the wallets in this order. */
export async function prepareSqlDebit(url: string, walletIds: string[]): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    await client.query(readFileSync(new URL('debit.sql', import.meta.url), 'utf8'));
    await client.query(
      'insert into bench_wallet (number, id) select number, id from unnest($1::text[]) with ordinality as w (id, number)',
      [walletIds],
    );
    await client.query('analyze bench_wallet');
  } finally {
    await client.end();
  }
}

/** Debits with pgbench: 16 connections, prepared statements, no HTTP. */
export function measureSqlDebits(
  pgbench: string,
  url: string,
  { wallets, warmUpSeconds, seconds }: { wallets: number; warmUpSeconds: number; seconds: number },
): Speed {
  const folder = mkdtempSync(join(tmpdir(), 'refill-pgbench-'));
  try {
    const script = join(folder, 'debit.sql');
    writeFileSync(script, `\\set number random(1, ${wallets})\nselect bench_debit(:number);\n`);
    const run = (time: number, ...more: string[]) =>
      execFileSync(
        pgbench,
        ['-n', '-M', 'prepared', '-c', `${CLIENTS}`, '-j', '2', '-T', `${time}`, '-f', script, ...more, url],
        { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
      );
    run(warmUpSeconds);
    const output = run(seconds, '--log');
    const perSecond = Number(/tps = ([\d.]+)/.exec(output)?.[1]);
    return { perSecond, ...percentiles(latenciesOf(folder)) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The third column of pgbench's logs, a file for each of its threads, in microseconds. */
function latenciesOf(folder: string): number[] {
  const logs = readdirSync(folder).filter((name) => name.startsWith('pgbench_log'));
  const lines = logs.flatMap((name) => readFileSync(join(folder, name), 'utf8').trim().split('\n'));
  return lines.map((line) => Number(line.split(' ')[2]) / 1000);
}
