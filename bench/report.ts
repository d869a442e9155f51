import { cpus } from 'node:os';
import { ATTACKS } from './attacks.js';
import type { FairnessFigures } from './fairness.js';
import type { Speed } from './load.js';

export interface Results {
  machine: { cpu: string; cores: number; node: string; postgres: string };
  conditions: { connections: number; secondsPerCase: number; wallets: number };
  cases: Record<CaseName, Speed | null>;
  statement: StatementFigures | null;
  walletPage: WalletPageFigures | null;
  sweep: SweepFigures | null;
  fairness: FairnessFigures | null;
  residentMiB: number;
  startMs: { emptyFolder: number | null; usedFolder: number | null; postgres: number | null };
  invariants: string;
}

/** A statement of a million lines as CSV. */
export interface StatementFigures {
  lines: number;
  seconds: number;
  /** How much more memory the service held at its most, while it wrote. */
  growthMiB: number;
}

/** The console's page of a wallet of 1,000,000 entries in a browser, ms: medians, but for the first visit. */
export interface WalletPageFigures {
  /** From the address to balance and curve, with nothing of the console in the browser's cache. */
  firstMs: number;
  /** From the address of each part to what it shows. */
  tabsMs: Record<string, number>;
  /** From the browser's request to the last byte of its answer. */
  requestsMs: Record<string, number>;
}

/** What the scheduled task costs; debits are compared with those of the same run while nothing is due. */
export interface SweepFigures {
  debitsPerSecond: number;
  idle: { wallets: number; evaluationsPerHour: number };
  due: { wallets: number; seconds: number; debitShare: number };
  keys: { keys: number; seconds: number; longestMs: number; debitShare: number };
}

export const CASES = {
  http: 'the same POST, read and answered by node:http',
  express: 'the same POST, read and answered by Express with helmet',
  a: 'empty validated POST',
  b: 'debit, 1,000 random wallets',
  c: 'debit, one hot wallet',
  b_256: 'debit, 1,000 random wallets, 256 clients',
  b_two: 'debit, 1,000 random wallets, two processes',
  b_three: 'debit, 1,000 random wallets, three processes',
  lots_one: 'debit, one client, a wallet of 1 open lot',
  lots_many: 'debit, one client, a wallet of 10,000 open lots',
  d: 'GET /v1/wallets/{id}',
  real_time: 'real-time balance, 1,000 random wallets',
  hold: 'hold, 1,000 random wallets',
  batch: 'debits in batches of 100, 1,000 random wallets (debits)',
  e_random: 'the debit as one SQL function (pgbench), random',
  e_hot: 'the debit as one SQL function (pgbench), hot',
  list_short: 'first page of transactions, 10,000 entries',
  list_long: 'first page of transactions, 1,000,000 entries',
  deep_short: 'transactions 9,000 from the first on, 10,000 entries',
  deep_long: 'transactions 900,000 from the first on, 1,000,000 entries',
  filter_short: 'debits from a year ago on back, 10,000 entries',
  filter_long: 'debits from a year ago on back, 1,000,000 entries',
  at_short: 'balance at an instant a year back, 10,000 entries',
  at_long: 'balance at an instant a year back, 1,000,000 entries',
  wallets_few: 'first page of wallets, 10 in the environment',
  wallets_many: 'first page of wallets, 100,000 in the environment',
  customer_few: 'first page of a customer’s wallets, 10',
  customer_many: 'first page of a customer’s wallets, 50,000',
} as const;
export type CaseName = keyof typeof CASES;

interface Aim {
  what: string;
  reached: number | null;
  aim: number;
  isMaximum?: boolean;
}

export function machine(postgres: string): Results['machine'] {
  return { cpu: cpus()[0]?.model ?? '', cores: cpus().length, node: process.version, postgres };
}

