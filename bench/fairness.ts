import { fork } from 'node:child_process';
import { Agent, request } from 'node:http';
import { constants, setPriority } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { fillStatements } from '../test/support/fill-wallet.js';
import { type Attacker, ATTACKS, type AttackName, debits } from './attacks.js';
import { percentiles } from './load.js';
import type { BenchService } from './processes.js';
import { openWallets, post } from './seed.js';

/** Transactions of the attacker, for its searches to read. */
const ENTRIES = 200_000;
const DAY_MS = 86_400_000;
/** What the other tenant asks for: one debit, one read and one look at the process after the other, with such pauses. */
const PAUSE_MS = 10;
/** How long what an attack has left behind may take. */
const DRAIN_SECONDS = 20;
const CONNECTIONS = 64;

/** What another tenant sees of an attack. */
export interface AttackFigures {
  attack: AttackName;
  /** Its p99 under the attack, to that without one right before. */
  debit: number;
  read: number;
  liveP99Ms: number;
  /** Of its requests, those that were not answered with 2xx. */
  refused: number;
  /** Memory that the service holds more, at the end of it. */
  growthMiB: number;
}

export interface FairnessFigures {
  attacks: AttackFigures[];
  /** Debits that succeed where three times as many are asked for as it can do, to those that it can do. */
  goodput: number;
}

interface Options {
  databaseUrl: string;
  seconds: number;
  startService: () => Promise<BenchService>;
  only: readonly AttackName[];
}

/** One tenant attacks, another one goes on working: what does it notice? */
export async function measureFairness(options: Options): Promise<FairnessFigures> {
  const { seconds } = options;
  const service = await options.startService();
  try {
    const [attackerKey, apiKey] = [await service.newTenant(), await service.newTenant()];
    const attacker = await prepareAttacker(service.url, attackerKey, options.databaseUrl);
    const walletIds = await openWallets(service.url, apiKey, 100, 10);
    const other = { url: service.url, apiKey, walletIds };
    const attacks: AttackFigures[] = [];
    await observe(other, Math.min(3, seconds));
    for (const attack of options.only) {
      process.stderr.write(`(fairness) ${ATTACKS[attack]} ...\n`);
      const quiet = await observe(other, seconds);
      const before = service.residentMiB();
      const end = beginAttack(attack, attacker);
      await delay(1000);
      const under = await observe(other, seconds);
      const growthMiB = service.residentMiB() - before;
      end();
      attacks.push({
        attack,
        debit: under.debit.p99Ms / quiet.debit.p99Ms,
        read: under.read.p99Ms / quiet.read.p99Ms,
        liveP99Ms: under.live.p99Ms,
        refused: under.refused,
        growthMiB,
      });
      await settle(other, quiet.debit);
    }
    process.stderr.write('(fairness) debits at three times what it can do ...\n');
    return { attacks, goodput: await measureGoodput(other, seconds) };
  } finally {
    await service.stop();
  }
}

type Other = Pick<Attacker, 'url' | 'apiKey' | 'walletIds'>;
type Latency = ReturnType<typeof percentiles>;

async function observe(other: Other, seconds: number) {
  const walletId = () => other.walletIds[Math.floor(Math.random() * other.walletIds.length)] as string;
  let refused = 0;
  const probe = async (next: () => { method: 'GET' | 'POST'; path: string; body?: object }): Promise<Latency> => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const latencies: number[] = [];
    for (const end = performance.now() + seconds * 1000; performance.now() < end; await delay(PAUSE_MS)) {
      const startedAt = performance.now();
      if (!(await isAnswered(agent, other, next()))) refused += 1;
      latencies.push(performance.now() - startedAt);
    }
    agent.destroy();
    return percentiles(latencies);
  };
  const [debit, read, live] = await Promise.all([
    probe(() => ({ method: 'POST', path: `/v1/wallets/${walletId()}/debit`, body: newDebit() })),
    probe(() => ({ method: 'GET', path: `/v1/wallets/${walletId()}` })),
    probe(() => ({ method: 'GET', path: '/health/live' })),
  ]);
  return { debit, read, live, refused };
}

let debitsMade = 0;
function newDebit() {
  debitsMade += 1;
  return { credits: '1', transaction_reason: 'MANUAL_BALANCE_DEBIT', idempotency_key: `other-${debitsMade}` };
}

/** @returns whether the answer was a 2xx */
function isAnswered(
  agent: Agent,
  { url, apiKey }: Other,
  { method, path, body }: { method: string; path: string; body?: object },
): Promise<boolean> {
  const headers = { 'x-api-key': apiKey, 'content-type': 'application/json' };
  return new Promise((resolve) => {
    const sent = request(url + path, { method, agent, headers }, (response) => {
      response.resume();
      response.on('end', () => resolve(Math.floor((response.statusCode ?? 0) / 100) === 2));
      response.on('error', () => resolve(false));
    });
    sent.on('error', () => resolve(false));
    sent.end(body && JSON.stringify(body));
  });
}

/** @returns what ends it */
function beginAttack(name: AttackName, attacker: Attacker): () => void {
  const child = fork(fileURLToPath(new URL('attacker.ts', import.meta.url)), { execArgv: ['--import', 'tsx'] });
  // It would be on a machine of its own: here it has what the service and its database leave of this one.
  setPriority(child.pid as number, constants.priority.PRIORITY_LOW);
  child.send({ name, attacker });
  return () => void child.kill('SIGKILL');
}

/** Waits until what the attack has left in queues is gone. */
async function settle(other: Other, quiet: Latency): Promise<void> {
  for (let waited = 0; waited < DRAIN_SECONDS; waited += 1) {
    if ((await observe(other, 1)).debit.p50Ms < 2 * quiet.p50Ms) return;
  }
}

async function measureGoodput(other: Other, seconds: number): Promise<number> {
  const able = await debits(other, CONNECTIONS, { perSecond: 1_000_000, seconds });
  const perSecond = able['2xx'] / able.duration;
  const asked = await debits(other, 10 * CONNECTIONS, { perSecond: 3 * perSecond, seconds });
  return asked['2xx'] / asked.duration / perSecond;
}

async function prepareAttacker(url: string, apiKey: string, databaseUrl: string): Promise<Attacker> {
  const walletIds = await openWallets(url, apiKey, 100, 10);
  const customer = await post(url, apiKey, '/v1/customers', { external_id: 'attacker', name: 'Attacker' });
  const wallet = await post(url, apiKey, '/v1/wallets', { customer_id: customer.id, currency: 'usd' });
  const purchase = {
    credits_to_add: '10',
    transaction_reason: 'PURCHASED_CREDIT_INVOICED',
    idempotency_key: 'invoice',
  };
  await post(url, apiKey, `/v1/wallets/${wallet.id}/top-up`, purchase);
  const response = await fetch(`${url}/v1/invoices`, { headers: { 'x-api-key': apiKey } });
  const { items } = (await response.json()) as { items: { id: string }[] };
  const read = await post(url, apiKey, '/v1/wallets', { customer_id: customer.id, currency: 'eur' });
  await fill(databaseUrl, read.id);
  return { url, apiKey, customerId: customer.id, walletIds, invoiceId: items[0]?.id ?? '' };
}

async function fill(databaseUrl: string, walletId: string): Promise<void> {
  const to = new Date();
  const client = new pg.Client(databaseUrl);
  await client.connect();
  try {
    const filling = { walletId, entries: ENTRIES, from: new Date(to.getTime() - 365 * DAY_MS), to };
    for (const sql of fillStatements(filling)) await client.query(sql);
    await client.query('vacuum analyze');
  } finally {
    await client.end();
  }
}
