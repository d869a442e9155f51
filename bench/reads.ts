import { get } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { fillStatements } from '../test/support/fill-wallet.js';
import type { LoadRequest, Speed } from './load.js';
import type { BenchService } from './processes.js';
import type { CaseName, StatementFigures, WalletPageFigures } from './report.js';
import { measureWalletPage } from './wallet-page.js';

const SHORT = 10_000;
const LONG = 1_000_000;
const DAY_MS = 86_400_000;
/** The entries of every wallet are spread over so much time: a wallet with a hundred times as many is as busy. */
const PAST_MS = 2 * 365 * DAY_MS;

type Load = (name: CaseName, next: () => LoadRequest) => Promise<Speed | null>;

interface Options {
  walletIds: { short: string; long: string };
  databaseUrl: string;
  startService: () => Promise<BenchService>;
  apiKey: string;
  load: Load;
  isWanted: (name: CaseName | 'statement' | 'wallet_page') => boolean;
}

export type ReadName = Extract<CaseName, `${string}_short` | `${string}_long`>;

interface Reads {
  speeds: Record<ReadName, Speed | null>;
  statement: StatementFigures | null;
  walletPage: WalletPageFigures | null;
}

/** The statement of the long wallet as CSV, taken as fast as it comes, from a process that nothing else has made large. */
async function measureStatement({ walletIds, startService, apiKey }: Options): Promise<StatementFigures> {
  const service = await startService();
  const startedAt = performance.now();
  const before = service.residentMiB();
  let [lines, peak] = [0, before];
  const timer = setInterval(() => (peak = Math.max(peak, service.residentMiB())), 250);
  await new Promise<void>((resolve, reject) => {
    const url = `${service.url}/v1/wallets/${walletIds.long}/statement?format=csv`;
    get(url, { headers: { 'x-api-key': apiKey } }, (response) => {
      response.on('data', (chunk: Buffer) => {
        for (const byte of chunk) if (byte === 10) lines += 1;
      });
      response.on('end', resolve).on('error', reject);
    }).on('error', reject);
  });
  clearInterval(timer);
  const figures = { lines, seconds: (performance.now() - startedAt) / 1000, growthMiB: peak - before };
  await service.stop();
  return figures;
}

/** Lists and balances of a wallet of a million entries, against those of one of ten thousand. */
export async function measureReads(options: Options): Promise<Reads> {
  const { load, walletIds } = options;
  const names: ReadName[] = [
    'list_short',
    'list_long',
    'deep_short',
    'deep_long',
    'filter_short',
    'filter_long',
    'at_short',
    'at_long',
  ];
  if ([...names, 'statement' as const, 'wallet_page' as const].some(options.isWanted)) await fillWallets(options);
  const statement = options.isWanted('statement') ? await measureStatement(options) : null;
  const read = (path: string): (() => LoadRequest) => {
    return () => ({ method: 'GET', path: `/v1/wallets/${path}` });
  };
  const yearAgo = new Date(Date.now() - 365 * DAY_MS).toISOString();
  const filter = `transactions?type=debit&end_time=${yearAgo}`;
  const { short, long } = walletIds;
  const speeds = {
    list_short: await load('list_short', read(`${short}/transactions`)),
    list_long: await load('list_long', read(`${long}/transactions`)),
    deep_short: await load('deep_short', read(`${short}/transactions?offset=${SHORT * 0.9}`)),
    deep_long: await load('deep_long', read(`${long}/transactions?offset=${LONG * 0.9}`)),
    filter_short: await load('filter_short', read(`${short}/${filter}`)),
    filter_long: await load('filter_long', read(`${long}/${filter}`)),
    at_short: await load('at_short', read(`${short}/balance?at=${yearAgo}`)),
    at_long: await load('at_long', read(`${long}/balance?at=${yearAgo}`)),
  };
  // What was under way when the clock ran out is answered by then.
  await delay(1000);
  // Last: it gives the wallet more than the others are measured with.
  return { speeds, statement, walletPage: options.isWanted('wallet_page') ? await measurePage(options) : null };
}

async function measurePage({
  walletIds,
  databaseUrl,
  startService,
  apiKey,
}: Options): Promise<WalletPageFigures | null> {
  const service = await startService();
  const client = new pg.Client(databaseUrl);
  await client.connect();
  const figures = await measureWalletPage({ walletId: walletIds.long, service, apiKey, client });
  await client.end();
  await service.stop();
  return figures;
}

async function fillWallets({ walletIds, databaseUrl }: Options): Promise<void> {
  process.stderr.write(`filling a wallet with ${LONG} entries ...\n`);
  const to = new Date();
  const from = new Date(to.getTime() - PAST_MS);
  const client = new pg.Client(databaseUrl);
  await client.connect();
  try {
    for (const [walletId, entries] of [
      [walletIds.short, SHORT],
      [walletIds.long, LONG],
    ] as const) {
      for (const sql of fillStatements({ walletId, entries, from, to })) await client.query(sql);
    }
    await client.query('vacuum analyze');
  } finally {
    await client.end();
  }
}
