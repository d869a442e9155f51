import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { MikroORM } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import pg from 'pg';
import { generateApiKey } from '../src/auth/api-key-format.js';
import { Config } from '../src/config.js';
import { seeingAll } from '../test/support/as-caller.js';
import { databaseOptions } from '../src/database.js';
import { findBreaches, findBrokenSums } from '../test/support/invariants.js';
import { startPostgres } from '../test/support/postgres-server.js';
import { type LoadRequest, measureLoad, type Speed } from './load.js';
import { findPgbench, measureSqlDebits, prepareSqlDebit } from './pgbench.js';
import { BenchService, ROOT } from './processes.js';
import { findProcessorTime } from './processor-time.js';
import { profileOf, summaryOf } from './profile.js';
import { measureStarts, startsTable } from './start.js';
import { type CaseName, CASES, machine, type Results, tableOf } from './report.js';
import { measureReads } from './reads.js';
import { measureWalletLists, NO_WALLET_LISTS } from './wallet-lists.js';
import { openEmptyWallets, openWalletOfLots, openWallets } from './seed.js';
import { measureSweep } from './sweep.js';
import { ATTACKS, type AttackName } from './attacks.js';
import { measureFairness } from './fairness.js';

const WALLETS = 1000;
/** Open lots of one wallet. */
const LOTS = 10_000;
/** Debits in one request. */
const BATCH = 100;
/** Who sends batches needs few connections; together they stay below what the ledger lets wait. */
const BATCH_CONNECTIONS = 8;

/**
 * `npm run bench`: everything in one run on one machine, because absolute figures drift and only ratios hold.
 * `-- --seconds 3` for a quick look; `-- --connections 32` for fewer clients; `-- --only b` for one case; `-- --only wallet_page` for the console's page of a wallet of a million entries in a browser; `-- --only sweep --old-keys 10000000` for a week of a large one; `-- --only fairness --attack searches` for one attack; `-- --only start --against ../before --repeats 5` for the start, in turns with another checkout that is built; `-- --profile <folder>` for a CPU profile of the service, and where the time went.
 */
const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    connections: { type: 'string', default: '64' },
    only: { type: 'string', multiple: true },
    'old-keys': { type: 'string', default: '1000000' },
    attack: { type: 'string', multiple: true },
    profile: { type: 'string' },
    against: { type: 'string', multiple: true },
    repeats: { type: 'string', default: '3' },
  },
});
const seconds = Number(options.seconds);
const connections = Number(options.connections);
const warmUpSeconds = Math.min(3, seconds);
const isWanted = (name: CaseName | 'statement' | 'wallet_page' | 'sweep' | 'fairness') =>
  !options.only || options.only.includes(name);

const dataDir = mkdtempSync(join(tmpdir(), 'refill-bench-'));
const isWhole = !options.only && !options.profile;
const server = startPostgres();
const newDatabase = async (name: string) => createDatabase((await server).url, name);
const roots = [ROOT, ...(options.against ?? [])];
const starts =
  isWhole || options.only?.includes('start') ? await measureStarts(roots, Number(options.repeats), newDatabase) : [];
if (starts.length > 0) process.stdout.write(`${startsTable(roots, starts)}\n`);
if (options.only?.every((name) => name === 'start')) {
  (await server).stop();
  process.exit();
}
const startMs = starts[0] ?? { emptyFolder: null, usedFolder: null, postgres: null };
const databaseUrl = await newDatabase('refill_bench');
const apiKey = generateApiKey('private_key');
const settings = { DATABASE_URL: databaseUrl, DATA_DIR: dataDir, BOOTSTRAP_API_KEY: apiKey };
const service = await BenchService.start(settings, options.profile);
/** These have wallets of their own. */
const isApart = options.only?.every((name) => ['fairness', 'wallet_page'].includes(name)) ?? false;
const walletIds = await openWallets(service.url, apiKey, isApart ? 1 : WALLETS, connections);
const lotWallets = isWanted('lots_many') || isWanted('lots_one') ? await openLotWallets() : { one: '', many: '' };
const readWallets = await openEmptyWallets(service.url, apiKey);
const postgres = await tidy(databaseUrl);

