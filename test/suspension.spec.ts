import { EntityManager } from '@mikro-orm/postgresql';
import supertest from 'supertest';
import { TenantsService } from '../src/auth/tenants.service.js';
import { TopUpHealth } from '../src/ops/top-up-health.js';
import { Invoice } from '../src/payments/invoice.entity.js';
import { TopUpEngine } from '../src/top-ups/purchases/top-up-engine.js';
import { ScheduledTask } from '../src/top-ups/schedule/scheduled-task.js';
import { DeliveryEngine } from '../src/webhooks/delivery-engine.js';
import { startTestApp, type TestApp } from './support/app.js';
import { expectSoundLedger } from './support/invariants.js';
import { TopUpScene } from './support/top-ups.js';
import { WalletScene } from './support/wallet-scene.js';
import { WebhookReceiver } from './support/webhook-receiver.js';

const SECOND_MS = 1000;
const HOUR_MS = 3_600_000;

describe('a suspended tenant', () => {
  let service: TestApp;
  let scene: TopUpScene;
  beforeAll(async () => {
    service = await startTestApp({ config: { paymentTimeoutMs: 1500 } });
  });
  beforeEach(async () => {
    scene = await TopUpScene.create(service);
  });
  afterEach(async () => {
    await scene.settle();
    await expectSoundLedger(service.get(EntityManager));
  });
  afterAll(() => service.close());

  const suspend = (tenantId = scene.scope.tenantId) =>
    service.get(TenantsService).setTenantStatus(tenantId, 'suspended');
  const resume = (tenantId = scene.scope.tenantId) => service.get(TenantsService).setTenantStatus(tenantId, 'active');
  const rule = { threshold: '10', amount: '50' };
  const statusesOf = async (walletId: string) => (await scene.topUps(walletId)).map(({ topUpStatus }) => topUpStatus);

  it('is charged nothing by what it had agreed to, and is when it comes back', async () => {
    const before = scene.charges().length;
    const { walletId } = await scene.newWallet('5');
    await suspend();
    await scene.setAutoTopUp(walletId, rule);
    await scene.settle();
    for (let hour = 0; hour < 3; hour += 1) {
      service.clock.advance(HOUR_MS);
      await scene.runTask();
    }
    expect(await statusesOf(walletId)).toEqual(['created']);
    expect(scene.charges()).toHaveLength(before);
    expect(await service.get(TopUpHealth).stuck()).toMatchObject({ top_ups: { stuck: 0 } });
    await resume();
    await scene.runTask();
    expect(await statusesOf(walletId)).toEqual(['succeeded']);
    expect(scene.charges()).toHaveLength(before + 1);
    expect(await scene.balance(walletId)).toBe('55');
  });

  it('is asked about under the wallet’s lock, by whoever is about to charge', async () => {
    const before = scene.charges().length;
    const { walletId } = await scene.newWallet('5');
    await suspend();
    await scene.setAutoTopUp(walletId, rule);
    const [topUp] = await scene.topUps(walletId);
    const driven = await service.get(TopUpEngine).drive(topUp!);
    expect(driven).toMatchObject({ topUpStatus: 'created', attempt: 0 });
    expect(scene.charges()).toHaveLength(before);
    expect((await scene.decisions(walletId)).map(({ verdict }) => verdict)).toEqual(['buy']);
  });

  it('is sent no invoice before it comes back', async () => {
    const { walletId, customerId } = await scene.newWallet('5');
    const invoices = () => service.get(EntityManager).fork().count(Invoice, { customerId });
    await suspend();
    await scene.setAutoTopUp(walletId, { ...rule, invoicing: true });
    const [topUp] = await scene.topUps(walletId);
    expect(await service.get(TopUpEngine).drive(topUp!)).toMatchObject({ topUpStatus: 'created' });
    expect(await invoices()).toBe(0);
    await resume();
    service.clock.advance(61 * SECOND_MS);
    await scene.runTask();
    expect(await statusesOf(walletId)).toEqual(['awaiting_payment']);
    expect(await invoices()).toBe(1);
  });

  it('is credited with what it had been charged before', async () => {
    const { walletId } = await scene.newWallet('5', 'pm_sandbox_hang');
    await scene.setAutoTopUp(walletId, rule);
    await scene.settle();
    expect(await statusesOf(walletId)).toEqual(['unknown']);
    await suspend();
    service.clock.advance(31 * SECOND_MS);
    await scene.runTask();
    expect(await scene.balance(walletId)).toBe('55');
  });

  it('is let in by no key and no session, and told of nothing until it comes back', async () => {
    const receiver = await WebhookReceiver.start();
    const wallets = await WalletScene.create(service);
    const { client } = wallets;
    const { tenantId } = client.scope;
    const sweep = async () => {
      await service.get(ScheduledTask).run();
      await service.get(DeliveryEngine).idle();
    };
    try {
      const endpoint = { url: `${receiver.url}/hook`, event_types: ['wallet.created'] };
      await client.post('/v1/webhooks/endpoints', endpoint).expect(201);
      await client.post('/v1/customers', { external_id: 'acme', name: 'Acme' }).expect(201);
      const { body } = await client.get('/v1/customers/portal/acme').expect(200);
      const visit = () => supertest(service.url).post('/v1/customer/portal/wallets').set('X-Session-Token', body.token);
      receiver.answer('/hook', 503);
      await wallets.wallet('5');
      await service.get(DeliveryEngine).idle();
      await visit().expect(200);
      await suspend(tenantId);
      service.clock.advance(60 * SECOND_MS);
      await sweep();
      expect(receiver.received).toHaveLength(1);
      for (const refusal of [await visit(), await client.get('/v1/customers'), await client.get('/v1/users/me')]) {
        expect([refusal.status, refusal.body.code]).toEqual([403, 'tenant_suspended']);
      }
      const credits = await client.get('/credits-packs/').expect(403);
      expect(credits.body).toEqual({ detail: 'The tenant is suspended: ask the operator of this installation.' });
      await resume(tenantId);
      service.clock.advance(5 * SECOND_MS);
      await sweep();
      expect(receiver.received).toHaveLength(2);
      await visit().expect(200);
      await client.get('/v1/customers').expect(200);
    } finally {
      await receiver.close();
    }
  });
});