/** What was aimed for and what was reached; null where something could not be measured. */
export function aimsOf({ cases, statement, walletPage, sweep, fairness, residentMiB, startMs }: Results): Aim[] {
  const ratio = (of: CaseName, to: CaseName) => {
    const [dividend, divisor] = [cases[of], cases[to]];
    return dividend && divisor ? rounded(dividend.perSecond / divisor.perSecond) : null;
  };
  const latency = (of: CaseName, to: CaseName) => {
    const [dividend, divisor] = [cases[of], cases[to]];
    return dividend && divisor ? rounded(dividend.p50Ms / divisor.p50Ms) : null;
  };
  const nodeTime = (of: CaseName, to: CaseName) => {
    const [dividend, divisor] = [cases[of]?.cost, cases[to]?.cost];
    return dividend && divisor ? rounded(dividend.node / divisor.node) : null;
  };
  return [
    { what: 'processor time of Node.js, a / express', reached: nodeTime('a', 'express'), aim: 2, isMaximum: true },
    { what: 'processor time of Node.js, b / a', reached: nodeTime('b', 'a'), aim: 1.6, isMaximum: true },
    { what: 'b / a', reached: ratio('b', 'a'), aim: 0.6 },
    { what: 'b with 256 clients / b', reached: ratio('b_256', 'b'), aim: 1 },
    { what: 'b of two processes / b', reached: ratio('b_two', 'b'), aim: 0.9 },
    { what: 'b of three processes / b', reached: ratio('b_three', 'b'), aim: 0.9 },
    { what: 'c / b', reached: ratio('c', 'b'), aim: 0.9 },
    { what: 'b / e random', reached: ratio('b', 'e_random'), aim: 1 },
    { what: 'c / e hot', reached: ratio('c', 'e_hot'), aim: 4 },
    { what: 'batch / b', reached: ratio('batch', 'b'), aim: 3.5 },
    { what: 'd / a', reached: ratio('d', 'a'), aim: 0.5 },
    { what: 'real_time / a', reached: ratio('real_time', 'a'), aim: 0.5 },
    { what: 'list_long / a', reached: ratio('list_long', 'a'), aim: 0.25 },
    { what: 'filter_long / a', reached: ratio('filter_long', 'a'), aim: 0.25 },
    { what: 'at_short / a', reached: ratio('at_short', 'a'), aim: 0.3 },
    {
      what: 'p50 wallets_many / wallets_few',
      reached: latency('wallets_many', 'wallets_few'),
      aim: 1.5,
      isMaximum: true,
    },
    {
      what: 'p50 customer_many / customer_few',
      reached: latency('customer_many', 'customer_few'),
      aim: 1.5,
      isMaximum: true,
    },
    { what: 'p50 lots_many / lots_one', reached: latency('lots_many', 'lots_one'), aim: 3, isMaximum: true },
    { what: 'p50 list_long / list_short', reached: latency('list_long', 'list_short'), aim: 1.2, isMaximum: true },
    { what: 'p50 deep_long / list_long', reached: latency('deep_long', 'list_long'), aim: 1.5, isMaximum: true },
    {
      what: 'p50 filter_long / filter_short',
      reached: latency('filter_long', 'filter_short'),
      aim: 1.2,
      isMaximum: true,
    },
    {
      what: 'memory growth while a statement of 1,000,000 lines is written, MiB',
      reached: statement && rounded(statement.growthMiB),
      aim: 100,
      isMaximum: true,
    },
    {
      what: 'slowest page of a wallet of 1,000,000 entries in a browser, ms',
      reached: walletPage && rounded(Math.max(walletPage.firstMs, ...Object.values(walletPage.tabsMs))),
      aim: 1000,
      isMaximum: true,
    },
    {
      what: 'evaluations an hour of 1,000,000 idle wallets with rules',
      reached: sweep && sweep.idle.evaluationsPerHour,
      aim: 0,
      isMaximum: true,
    },
    { what: '100,000 wallets due at once, s', reached: sweep && rounded(sweep.due.seconds), aim: 60, isMaximum: true },
    { what: 'debits meanwhile / debits', reached: sweep && rounded(sweep.due.debitShare), aim: 0.7 },
    {
      what: 'longest transaction that forgets keys, ms',
      reached: sweep && rounded(sweep.keys.longestMs),
      aim: 100,
      isMaximum: true,
    },
    {
      what: 'debits that succeed at three times what it can do, to those that it can do',
      reached: fairness && rounded(fairness.goodput),
      aim: 0.8,
    },
    { what: 'memory after the run, MiB', reached: rounded(residentMiB), aim: 400, isMaximum: true },
    {
      what: 'npm start to first answer, empty folder, s',
      reached: seconds(startMs.emptyFolder),
      aim: 3.7,
      isMaximum: true,
    },
    {
      what: 'npm start to first answer, used folder, s',
      reached: seconds(startMs.usedFolder),
      aim: 2.1,
      isMaximum: true,
    },
    { what: 'npm start to first answer, PostgreSQL, s', reached: seconds(startMs.postgres), aim: 1.1, isMaximum: true },
  ];
}

