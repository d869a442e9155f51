import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EntityManager } from '@mikro-orm/postgresql';
import { Entry } from '../src/ledger/entry.entity.js';
import { Wallet } from '../src/ledger/wallet.entity.js';
import { TopUp } from '../src/top-ups/purchases/top-up.entity.js';
import { TopUpEngine } from '../src/top-ups/purchases/top-up-engine.js';
import { ScheduledTask } from '../src/top-ups/schedule/scheduled-task.js';
import { StripeStandIn } from './stripe-stand-in/stripe-stand-in.js';
import type { ApiClient } from './support/api-client.js';
import { startTestApp, type TestApp } from './support/app.js';
import { CASES, lifeOf, type Pair } from './support/crash-points/answers.js';
import { killAtPoints, preparePairs, startHolding } from './support/crash-points/crash-scene.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';
import { FrozenClock } from './support/frozen-clock.js';
import { expectSoundLedger } from './support/invariants.js';
import type { ServiceProcess } from './support/service-process.js';
import { walletKey } from '../src/shared/shard.js';

const HOUR_MS = 3_600_000;

describe('a process that dies at a named point, whatever the provider answers', () => {
  let dataDir: string;
  let database: TestDatabase & { url: string };
  let standIn: StripeStandIn;
  let service: TestApp;
  let client: ApiClient;
  let pairs: Pair[];
  const debits = new Map<string, { status: number; isReplayed: boolean }>();

  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'refill-crash-points-'));
    database = await createTestDatabase();
    standIn = await StripeStandIn.start();
    const before = await startAt(-1);
    ({ client, pairs } = await preparePairs(before, standIn));
    await before.close();
    await firstLife();
    await secondLife();
    service = await startAt(3);
    await thirdLife();
  }, 240_000);

  afterAll(async () => {
    await service.close();
    await standIn.close();
    await database.drop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  /** In this process, by a clock that the test turns. */
  const startAt = (hoursAhead: number) =>
    startTestApp({
      dataDir,
      clock: new FrozenClock(new Date(Date.now() + hoursAhead * HOUR_MS)),
      database: { ...database, drop: async () => undefined },
      config: { stripeApiBase: standIn.url, paymentTimeoutMs: 3000 },
    });
  const environment = (sweepIntervalMs: number) => ({
    DATA_DIR: dataDir,
    DATABASE_URL: database.url,
    STRIPE_API_BASE: standIn.url,
    PAYMENT_TIMEOUT_MS: '3000',
    SWEEP_INTERVAL_MS: String(sweepIntervalMs),
  });

  /** Spends, so that every wallet buys, and dies with each at its point. The scheduled task does not run. */
  async function firstLife(): Promise<void> {
    const held = pairs.filter((pair) => lifeOf(pair) === 1);
    const first = await startHolding(held, environment(0), 0);
    const answers: Promise<void>[] = [];
    for (const pair of pairs) {
      answers.push(debit(first, pair));
      // No faster than requests to the provider take their turn.
      await new Promise((resolve) => setTimeout(resolve, 110));
    }
    await untilTheRestRests(pairs.filter((pair) => lifeOf(pair) !== 1));
    await killAtPoints(first, held);
    await Promise.all(answers);
  }

  /** What is settled when it is looked up comes to its point only now. */
  async function secondLife(): Promise<void> {
    const held = pairs.filter((pair) => lifeOf(pair) === 2);
    await killAtPoints(await startHolding(held, environment(100), 1), held);
  }

  async function thirdLife(): Promise<void> {
    for (let round = 0; round < 6; round += 1) {
      await service.get(ScheduledTask).tick();
      await service.get(TopUpEngine).idle();
      service.clock.advance(HOUR_MS / 2);
    }
    const again = pairs.map(async (pair) => debits.set(pair.walletId, await post(service.url, pair)));
    await Promise.all(again);
  }

  async function debit(process: ServiceProcess, pair: Pair): Promise<void> {
    await post(process.url, pair).catch(() => undefined);
  }

  async function post(url: string, { walletId }: Pair): Promise<{ status: number; isReplayed: boolean }> {
    const response = await fetch(`${url}/v1/wallets/${walletId}/debit`, {
      method: 'POST',
      headers: { 'x-api-key': client.key, 'content-type': 'application/json' },
      body: JSON.stringify({
        credits: '15',
        transaction_reason: 'MANUAL_BALANCE_DEBIT',
        idempotency_key: `spend-${walletId}`,
      }),
    });
    return { status: response.status, isReplayed: response.headers.get('idempotent-replayed') === 'true' };
  }

  /** Those that no point holds go as far as they go: none is left between two steps. */
  async function untilTheRestRests(rest: Pair[]): Promise<void> {
    const isPaidOrAnswered = ({ customerId }: Pair) =>
      standIn.books.calls.some(
        ({ path, status }) => path.endsWith('/confirm') && status !== null && customerOf(path) === customerId,
      );
    for (let waits = 0; waits < 400 && !rest.every(isPaidOrAnswered); waits += 1) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  function customerOf(path: string): string | undefined {
    return standIn.books.paymentIntents.find(path.split('/')[3] as string)?.metadata['customer_id'];
  }

  it.each(CASES)('ends as it has to, charged at most once: $point x $answerName', async ({ point, answerName }) => {
    const pair = pairs.find((candidate) => candidate.point === point && candidate.answerName === answerName) as Pair;
    const em = service.get(EntityManager).fork();
    const topUps = await em.find(TopUp, { walletId: pair.walletId });
    expect(topUps).toMatchObject([{ topUpStatus: pair.answer.ends, attempt: pair.answer.hasBackup ? 2 : 1 }]);
    const isPaid = pair.answer.ends === 'succeeded';
    const paid = standIn.books.paidCharges().filter(({ metadata }) => metadata['customer_id'] === pair.customerId);
    expect(paid).toHaveLength(isPaid ? 1 : 0);
    const wallet = await em.findOneOrFail(Wallet, walletKey(pair.walletId));
    expect(wallet.creditBalance.toFixed()).toBe(isPaid ? '55' : '5');
    expect(debits.get(pair.walletId)).toEqual({ status: 200, isReplayed: true });
    expect(await em.count(Entry, { walletId: pair.walletId, type: 'debit' })).toBe(1);
  });

  it('leaves a sound ledger', async () => {
    await expectSoundLedger(service.get(EntityManager));
  });
});