let requests = 0;
const newKey = () => `bench-${(requests += 1)}`;
const anyWallet = () => walletIds[Math.floor(Math.random() * walletIds.length)] as string;
const debitOf = (walletId: string): LoadRequest => ({
  method: 'POST',
  path: `/v1/wallets/${walletId}/debit`,
  body: emptyBody(),
});
const emptyBody = () => ({
  credits: '1',
  transaction_reason: 'MANUAL_BALANCE_DEBIT',
  idempotency_key: newKey(),
});
/** What a CPU profile of the service is cut into. */
const measured: { name: CaseName; from: number; to: number }[] = [];
const monotonicUs = () => Number(process.hrtime.bigint()) / 1000;
const postgresTime = await findProcessorTime(databaseUrl);
const load = async (
  name: CaseName,
  next: () => LoadRequest,
  clients = connections,
  answerer = service,
  key = apiKey,
): Promise<Speed | null> => {
  if (!isWanted(name)) return null;
  process.stderr.write(`(${name}) ${CASES[name]} ...\n`);
  const readCost = async () => ({ node: await answerer.processorTime(), postgres: postgresTime?.() });
  const from = monotonicUs() + warmUpSeconds * 1e6;
  const options = { url: answerer.url, apiKey: key, connections: clients, warmUpSeconds, seconds, readCost };
  const speed = await measureLoad(next, options);
  if (answerer === service) measured.push({ name, from, to: monotonicUs() });
  return speed;
};

const emptyPost = (): LoadRequest => ({ method: 'POST', path: '/bench/empty', body: emptyBody() });
const loadBaseline = async (name: 'express' | 'http') => {
  if (!isWanted(name)) return null;
  const baseline = await BenchService.startBaseline(name);
  const speed = await load(name, emptyPost, connections, baseline);
  await baseline.stop();
  return speed;
};
const http = await loadBaseline('http');
const express = await loadBaseline('express');
const a = await load('a', emptyPost);
const b = await load('b', () => debitOf(anyWallet()));
const b_256 = await load('b_256', () => debitOf(anyWallet()), 256);
const b_two = await loadProcesses('b_two', 2);
const b_three = await loadProcesses('b_three', 3);
const c = await load('c', () => debitOf(walletIds[0] as string));
// One at a time: a group of many debits would share the reading of the lots.
const lots_one = await load('lots_one', () => debitOf(lotWallets.one), 1);
const lots_many = await load('lots_many', () => debitOf(lotWallets.many), 1);
const d = await load('d', () => ({ method: 'GET', path: `/v1/wallets/${anyWallet()}` }));
const real_time = await load('real_time', () => ({
  method: 'GET',
  path: `/v1/wallets/${anyWallet()}/balance/real-time`,
}));
const residentMiB = service.residentMiB();
const hold = await load('hold', () => ({
  method: 'POST',
  path: `/v1/wallets/${anyWallet()}/holds`,
  body: { credits: '1', idempotency_key: newKey() },
}));
const debitsOf = () => ({ debits: Array.from({ length: BATCH }, () => ({ wallet_id: anyWallet(), ...emptyBody() })) });
const batches = await load(
  'batch',
  () => ({ method: 'POST', path: '/v1/wallets/debits/batch', body: debitsOf() }),
  BATCH_CONNECTIONS,
);
const batch = batches && perDebit(batches);

const orm = await MikroORM.init({
  ...databaseOptions(Object.assign(new Config(), { databaseUrl })),
  // Sums over all that the run has written take their time.
  driverOptions: { statement_timeout: 0 },
});
const em = seeingAll(orm.em as EntityManager);
const breaches = await findBreaches(em);
const pgbench = findPgbench();
if (pgbench) await prepareSqlDebit(databaseUrl, walletIds);
const sql = (name: CaseName, wallets: number): Speed | null => {
  if (!pgbench || !isWanted(name)) return null;
  process.stderr.write(`(${name}) ${CASES[name]} ...\n`);
  return measureSqlDebits(pgbench, databaseUrl, { wallets, warmUpSeconds, seconds });
};
const e_random = sql('e_random', WALLETS);
const e_hot = sql('e_hot', 1);
// The function's entries are not in the service's hash chain; all sums must hold for them too.
breaches.push(...(await findBrokenSums(em)));
await orm.close();
const { speeds, statement, walletPage } = await measureReads({
  walletIds: readWallets,
  databaseUrl,
  startService: () => BenchService.start(settings),
  apiKey,
  load,
  isWanted,
});
await service.stop();
if (options.profile) {
  const file = profileOf(options.profile, service.pid);
  for (const { name, ...window } of measured) process.stdout.write(`\n(${name})\n${summaryOf(file, window)}\n\n`);
}
const lists = ['wallets_few', 'wallets_many', 'customer_few', 'customer_many'] as const;
const walletLists = lists.some(isWanted)
  ? await measureWalletLists({ databaseUrl, startService: () => BenchService.start(settings), load })
  : null;
