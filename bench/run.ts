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
import { measureStarts, startsTable } from './start.js';
import { type CaseName, CASES, machine, type Results, tableOf } from './report.js';
import { measureReads } from './reads.js';
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
 * `-- --seconds 3` for a quick look; `-- --connections 32` for fewer clients; `-- --only b` for one case; `-- --only sweep --old-keys 10000000` for a week of a large one; `-- --only fairness --attack searches` for one attack; `-- --only start --against ../before --repeats 5` for the start, in turns with another checkout that is built; `-- --profile <folder>` for a CPU profile of the service.
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
const isWanted = (name: CaseName | 'statement' | 'sweep' | 'fairness') => !options.only || options.only.includes(name);

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
/** Fairness has tenants and wallets of its own. */
const isApart = options.only?.every((name) => name === 'fairness') ?? false;
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
const load = async (name: CaseName, next: () => LoadRequest, clients = connections): Promise<Speed | null> => {
  if (!isWanted(name)) return null;
  process.stderr.write(`(${name}) ${CASES[name]} ...\n`);
  return measureLoad(next, { url: service.url, apiKey, connections: clients, warmUpSeconds, seconds });
};

const a = await load('a', () => ({ method: 'POST', path: '/bench/empty', body: emptyBody() }));
const b = await load('b', () => debitOf(anyWallet()));
const c = await load('c', () => debitOf(walletIds[0] as string));
// One at a time: a group of many debits would share the reading of the lots.
const lots_one = await load('lots_one', () => debitOf(lotWallets.one), 1);
const lots_many = await load('lots_many', () => debitOf(lotWallets.many), 1);
const d = await load('d', () => ({ method: 'GET', path: `/v1/wallets/${anyWallet()}` }));
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
const batch = batches && { ...batches, perSecond: batches.perSecond * BATCH };

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
const { speeds, statement } = await measureReads({
  walletIds: readWallets,
  databaseUrl,
  startService: () => BenchService.start(settings),
  apiKey,
  load,
  isWanted,
});
await service.stop();
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
  cases: { a, b, c, lots_one, lots_many, d, hold, batch, e_random, e_hot, ...speeds },
  statement,
  sweep,
  fairness,
  residentMiB,
  startMs,
  invariants: breaches.length === 0 ? 'hold' : breaches.join('\n'),
};
process.stdout.write(`${tableOf(results)}\n`);
if (isWhole) writeFileSync(new URL('results.json', import.meta.url), `${JSON.stringify(results, null, 2)}\n`);
process.exit(breaches.length === 0 ? 0 : 1);

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
