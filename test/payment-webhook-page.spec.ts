import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EntityManager } from '@mikro-orm/postgresql';
import { PaymentProviders } from '../src/payments/payment-providers.js';
import { Reconciliation } from '../src/top-ups/reconciliation/reconciliation.service.js';
import { startTestApp, type TestApp } from './support/app.js';
import { BILLING_SECRET } from './support/billing-system.js';
import { connectBilling } from './support/connect-billing.js';
import { expectSoundLedger } from './support/invariants.js';
import { TopUpScene } from './support/top-ups.js';

describe('the server on the page about billing systems', () => {
  let folder: string;
  let server: ChildProcess;
  let url: string;
  let service: TestApp;
  let scene: TopUpScene;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'refill-billing-'));
    const page = await readFile('docs/payment-webhook.md', 'utf8');
    const [, code] = /```js\n(.*?)```/s.exec(page) ?? [];
    await writeFile(join(folder, 'billing.mjs'), code as string);
    const port = await freePort();
    url = `http://127.0.0.1:${port}/refill`;
    const env = { SECRET: BILLING_SECRET, PORT: String(port) };
    server = spawn(process.execPath, [join(folder, 'billing.mjs')], { env, stdio: 'ignore' });
    await answering(url);
    service = await startTestApp();
    // The server has the time of the world.
    service.clock.set(new Date());
    scene = await TopUpScene.create(service);
    await connectBilling(service, scene.scope, url);
  });
  afterAll(async () => {
    await service?.close();
    server.kill();
    await rm(folder, { recursive: true, force: true });
  });

  it('charges a top-up, and gives its money back once', async () => {
    const { walletId } = await scene.newWallet('20', 'tok_1');
    await scene.setAutoTopUp(walletId, { threshold: '10', amount: '50' });
    await scene.ledger.debit(walletId, '15');
    await scene.settle();
    const [topUp] = await scene.topUps(walletId);
    expect(topUp).toMatchObject({ topUpStatus: 'succeeded', provider: 'webhook' });
    expect(await scene.balance(walletId)).toBe('55');
    await expectSoundLedger(service.get(EntityManager));
    const provider = await service.get(PaymentProviders).byName(scene.scope, 'webhook');
    const paymentId = topUp?.paymentId as string;
    const refund = (key: string) => provider?.refundPayment({ paymentId, currency: 'usd', amountMinor: 3000 }, key);
    expect(await refund('r1')).toMatchObject({ kind: 'refunded', refundId: expect.any(String) });
    expect(await refund('r1')).toMatchObject({ kind: 'refunded' });
    expect(await refund('r2')).toMatchObject({ kind: 'refused' });
    const made = { id: expect.any(String), key: 'r1', amountMinor: 3000, status: 'succeeded', reason: '' };
    expect(await provider?.readReturns(paymentId)).toEqual({ refunds: [made], disputes: [] });
    const run = await service.get(Reconciliation).run(scene.scope, { to: new Date(Date.now() + 10_000) });
    expect(run).toMatchObject({ runStatus: 'finished', paymentsRead: 1, topUpsRead: 1 });
  });

  it('takes nothing that is not signed, whatever is in the header', async () => {
    for (const signature of ['', 'v1,', `v1,${'\u00ff'.repeat(44)}`]) {
      const headers = { 'webhook-id': 'msg_1', 'webhook-timestamp': '1', 'webhook-signature': signature };
      const answer = await fetch(url, { method: 'POST', headers, body: '{}' });
      expect(answer.status).toBe(401);
    }
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Polls until it answers anything, for 10 s. */
async function answering(url: string): Promise<void> {
  for (let round = 0; round < 100; round += 1) {
    if (await fetch(url, { method: 'POST' }).catch(() => undefined)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the server of the page does not answer');
}