const fairness = isWanted('fairness')
  ? await measureFairness({
      databaseUrl,
      seconds,
      startService: () => BenchService.start(settings, options.profile),
      only: (options.attack ?? Object.keys(ATTACKS)) as AttackName[],
    })
  : null;
// By then everything else is measured and checked: its wallets have no entries.
const sweep = isWanted('sweep')
  ? await measureSweep({
      databaseUrl,
      oldKeys: Number(options['old-keys']),
      startService: () => BenchService.start(settings),
      measureDebits: (url) =>
        measureLoad(() => debitOf(anyWallet()), { url, apiKey, connections, warmUpSeconds, seconds }),
    })
  : null;
(await server).stop();
rmSync(dataDir, { recursive: true, force: true });

const results: Results = {
  machine: machine(postgres),
  conditions: { connections, secondsPerCase: seconds, wallets: WALLETS },
  cases: {
    http,
    express,
    a,
    b,
    b_256,
    b_two,
    b_three,
    c,
    lots_one,
    lots_many,
    d,
    real_time,
    hold,
    batch,
    e_random,
    e_hot,
    ...speeds,
    ...(walletLists ?? NO_WALLET_LISTS),
  },
  statement,
  walletPage,
  sweep,
  fairness,
  residentMiB,
  startMs,
  invariants: breaches.length === 0 ? 'hold' : breaches.join('\n'),
};
process.stdout.write(`${tableOf(results)}\n`);
if (isWhole) writeFileSync(new URL('results.json', import.meta.url), `${JSON.stringify(results, null, 2)}\n`);
process.exit(breaches.length === 0 ? 0 : 1);

/** So many processes on the one database, which share the clients out. */
async function loadProcesses(name: 'b_two' | 'b_three', count: number): Promise<Speed | null> {
  if (!isWanted(name)) return null;
  const others = await Promise.all(Array.from({ length: count - 1 }, () => BenchService.start(settings)));
  const all = [service, ...others];
  const speeds = await Promise.all(
    all.map((one) => load(name, () => debitOf(anyWallet()), Math.ceil(connections / count), one)),
  );
  await Promise.all(others.map((other) => other.stop()));
  return together(speeds.filter((speed) => speed !== null));
}

/** What processes do side by side: latencies are those of the slowest. What PostgreSQL took cannot be told apart. */
function together(speeds: Speed[]): Speed {
  const perSecond = speeds.reduce((sum, speed) => sum + speed.perSecond, 0);
  const nodeUs = speeds.reduce((sum, { cost, ...speed }) => sum + (cost?.node ?? 0) * speed.perSecond, 0) / perSecond;
  const worst = (of: 'p50Ms' | 'p99Ms') => Math.max(...speeds.map((speed) => speed[of]));
  return { perSecond, p50Ms: worst('p50Ms'), p99Ms: worst('p99Ms'), cost: { node: nodeUs, postgres: undefined } };
}

function perDebit({ cost, ...speed }: Speed): Speed {
  const debits = { ...speed, perSecond: speed.perSecond * BATCH };
  if (!cost) return debits;
  return { ...debits, cost: { node: cost.node / BATCH, postgres: cost.postgres && cost.postgres / BATCH } };
}

async function openLotWallets(): Promise<{ one: string; many: string }> {
  return {
    one: await openWalletOfLots(service.url, apiKey, 1, 1),
    many: await openWalletOfLots(service.url, apiKey, LOTS, connections),
  };
}

async function createDatabase(serverUrl: string, name: string): Promise<string> {
  await onDatabase(serverUrl, `create database ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.toString();
}

/** What autovacuum would do in its time: statistics of tables that were just filled. @returns the server's version */
async function tidy(url: string): Promise<string> {
  await onDatabase(url, 'vacuum analyze');
  const [row] = await onDatabase<{ server_version: string }>(url, 'show server_version');
  return row?.server_version ?? '';
}

async function onDatabase<Row>(url: string, statement: string): Promise<Row[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query(statement)).rows as Row[];
  } finally {
    await client.end();
  }
}
