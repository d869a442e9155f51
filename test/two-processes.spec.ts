import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EntityManager } from '@mikro-orm/postgresql';
import { TopUp } from '../src/top-ups/purchases/top-up.entity.js';
import { startTestApp, type TestApp } from './support/app.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';
import { FrozenClock } from './support/frozen-clock.js';
import { expectSoundLedger } from './support/invariants.js';
import { ServiceProcess } from './support/service-process.js';
import { TopUpScene } from './support/top-ups.js';

const WALLETS = 200;
const AT_ONCE = 5;
const HOUR_MS = 3_600_000;

describe('two processes that run the scheduled task', () => {
  let dataDir: string;
  let database: TestDatabase & { url: string };
  let service: TestApp;
  let scene: TopUpScene;

  beforeEach(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'refill-two-'));
    database = await createTestDatabase();
    // What it prepares is due by the time of the processes that are started then.
    service = await startTestApp({
      database,
      dataDir,
      config: { paymentTimeoutMs: 1500 },
      clock: new FrozenClock(new Date(Date.now() - 3 * HOUR_MS)),
    });
    scene = await TopUpScene.create(service);
  });

  afterEach(async () => {
    await service.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  /** Prepares some at once: no more than wait for a connection without giving up on a busy machine. */
  async function forEachWallet(prepare: (count: number) => Promise<void>): Promise<void> {
    for (let count = 0; count < WALLETS; count += AT_ONCE) {
      await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => prepare(count + index)));
      if (count % 50 === 0) await scene.settle();
    }
    await scene.settle();
  }

  /** Runs two processes with a short interval until both have had many rounds with nothing left to do. */
  async function runTwoProcesses(): Promise<void> {
    const environment = { DATA_DIR: dataDir, DATABASE_URL: database.url, SWEEP_INTERVAL_MS: '50', LOG_LEVEL: 'info' };
    const processes = await Promise.all([1, 2].map(() => ServiceProcess.start(environment)));
    for (let waits = 0; waits < 1200 && (await succeeded()) < WALLETS; waits += 1) await sleep(100);
    await sleep(1000);
    for (const { code } of await Promise.all(processes.map((process) => process.end('SIGTERM')))) expect(code).toBe(0);
  }

  function succeeded(): Promise<number> {
    return service.get(EntityManager).fork().count(TopUp, { topUpStatus: 'succeeded' });
  }

  async function expectOneChargeEach(): Promise<void> {
    expect(await succeeded()).toBe(WALLETS);
    expect(await service.get(EntityManager).fork().count(TopUp, {})).toBe(WALLETS);
    expect(scene.charges()).toHaveLength(WALLETS);
    await expectSoundLedger(service.get(EntityManager));
  }

  it('find 200 wallets whose credits have expired, and charge each once', async () => {
    await forEachWallet(async () => {
      const { walletId } = await scene.newWallet('1');
      const expiresAt = new Date(service.clock.now().getTime() + HOUR_MS);
      await scene.ledger.credit(walletId, '99', { expiresAt });
      await scene.setAutoTopUp(walletId, { threshold: '10', amount: '50' });
    });
    expect(scene.charges()).toHaveLength(0);
    await runTwoProcesses();
    await expectOneChargeEach();
  }, 240_000);

  it('take up 200 top-ups that dead processes have left, half before the charge and half after it', async () => {
    await forEachWallet(async (count) => {
      const { walletId } = await scene.newWallet('1', count % 2 ? 'pm_sandbox_hang' : 'pm_sandbox_error_once');
      await scene.setAutoTopUp(walletId, { threshold: '10', amount: '50' });
    });
    expect(scene.charges()).toHaveLength(WALLETS / 2);
    const em = service.get(EntityManager).fork();
    expect(await em.nativeUpdate(TopUp, { topUpStatus: 'unknown' }, { topUpStatus: 'charging' })).toBe(WALLETS);
    await runTwoProcesses();
    await expectOneChargeEach();
  }, 240_000);
});

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
