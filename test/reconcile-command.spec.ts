import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { DemoDetails } from '../src/ops/demo/demo-file.js';
import { call } from './support/accounts.js';
import { DATABASES, type TestDatabase } from './support/database.js';
import { ServiceProcess } from './support/service-process.js';

const run = promisify(execFile);

describe.each(DATABASES)('npm run reconcile, beside npm start on %s', (_name, createDatabase) => {
  let database: TestDatabase;
  let dataDir: string;
  let environment: Record<string, string>;
  let service: ServiceProcess;
  beforeAll(async () => {
    database = await createDatabase();
    dataDir = mkdtempSync(join(tmpdir(), 'refill-reconcile-'));
    environment = { DATA_DIR: dataDir, ...(database.url ? { DATABASE_URL: database.url } : {}) };
    service = await ServiceProcess.start({ ...environment, DEMO: 'true' });
  });
  afterAll(async () => {
    await service.end('SIGKILL');
    await database.drop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  /** Undefined while the service is writing it: it listens before. */
  function readDemo(): DemoDetails | undefined {
    const file = join(dataDir, 'demo.json');
    return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as DemoDetails) : undefined;
  }

  /** Asks for 10 s. */
  async function until<Answer>(ask: () => Promise<Answer | undefined>): Promise<Answer> {
    for (let round = 0; round < 100; round += 1) {
      const answer = await ask();
      if (answer) return answer;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error('it did not come');
  }

  /** @throws where it does not end with 0 */
  async function reconcile(): Promise<string> {
    const command = join(process.env['REFILL_TEST_SERVICE'] as string, 'reconcile.js');
    const { stdout } = await run(process.execPath, [command], { env: { PATH: process.env['PATH'], ...environment } });
    return stdout;
  }

  it('prints no difference of what the demo bought and gave back: while the service runs, and after it', async () => {
    const demo = await until(async () => readDemo());
    const server = call(service, demo.server_key);
    const wallet = `/v1/wallets/${demo.wallet_id}`;
    const rule = { enabled: true, threshold: 10, amount: 50, invoicing: false };
    await server.put(wallet).send({ auto_topup: rule }).expect(200);
    const spent = { credits: '20', transaction_reason: 'MANUAL_BALANCE_DEBIT', idempotency_key: 'spend' };
    await server.post(`${wallet}/debit`).send(spent).expect(200);
    const topUp = await until<{ id: string }>(async () => {
      const { body } = await server.get(`${wallet}/top-ups`).expect(200);
      return body.items[0]?.status === 'succeeded' ? body.items[0] : undefined;
    });
    await server.post(`/v1/top-ups/${topUp.id}/refund`).send({ amount: '10' }).expect(200);
    for (const isRunning of [true, false]) {
      if (!isRunning) await service.end('SIGTERM');
      const text = await reconcile();
      expect(text).toContain('finished  1 payments, 0 in flight');
      expect(text).toMatch(/sandbox {3}usd +1 \(5000\) +1 \(5000\) +1 \(5000\) +0 \(0\) +1 \(1000\) +1 \(1000\)/);
      expect(text).toMatch(/no difference\n$/);
    }
  });
});
