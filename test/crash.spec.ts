import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EntityManager } from '@mikro-orm/postgresql';
import { decimal, ZERO } from '../src/shared/decimal.js';
import { ScheduledTask } from '../src/top-ups/schedule/scheduled-task.js';
import { TopUpEngine } from '../src/top-ups/purchases/top-up-engine.js';
import { TopUp, OPEN_STATUSES } from '../src/top-ups/purchases/top-up.entity.js';
import { newTenantClient } from './support/api-client.js';
import { startTestApp } from './support/app.js';
import { createPgliteDatabase, createTestDatabase, type TestDatabase } from './support/database.js';
import { FrozenClock } from './support/frozen-clock.js';
import { expectSoundLedger } from './support/invariants.js';
import { ServiceProcess } from './support/service-process.js';
import { sandboxCharges } from './support/top-ups.js';

/** PGlite runs in the service's own thread and holds it for a second at the start: too long for a short payment time-out. */
const CASES: [name: string, kills: number, paymentTimeoutMs: number, create: () => Promise<TestDatabase>][] = [
  ['PostgreSQL', 5, 300, createTestDatabase],
  ['PGlite', 1, 5000, async () => createPgliteDatabase()],
];
/** Debits that are acknowledged before each kill: enough for every wallet to have fallen below its threshold. */
const DEBITS = 40;
const WALLETS = 8;
/** More than a round can spend, so that no debit is refused; below the threshold after three, so that all buy, all the time. */
const CREDITS = '5003';
const THRESHOLD = '5000';
const CLIENTS = 8;
/** Some answer at once, some only after the process may have died: charged, and nobody was told. */
const CARDS = ['pm_sandbox_approve', 'pm_sandbox_hang', 'pm_sandbox_processing', 'pm_sandbox_error_once'];
const HOUR_MS = 3_600_000;
/** After the last kill, rounds in which what is under way is still agreed to: an unknown outcome takes two or three. */
const HOURS_OF_BUYING = 4;

interface Answer {
  status: number;
  text: string;
  isReplayed: boolean;
}

describe.each(CASES)('kill -9 in the middle of the load, on %s', (_name, kills, paymentTimeoutMs, createDatabase) => {
  let dataDir: string;
  let database: TestDatabase;

  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'refill-crash-'));
    database = await createDatabase();
  });

  afterAll(async () => {
    await database.drop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  /** By the clock of each process, the one before it was killed an hour ago. */
  const start = (hoursAhead: number) =>
    ServiceProcess.start({
      NODE_OPTIONS: `--import ${new URL('support/hours-ahead.js', import.meta.url).href}`,
      HOURS_AHEAD: String(hoursAhead),
      DATA_DIR: dataDir,
      SWEEP_INTERVAL_MS: '100',
      PAYMENT_TIMEOUT_MS: String(paymentTimeoutMs),
      ...(database.url ? { DATABASE_URL: database.url } : {}),
    });

  it(`loses no acknowledged debit and doubles no charge in ${kills} kills`, async () => {
    const { apiKey, walletIds } = await prepare(dataDir, database);
    const acknowledged = new Map<string, { walletId: string; answer: Answer }>();
    const unanswered = new Map<string, string>();
    let requests = 0;

    const spend = async (url: string, walletId: string, key: string): Promise<Answer | undefined> => {
      const body = { credits: '1', transaction_reason: 'MANUAL_BALANCE_DEBIT', idempotency_key: key };
      const answer = await post(`${url}/v1/wallets/${walletId}/debit`, apiKey, body);
      if (!answer || answer.status === 503) unanswered.set(key, walletId);
      else {
        unanswered.delete(key);
        acknowledged.set(key, { walletId, answer });
      }
      return answer;
    };
    /** Repeats what got no answer, as a client should, and then goes on until the process is gone. */
    const spendUntilItDies = async (url: string, client: number): Promise<void> => {
      for (const [key, walletId] of [...unanswered].filter((_entry, index) => index % CLIENTS === client)) {
        if (!(await spend(url, walletId, key))) return;
      }
      for (;;) {
        requests += 1;
        if (!(await spend(url, walletIds[requests % WALLETS] as string, `crash-${requests}`))) return;
      }
    };

    for (let kill = 0; kill < kills; kill += 1) {
      const service = await start(kill);
      const clients = Array.from({ length: CLIENTS }, (_, client) => spendUntilItDies(service.url, client));
      await spent(acknowledged, DEBITS);
      await sleep(Math.random() * 300);
      await service.end('SIGKILL');
      await Promise.all(clients);
    }

    const last = await start(kills);
    for (const [key, walletId] of unanswered) await spend(last.url, walletId, key);
    const known = [...acknowledged].values();
    const replay = async (): Promise<void> => {
      for (const [key, { walletId, answer }] of known) {
        expect(await spend(last.url, walletId, key)).toEqual({ ...answer, isReplayed: true });
      }
    };
    await Promise.all(Array.from({ length: CLIENTS }, replay));
    expect(unanswered.size).toBe(0);
    // On a busy machine those that were killed may have come to none.
    for (let waits = 0; waits < 600 && sandboxCharges(dataDir).length === 0; waits += 1) await sleep(50);
    await last.end('SIGTERM');
    expect(sandboxCharges(dataDir).length).toBeGreaterThan(0);

    const debits = debitsIn(acknowledged);
    expect(debits).toBeGreaterThanOrEqual(kills * DEBITS);
    await expectSoundBooks(dataDir, database, debits, kills, { apiKey, walletIds });
  }, 300_000);
});

