import { EntityManager } from '@mikro-orm/postgresql';
import type { Response } from 'supertest';
import { WebhookEndpoint } from '../src/events/webhook-endpoint.entity.js';
import { DeliveryEngine } from '../src/webhooks/delivery-engine.js';
import { SealedEndpointSecrets } from '../src/webhooks/endpoint-secrets.js';
import { type ApiClient, newTenantClient } from './support/api-client.js';
import { startTestApp, type TestApp } from './support/app.js';
import { WebhookReceiver } from './support/webhook-receiver.js';

let service: TestApp;
let receiver: WebhookReceiver;
let client: ApiClient;

beforeEach(async () => {
  receiver = await WebhookReceiver.start();
  client = await newTenantClient(service);
});
afterEach(() => receiver.close());
afterAll(() => service.close());

async function happen(): Promise<void> {
  await client.post('/v1/customers', { external_id: 'acme', name: 'Acme' }).expect(201);
  await client.post('/v1/wallets', { external_customer_id: 'acme', currency: 'usd' }).expect(200);
  await service.get(DeliveryEngine).idle();
}

async function delivery(): Promise<Response['body']> {
  return (await client.get('/v1/webhooks/events').expect(200)).body.items[0]['deliveries'][0];
}

/** As it may stand there: when it was written down, its url led elsewhere. */
async function insertEndpoint(url: string): Promise<string> {
  const now = service.clock.now();
  const id = `endpoint_${client.scope.environmentId}`;
  const sealedSecrets = service.get(SealedEndpointSecrets).create({ id, ...client.scope }).sealedSecrets;
  const words = { description: '', disabledReason: '', status: 'published', createdBy: '', updatedBy: '' };
  const rest = { eventTypes: ['wallet.created'], createdAt: now, updatedAt: now };
  const em = service.get(EntityManager).fork();
  await em.insert(WebhookEndpoint, {
    id,
    ...client.scope,
    url,
    sealedSecrets,
    endpointStatus: 'enabled',
    ...words,
    ...rest,
  });
  return id;
}

describe('a webhook', () => {
  beforeAll(async () => {
    service = await startTestApp();
  });
  afterEach(() => delete service.config.webhookAllowPrivate);

  it.each([
    'http://169.254.169.254/latest/meta-data',
    'http://0xa9fea9fe/',
    'http://[fd00:ec2::254]/',
    'http://[fe80::1]/',
  ])('goes to no link-local or metadata address, although private ones are allowed: %s', async (url) => {
    const { body } = await client.post('/v1/webhooks/endpoints', { url }).expect(400);
    expect(body.message).toContain('is neither an address of the public internet nor a private one');
    await insertEndpoint(url);
    await happen();
    expect((await delivery()).last_error).toBe(
      `${new URL(url).hostname} is neither an address of the public internet nor a private one`,
    );
  });

  it('goes to private addresses only where the operator allows it', async () => {
    await client.post('/v1/webhooks/endpoints', { url: receiver.url }).expect(201);
    service.config.webhookAllowPrivate = false;
    await client.post('/v1/webhooks/endpoints', { url: receiver.url }).expect(400);
    await client.post('/v1/webhooks/endpoints', { url: 'http://localhost/' }).expect(400);
    await happen();
    expect(receiver.connections).toBe(0);
    expect((await delivery()).last_error).toBe('127.0.0.1 is not an address of the public internet');
  });
});

describe('in production a webhook', () => {
  beforeAll(async () => {
    await service.close();
    service = await startTestApp({
      config: { mode: 'production', encryptionKey: Buffer.alloc(32, 1).toString('base64') },
    });
  });

  it.each([
    ['http://example.com/hook', 'must begin with https://'],
    ['ftp://example.com/hook', 'must begin with https://'],
    ['https://user:secret@example.com/hook', 'must not have a user or a password in it'],
    ['https://127.0.0.1/hook', 'not an address of the public internet'],
    ['https://0x7f000001/hook', 'not an address of the public internet'],
    ['https://[::1]/hook', 'not an address of the public internet'],
    ['https://[::ffff:10.0.0.1]/hook', 'not an address of the public internet'],
    ['https://169.254.169.254/latest/meta-data', 'not an address of the public internet'],
    ['https://localhost/hook', 'not an address of the public internet'],
    ['https://nowhere.invalid/hook', 'is not known'],
    ['nonsense', 'must be a url'],
  ])('refuses %s', async (url, reason) => {
    const { body } = await client.post('/v1/webhooks/endpoints', { url }).expect(400);
    expect(body.message).toContain(reason);
  });

  it.each(['127.0.0.1', 'localhost'])(
    'connects to nothing within, whatever %s was when it was written down',
    async (host) => {
      const id = await insertEndpoint(receiver.url.replace('http://127.0.0.1', `https://${host}`));
      await happen();
      expect(receiver.connections).toBe(0);
      expect(await delivery()).toMatchObject({
        endpoint_id: id,
        delivery_status: 'pending',
        last_error: `${host} is not an address of the public internet`,
      });
    },
  );
});