export function tableOf(results: Results): string {
  const speeds = Object.entries(CASES).map(([name, what]) => {
    const speed = results.cases[name as CaseName];
    const figures = speed
      ? [speed.perSecond.toFixed(0), speed.p50Ms.toFixed(1), speed.p99Ms.toFixed(1), ...costsOf(speed)]
      : ['not measured'];
    return [`(${name}) ${what}`, ...figures];
  });
  const aims = aimsOf(results).map(({ what, reached, aim, isMaximum }) => [
    what,
    reached === null ? 'not measured' : String(reached),
    `${isMaximum ? '≤' : '≥'} ${aim}`,
    reached === null ? '' : (isMaximum ? reached <= aim : reached >= aim) ? 'reached' : 'MISSED',
  ]);
  return [
    aligned([['', 'req/s', 'p50 ms', 'p99 ms', 'Node µs', 'PostgreSQL µs'], ...speeds]),
    aligned([['', 'reached', 'aim', ''], ...aims]),
    ...(results.walletPage ? [walletPageTableOf(results.walletPage)] : []),
    ...(results.fairness ? [attacksTableOf(results.fairness)] : []),
    `ledger invariants after the run: ${results.invariants}`,
  ].join('\n\n');
}

function walletPageTableOf({ firstMs, tabsMs, requestsMs }: WalletPageFigures): string {
  const rows = Object.entries({ 'the first visit': firstMs, ...tabsMs, ...requestsMs });
  return aligned([
    ['the page of a wallet of 1,000,000 entries', 'ms'],
    ...rows.map(([what, took]) => [what, took.toFixed(0)]),
  ]);
}

/** At most 5 times the latency without the attack, and the process answers within 100 ms. */
const MOST_TIMES = 5;
const MOST_LIVE_MS = 100;

function attacksTableOf({ attacks }: FairnessFigures): string {
  const rows = attacks.map(({ attack, debit, read, liveP99Ms, refused, growthMiB }) => {
    const isReached = debit <= MOST_TIMES && read <= MOST_TIMES && liveP99Ms < MOST_LIVE_MS && refused === 0;
    const figures = [debit.toFixed(1), read.toFixed(1), liveP99Ms.toFixed(0), String(refused), growthMiB.toFixed(0)];
    return [`(${attack}) ${ATTACKS[attack]}`, ...figures, isReached ? 'reached' : 'MISSED'];
  });
  const aims = ['aim', `≤ ${MOST_TIMES}`, `≤ ${MOST_TIMES}`, `< ${MOST_LIVE_MS}`, '0', ''];
  const columns = ['what another tenant sees', 'debit p99 ×', 'read p99 ×', 'live p99 ms', 'refused', 'MiB', ''];
  return aligned([columns, aims, ...rows]);
}

function aligned(rows: string[][]): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => (widths[column] = Math.max(widths[column] ?? 0, cell.length)));
  }
  const pad = (cell: string, column: number) =>
    column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0);
  return rows.map((row) => row.map(pad).join('  ').trimEnd()).join('\n');
}

function costsOf({ cost }: Speed): string[] {
  return cost ? [cost.node.toFixed(0), cost.postgres?.toFixed(0) ?? ''] : [];
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

function seconds(milliseconds: number | null): number | null {
  return milliseconds === null ? null : rounded(milliseconds / 1000);
}
