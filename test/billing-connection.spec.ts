import { EntityManager } from '@mikro-orm/postgresql';
import { BillingConnection } from '../src/payments/billing-system/billing-connection.entity.js';
import { BillingSystemApi } from '../src/payments/billing-system/billing-system-api.js';
import { PaymentProviders } from '../src/payments/payment-providers.js';
import { type ApiClient, newTenantClient } from './support/api-client.js';
import { startTestApp, type TestApp } from './support/app.js';
import { BILLING_SECRET, BillingSystem } from './support/billing-system.js';

const PATH = '/v1/settings/payments/webhook';
const OTHER_SECRET = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;

describe('the connection of an environment to its own billing system', () => {
  let system: BillingSystem;
  let service: TestApp;
  let client: ApiClient;
  let address: { url: string; secret: string };
  beforeAll(async () => {
    service = await startTestApp({ config: { paymentTimeoutMs: 500 } });
    system = await BillingSystem.start(() => service.clock.now());
    address = { url: system.url, secret: BILLING_SECRET };
  });
  beforeEach(async () => {
    client = await newTenantClient(service);
    system.calls.length = 0;
  });
  afterEach(() => {
    system.clearFaults();
    system.secret = BILLING_SECRET;
  });
  afterAll(async () => {
    await service.close();
    await system.close();
  });

  const isStored = () => service.get(EntityManager).fork().count(BillingConnection, client.scope);
  const chargeBy = (provider: string) => client.put('/v1/settings/payments', { value: { provider } });

  it('is tried with one signed ping, and never shows its secret', async () => {
    expect((await client.get(PATH)).status).toBe(404);
    const response = await client.put(PATH, address);
    expect(response.status).toBe(200);
    const { environmentId } = client.scope;
    expect(response.body).toMatchObject({
      url: system.url,
      secret_last4: BILLING_SECRET.slice(-4),
      webhook_path: `/v1/payments/webhooks/tenant/${environmentId}`,
    });
    expect(system.calls).toMatchObject([{ type: 'ping', environmentId, key: undefined }]);
    const shown = await client.get(PATH);
    expect(shown.body).toEqual(response.body);
    expect(shown.text).not.toContain(BILLING_SECRET.slice(6, -4));
  });

  it('is stored so that the database cannot be read for the secret', async () => {
    await client.put(PATH, address);
    const rows = await service.get(EntityManager).fork().execute('select * from billing_connection');
    expect(JSON.stringify(rows)).not.toContain(BILLING_SECRET.slice(6, -4));
  });

  it('is tried again when the url or the secret is another one, and keeps the secret that is left out', async () => {
    await client.put(PATH, address);
    expect((await client.put(PATH, { url: system.url })).body.secret_last4).toBe(BILLING_SECRET.slice(-4));
    expect(system.calls).toHaveLength(1);
    expect((await client.put(PATH, { url: `${system.url}?v=2` })).status).toBe(200);
    expect(system.calls).toHaveLength(2);
    system.secret = OTHER_SECRET;
    expect((await client.put(PATH, { url: system.url, secret: OTHER_SECRET })).status).toBe(200);
    expect(system.calls).toHaveLength(3);
  });

  it.each([
    ['does not say its challenge', { kind: 'says', body: { challenge: 'another' } }],
    ['says yes to anything', { kind: 'says', body: {} }],
    ['answers with a page', { kind: 'says', body: '<html>' }],
    ['has moved', { kind: 'says', status: 302, body: '', headers: { location: 'http://127.0.0.1:1/' } }],
    ['hangs', { kind: 'hang', when: 'before' }],
    ['fails', { kind: 'server_error', when: 'before' }],
    ['breaks off', { kind: 'truncate' }],
  ] as const)('is refused where the server %s, and nothing changes', async (_name, fault) => {
    await client.put(PATH, address);
    const before = (await client.get(PATH)).body;
    system.fail('ping', fault);
    const response = await client.put(PATH, { url: `${system.url}?v=2` });
    expect([response.status, Object.keys(response.body.details)]).toEqual([400, ['url']]);
    expect((await client.get(PATH)).body).toEqual(before);
  });

  it('is refused where the other side has another secret, and no secret is repeated', async () => {
    const response = await client.put(PATH, { url: system.url, secret: OTHER_SECRET });
    expect([response.status, Object.keys(response.body.details)]).toEqual([400, ['url']]);
    expect(response.text).toContain('invalid_signature');
    expect(response.text).not.toContain(OTHER_SECRET.slice(6, -4));
    expect(await isStored()).toBe(0);
  });

  it.each([
    [{}, 'url'],
    [{ url: 'http://127.0.0.1:1/' }, 'secret'],
    [{ url: 'http://127.0.0.1:1/', secret: 'whsec_short' }, 'secret'],
    [{ url: 'ftp://127.0.0.1/', secret: BILLING_SECRET }, 'url'],
    [{ url: 'http://user:word@127.0.0.1/', secret: BILLING_SECRET }, 'url'],
    [{ url: 'nonsense', secret: BILLING_SECRET }, 'url'],
    [{ url: 5, secret: BILLING_SECRET }, 'url'],
  ])('refuses %j', async (body, field) => {
    const response = await client.put(PATH, body);
    expect([response.status, Object.keys(response.body.details)]).toEqual([400, [field]]);
    expect(await isStored()).toBe(0);
  });

  it('comes before the setting that charges through it, and goes after it', async () => {
    expect((await chargeBy('webhook')).status).toBe(400);
    await client.put(PATH, address);
    expect((await chargeBy('webhook')).status).toBe(200);
    expect((await chargeBy('stripe')).status).toBe(400);
    expect((await client.delete(PATH)).status).toBe(400);
    await chargeBy('none');
    expect((await client.delete(PATH)).status).toBe(204);
    expect((await client.delete(PATH)).status).toBe(404);
  });

  it('is of its environment alone, also where its row is copied', async () => {
    await client.put(PATH, address);
    const providers = service.get(PaymentProviders);
    expect(await providers.byName(client.scope, 'webhook')).toBeDefined();
    const other = await newTenantClient(service);
    expect((await other.get(PATH)).status).toBe(404);
    const em = service.get(EntityManager).fork();
    await em.execute(
      `insert into billing_connection select ?, ?, url, sealed_secret, version, created_at, updated_at, created_by,
         updated_by from billing_connection where environment_id = ?`,
      [other.scope.tenantId, other.scope.environmentId, client.scope.environmentId],
    );
    expect((await other.get(PATH)).status).toBe(503);
    await expect(providers.byName(other.scope, 'webhook')).rejects.toMatchObject({ kind: 'unavailable' });
  });

  it('can be stored anew where the key that sealed it is lost', async () => {
    await client.put(PATH, address);
    const em = service.get(EntityManager).fork();
    await em.nativeUpdate(BillingConnection, client.scope, { sealedSecret: '00000000.bG9zdA' });
    expect((await client.get(PATH)).body.code).toBe('encryption_key_missing');
    expect((await client.put(PATH, { url: system.url })).status).toBe(400);
    expect((await client.put(PATH, address)).status).toBe(200);
  });

  describe('in production', () => {
    let inside: TestApp;
    beforeAll(async () => {
      const encryptionKey = Buffer.alloc(32, 3).toString('base64');
      inside = await startTestApp({ config: { mode: 'production', encryptionKey } });
    });
    afterAll(() => inside.close());

    it.each([
      ['http://example.com/refill', 'must begin with https://'],
      ['https://127.0.0.1/refill', 'not an address of the public internet'],
      ['https://[::1]/refill', 'not an address of the public internet'],
      ['https://169.254.169.254/latest/meta-data', 'not an address of the public internet'],
      ['https://localhost/refill', 'not an address of the public internet'],
    ])('is never %s', async (url, reason) => {
      const { body } = await (await newTenantClient(inside)).put(PATH, { url, secret: BILLING_SECRET }).expect(400);
      expect(body.details.url).toContain(reason);
    });

    it.each(['127.0.0.1', 'localhost'])(
      'asks nothing within, whatever %s was when it was written down',
      async (host) => {
        const { url: open } = system;
        const calls = system.calls.length;
        const api = inside.get(BillingSystemApi);
        for (const url of [open.replace('127.0.0.1', host), open.replace('http://127.0.0.1', `https://${host}`)]) {
          const scope = { tenantId: 'tenant_1', environmentId: 'env_1' };
          const reply = await api.ask(scope, { url, secret: BILLING_SECRET }, { type: 'ping', data: {} });
          expect(reply).toMatchObject({ kind: 'unknown' });
          expect(JSON.stringify(reply)).toMatch(/only https is sent to|not an address of the public internet/);
        }
        expect(system.calls.length).toBe(calls);
      },
    );
  });
});
