import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EntityManager } from '@mikro-orm/postgresql';
import { ApiKeysService } from '../src/auth/api-keys.service.js';
import { Entry } from '../src/ledger/entry.entity.js';
import { startTestApp, type TestApp } from './support/app.js';
import { ApiClient } from './support/api-client.js';
import { createTestDatabase } from './support/database.js';
import { FrozenClock } from './support/frozen-clock.js';
import { expectSoundLedger } from './support/invariants.js';
import { ServiceProcess } from './support/service-process.js';
import { TopUpScene } from './support/top-ups.js';

const MINUTE_MS = 60_000;

describe('a process whose clock is 5 minutes fast', () => {
  let dataDir: string;
  let service: TestApp;
  let scene: TopUpScene;
  let fast: ServiceProcess;

  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'refill-skew-'));
    const database = await createTestDatabase();
    service = await startTestApp({ database, dataDir, clock: new FrozenClock(new Date()) });
    scene = await TopUpScene.create(service);
    fast = await ServiceProcess.start({
      NODE_OPTIONS: `--import ${new URL('support/hours-ahead.js', import.meta.url).href}`,
      HOURS_AHEAD: String(5 / 60),
      LEDGER_CLOCK: 'database',
      DATA_DIR: dataDir,
      DATABASE_URL: database.url,
      SWEEP_INTERVAL_MS: '50',
    });
  });

  afterAll(async () => {
    await fast.end('SIGKILL');
    await service.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const forfeitures = (walletId: string) =>
    service.get(EntityManager).fork().count(Entry, { walletId, reason: 'CREDIT_EXPIRED' });

  /** By the real clock, which is the database's too. */
  async function walletExpiringIn(milliseconds: number): Promise<string> {
    const { walletId } = await scene.newWallet('5');
    const expiresAt = new Date(Date.now() + milliseconds);
    await scene.ledger.credit(walletId, '70', { reason: 'PURCHASED_CREDIT_DIRECT', expiresAt });
    return walletId;
  }

  /** Rounds of the fast process that looked at what is due. */
  async function itSweeps(): Promise<void> {
    const marker = await walletExpiringIn(100);
    for (let waits = 0; waits < 600 && (await forfeitures(marker)) === 0; waits += 1) await sleep(50);
    expect(await forfeitures(marker)).toBe(1);
  }

  it('books nothing early, and lets be spent what has three minutes left', async () => {
    const walletId = await walletExpiringIn(3 * MINUTE_MS);
    await itSweeps();
    await itSweeps();
    expect(await forfeitures(walletId)).toBe(0);

    const { plainKey } = await service.get(ApiKeysService).createApiKey(scene.scope, { name: 'Test' });
    const client = new ApiClient(fast.url, plainKey, scene.scope);
    const debit = { credits: '74', transaction_reason: 'MANUAL_BALANCE_DEBIT', idempotency_key: 'skew-1' };
    const { status, body } = await client.post(`/v1/wallets/${walletId}/debit`, debit);
    expect({ status, body: status === 200 ? null : (body as unknown) }).toEqual({ status: 200, body: null });
    expect(await forfeitures(walletId)).toBe(0);
    await expectSoundLedger(service.get(EntityManager));
  }, 60_000);

  it('does not look at a wallet again and again that is due by its own clock only', async () => {
    const walletId = await walletExpiringIn(3 * MINUTE_MS);
    const em = service.get(EntityManager).fork();
    const inThreeMinutes = new Date(Date.now() + 3 * MINUTE_MS);
    await scene.setAutoTopUp(walletId, { threshold: '10', amount: '50' });
    const written = () =>
      em.execute<unknown[]>('select xmin::text as version from top_up_guard where wallet_id = ?', [walletId]);
    await em.execute('update top_up_guard set next_evaluation_at = ? where wallet_id = ?', [
      inThreeMinutes.toISOString(),
      walletId,
    ]);
    const before = await written();
    await itSweeps();
    await itSweeps();
    expect(await written()).toEqual(before);
  }, 60_000);
});