/** A tenant with wallets that top themselves up all the time. */
async function prepare(dataDir: string, database: TestDatabase): Promise<{ apiKey: string; walletIds: string[] }> {
  const clock = new FrozenClock(new Date(Date.now() - HOUR_MS));
  const service = await startTestApp({ dataDir, clock, database: { ...database, drop: async () => undefined } });
  const client = await newTenantClient(service);
  const walletIds: string[] = [];
  for (let count = 0; count < WALLETS; count += 1) {
    const customer = await client.post('/v1/customers', { external_id: `crash-${count}`, name: 'Crash' });
    const { id: customerId } = customer.body as { id: string };
    await client.post(`/v1/customers/${customerId}/payment-methods`, { token: CARDS[count % CARDS.length] });
    const wallet = await client.post('/v1/wallets', {
      customer_id: customerId,
      currency: 'usd',
      initial_credits_to_load: CREDITS,
    });
    const { id } = wallet.body as { id: string };
    const rule = {
      auto_topup: {
        enabled: true,
        threshold: THRESHOLD,
        amount: '1',
        invoicing: false,
        cooldown: { value: 1, unit: 'second' },
      },
      top_up_limits: { max_per_hour: 1000 },
    };
    expect((await client.put(`/v1/wallets/${id}`, rule)).status).toBe(200);
    walletIds.push(id);
  }
  await service.close();
  return { apiKey: client.key, walletIds };
}

/**
 * Lets more hours pass, in the first of them with what is under way still agreed to, until no top-up is open. Then holds
 * ledger, acknowledged debits and the provider's own books against each other.
 */
async function expectSoundBooks(
  dataDir: string,
  database: TestDatabase,
  debits: number,
  kills: number,
  { apiKey, walletIds }: { apiKey: string; walletIds: string[] },
): Promise<void> {
  const clock = new FrozenClock(new Date(Date.now() + kills * HOUR_MS));
  const service = await startTestApp({
    dataDir,
    clock,
    database: { ...database, drop: async () => undefined },
    config: { paymentTimeoutMs: 1500 },
  });
  const em = service.get(EntityManager);
  for (let hour = 0; hour < 48; hour += 1) {
    if (hour === HOURS_OF_BUYING) for (const walletId of walletIds) await stopBuying(service.url, apiKey, walletId);
    clock.advance(HOUR_MS);
    await service.get(ScheduledTask).run();
    await service.get(TopUpEngine).idle();
  }
  await expectSoundLedger(em);
  const open = await em.fork().find(TopUp, { topUpStatus: { $in: [...OPEN_STATUSES] } });
  expect(open).toEqual([]);
  const succeeded = await em.fork().find(TopUp, { topUpStatus: 'succeeded' });
  expect(succeeded.length).toBeGreaterThan(kills);
  expect(sandboxCharges(dataDir)).toHaveLength(succeeded.length);
  const bought = succeeded.reduce((sum, { credits }) => sum.plus(credits), ZERO);
  const [row] = await em
    .fork()
    .execute<{ total: string }[]>('select sum(credit_balance)::text as total from wallet where status = ?', [
      'published',
    ]);
  const paidIn = bought.plus(decimal(CREDITS).times(WALLETS));
  expect(decimal(row!.total).toFixed()).toBe(paidIn.minus(debits).toFixed());
  await service.close();
}

async function stopBuying(url: string, apiKey: string, walletId: string): Promise<void> {
  const headers = { 'x-api-key': apiKey, 'content-type': 'application/json' };
  const body = JSON.stringify({ auto_topup: { enabled: false } });
  expect((await fetch(`${url}/v1/wallets/${walletId}`, { method: 'PUT', headers, body })).status).toBe(200);
}

/** Undefined when no whole answer came: nobody knows what happened. */
async function post(url: string, apiKey: string, body: object): Promise<Answer | undefined> {
  try {
    const headers = { 'x-api-key': apiKey, 'content-type': 'application/json' };
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
    const isReplayed = response.headers.get('idempotent-replayed') === 'true';
    return { status: response.status, text: await response.text(), isReplayed };
  } catch {
    return undefined;
  }
}

/** Waits until so many more debits have been acknowledged: a refusal, or the repeat of an answer, is no spending. */
async function spent(acknowledged: Map<string, { answer: Answer }>, more: number): Promise<void> {
  const goal = debitsIn(acknowledged) + more;
  for (let waits = 0; waits < 600 && debitsIn(acknowledged) < goal; waits += 1) await sleep(50);
}

function debitsIn(acknowledged: Map<string, { answer: Answer }>): number {
  return [...acknowledged.values()].filter(({ answer }) => answer.status === 200).length;
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
