import { EntityManager } from '@mikro-orm/postgresql';
import { Environment } from '../src/auth/environment.entity.js';
import { PaymentProviders } from '../src/payments/payment-providers.js';
import { StripeConnection } from '../src/payments/stripe/stripe-connection.entity.js';
import { StripeStandIn } from './stripe-stand-in/stripe-stand-in.js';
import { type ApiClient, newTenantClient } from './support/api-client.js';
import { startTestApp, type TestApp } from './support/app.js';
import { WEBHOOK_SECRET } from './support/stripe.js';

const PATH = '/v1/settings/payments/stripe';

describe('the connection of an environment to Stripe', () => {
  let stripe: StripeStandIn;
  let service: TestApp;
  let client: ApiClient;
  let keys: { secret_key: string; publishable_key: string; webhook_secret: string };
  beforeAll(async () => {
    stripe = await StripeStandIn.start();
    service = await startTestApp({ config: { stripeApiBase: stripe.url, paymentTimeoutMs: 500 } });
    const { secretKey, publishableKey } = stripe.keys;
    keys = { secret_key: secretKey, publishable_key: publishableKey, webhook_secret: WEBHOOK_SECRET };
  });
  beforeEach(async () => {
    client = await newTenantClient(service);
  });
  afterEach(() => stripe.faults.clear());
  afterAll(async () => {
    await service.close();
    await stripe.close();
  });

  const isStored = () => service.get(EntityManager).fork().count(StripeConnection, client.scope);
  const chargeBy = (provider: string) => client.put('/v1/settings/payments', { value: { provider } });

  it('shows the last four characters of its keys, and no more', async () => {
    expect((await client.get(PATH)).status).toBe(404);
    const response = await client.put(PATH, keys);
    expect(response.status).toBe(200);
    expect(response.body).toMatchObject({
      secret_key_last4: keys.secret_key.slice(-4),
      publishable_key_last4: keys.publishable_key.slice(-4),
      webhook_secret_last4: WEBHOOK_SECRET.slice(-4),
      statement_descriptor_suffix: '',
      send_receipts: false,
      webhook_path: `/v1/payments/webhooks/stripe/${client.scope.environmentId}`,
    });
    const shown = await client.get(PATH);
    expect(shown.body).toEqual(response.body);
    for (const key of Object.values(keys)) expect(shown.text).not.toContain(key.slice(0, -4));
  });

  it('is stored so that the database cannot be read for keys', async () => {
    await client.put(PATH, keys);
    const rows = await service.get(EntityManager).fork().execute('select * from stripe_connection');
    for (const key of Object.values(keys)) expect(JSON.stringify(rows)).not.toContain(key.slice(8));
  });

  it('takes test keys in a development environment only, and live keys in a production one only', async () => {
    const live = { secret_key: 'sk_live_0123456789abcdef', publishable_key: 'pk_live_0123456789abcdef' };
    const refused = await client.put(PATH, live);
    expect([refused.status, Object.keys(refused.body.details)]).toEqual([400, ['secret_key', 'publishable_key']]);
    expect(refused.text).not.toContain('0123456789abcdef');
    client = await newTenantClient(service, 'production');
    expect((await client.put(PATH, keys)).status).toBe(400);
    expect(await isStored()).toBe(0);
  });

  it('refuses a key that Stripe refuses, and changes nothing', async () => {
    await client.put(PATH, keys);
    const before = (await client.get(PATH)).body;
    const response = await client.put(PATH, { secret_key: 'sk_test_0123456789abcdef', send_receipts: true });
    expect([response.status, Object.keys(response.body.details)]).toEqual([400, ['secret_key']]);
    expect(response.text).not.toContain('cdef');
    expect((await client.get(PATH)).body).toEqual(before);
  });

  it.each(['hang', 'unavailable'] as const)(
    'is 503 where Stripe does not say (%s), and changes nothing',
    async (kind) => {
      stripe.faults.add({ times: 0, fault: { kind, when: 'before' } });
      const response = await client.put(PATH, keys);
      expect([response.status, response.headers['retry-after']]).toEqual([503, '5']);
      expect(await isStored()).toBe(0);
    },
  );

  it('tries a key with a call that changes nothing, and only when it is another one', async () => {
    const from = stripe.books.calls.length;
    await client.put(PATH, keys);
    expect(stripe.books.calls.slice(from).map(({ method }) => method)).toEqual(['GET']);
    const response = await client.put(PATH, { send_receipts: true, statement_descriptor_suffix: 'CREDITS' });
    expect(response.body).toMatchObject({ send_receipts: true, webhook_secret_last4: WEBHOOK_SECRET.slice(-4) });
    expect(stripe.books.calls.length).toBe(from + 1);
  });

  it.each([
    [{}, 'secret_key'],
    [{ secret_key: 'sk_test_0123456789abcdef' }, 'publishable_key'],
    [{ secret_key: 5 }, 'secret_key'],
    [{ statement_descriptor_suffix: '12345' }, 'statement_descriptor_suffix'],
    [{ statement_descriptor_suffix: 'A*B' }, 'statement_descriptor_suffix'],
    [{ statement_descriptor_suffix: 'A'.repeat(23) }, 'statement_descriptor_suffix'],
    [{ send_receipts: 'yes' }, 'send_receipts'],
  ])('refuses %j', async (body, field) => {
    const response = await client.put(PATH, body);
    expect([response.status, Object.keys(response.body.details)]).toEqual([400, [field]]);
  });

  it('comes before the setting that charges through it, and goes after it', async () => {
    expect((await chargeBy('stripe')).status).toBe(400);
    await client.put(PATH, keys);
    expect((await chargeBy('stripe')).status).toBe(200);
    expect((await client.delete(PATH)).status).toBe(400);
    await chargeBy('none');
    expect((await client.delete(PATH)).status).toBe(204);
    expect((await client.delete(PATH)).status).toBe(404);
  });

  it('is of its environment alone, and its client is made anew when its keys change', async () => {
    await client.put(PATH, keys);
    const providers = service.get(PaymentProviders);
    const first = await providers.byName(client.scope, 'stripe');
    expect(await providers.byName(client.scope, 'stripe')).toBe(first);
    await client.put(PATH, { send_receipts: true });
    expect(await providers.byName(client.scope, 'stripe')).not.toBe(first);
    const other = await newTenantClient(service);
    expect(await providers.byName(other.scope, 'stripe')).toBeUndefined();
    expect((await other.get(PATH)).status).toBe(404);
    const stranger = { tenantId: other.scope.tenantId, environmentId: client.scope.environmentId };
    expect(await providers.byName(stranger, 'stripe')).toBeUndefined();
  });

  it('can be stored anew where the key that sealed it is lost', async () => {
    await client.put(PATH, keys);
    const em = service.get(EntityManager).fork();
    await em.nativeUpdate(StripeConnection, client.scope, { sealedKeys: '00000000.bG9zdA' });
    expect((await client.get(PATH)).body.code).toBe('encryption_key_missing');
    expect((await client.put(PATH, { send_receipts: true })).status).toBe(400);
    expect((await client.put(PATH, keys)).status).toBe(200);
    expect((await client.get(PATH)).status).toBe(200);
  });

  it('is of no use to another environment that copies its row', async () => {
    await client.put(PATH, keys);
    const other = await newTenantClient(service);
    const em = service.get(EntityManager).fork();
    await em.execute(
      `insert into stripe_connection select ?, ?, sealed_keys, statement_descriptor_suffix, send_receipts, version,
         created_at, updated_at, created_by, updated_by from stripe_connection where environment_id = ?`,
      [other.scope.tenantId, other.scope.environmentId, client.scope.environmentId],
    );
    expect((await other.get(PATH)).status).toBe(503);
    await expect(service.get(PaymentProviders).byName(other.scope, 'stripe')).rejects.toMatchObject({
      kind: 'unavailable',
    });
  });

  it('is not used any more where the environment has become a production one', async () => {
    await client.put(PATH, keys);
    await service
      .get(EntityManager)
      .fork()
      .nativeUpdate(Environment, { id: client.scope.environmentId }, { type: 'production' });
    service.clock.advance(5000);
    await expect(service.get(PaymentProviders).byName(client.scope, 'stripe')).rejects.toMatchObject({
      kind: 'unavailable',
    });
  });
});
