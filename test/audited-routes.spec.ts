import { EntityManager } from '@mikro-orm/postgresql';
import request, { type Response, type Test } from 'supertest';
import { buildOpenApi } from '../src/app.setup.js';
import type { AuditAction } from '../src/auth/audit/audited.js';
import { StripeStandIn } from './stripe-stand-in/stripe-stand-in.js';
import { EMPTY_LISTS } from '../src/wallets/empty-lists/empty-lists.js';
import { type ApiClient, newTenantClient } from './support/api-client.js';
import { startTestApp, type TestApp } from './support/app.js';
import { auditRows } from './support/audit.js';
import { BILLING_SECRET, BillingSystem } from './support/billing-system.js';
import { WEBHOOK_SECRET } from './support/stripe.js';

/** Why a route that is no GET leaves no row. */
const NOT_AUDITED: Record<string, readonly string[]> = {
  'it reads': [
    'POST /v1/auth/invitations/open',
    'POST /v1/customers/search',
    'POST /v1/invoices/search',
    'POST /v1/customer/portal/wallets',
    'POST /v1/customer/portal/invoices',
    'POST /v1/users/search',
    'POST /v1/coupons/search',
    'POST /v1/events/query',
    ...EMPTY_LISTS.map(({ path }) => `POST /v1/${path}/search`),
    'POST /v1/wallets/transactions/search',
    'POST /v1/wallets/search',
    'POST /v1/wallets/{id}/preview',
    'POST /v1/alerts/search',
    'POST /health',
  ],
  'the ledger is its log: entries, holds and top-ups say who, when and what for, and entries are append-only': [
    'POST /v1/wallets/debits/batch',
    'POST /v1/wallets/{id}/top-up',
    'POST /v1/wallets/{id}/debit',
    'POST /v1/wallets/{id}/holds',
    'POST /v1/wallets/{id}/holds/{hold_id}/capture',
    'POST /v1/wallets/{id}/holds/{hold_id}/release',
    'POST /v1/transactions/{id}/reverse',
    'POST /v1/wallets/{id}/transfer',
    'POST /v1/top-ups/{id}/cancel',
    'POST /v1/top-ups/{id}/refund',
    'PUT /v1/invoices/{id}/payment',
    'POST /v1/invoices/{id}/void',
    'POST /account/credits/top-up/',
    'POST /account/credits/top-ups/{id}/cancel/',
    'POST /account/credits/holds/',
    'POST /account/credits/holds/{id}/capture/',
    'POST /account/credits/holds/{id}/release/',
    'POST /v1/customer/portal/purchases',
    'POST /v1/customer/portal/top-ups/{id}/cancel',
  ],
  'wallets tell of each change by an event with its version': [
    'POST /v1/wallets',
    'PUT /v1/wallets/{id}',
    'POST /v1/wallets/{id}/auto-topup/resume',
    'POST /v1/wallets/{id}/freeze',
    'POST /v1/wallets/{id}/unfreeze',
    'POST /v1/wallets/{id}/terminate',
    'POST /v1/wallets/{id}/modify',
    'PUT /account/credits/wallet/',
  ],
  'each agreement of an account has a consent, which is never altered': [
    'PUT /account/credits/top-up/settings/',
    'PATCH /account/credits/top-up/settings/',
    'PATCH /v1/customer/portal/top-up-settings',
  ],
  'a customer’s own data, whose row says who changed it last': [
    'POST /v1/customers',
    'PUT /v1/customers',
    'PUT /v1/customers/{id}',
    'PUT /account/billing/',
    'PATCH /account/billing/',
    'POST /v1/customers/{customer_id}/payment-methods',
    'DELETE /v1/customers/{customer_id}/payment-methods/{id}',
    'PUT /v1/customers/{customer_id}/payment-methods/{id}/backup',
    'DELETE /v1/customers/{customer_id}/payment-methods/{id}/backup',
    'POST /v1/customers/{customer_id}/setup',
    'POST /v1/customers/{customer_id}/setup/{setup_id}',
    'POST /account/billing/payment-method/setup/',
    'POST /account/billing/payment-method/setup/{setup_id}/',
    'PUT /account/billing/payment-method/backup/',
    'DELETE /account/billing/payment-method/backup/',
    'POST /account/billing/payment-method/',
    'DELETE /account/billing/payment-method/',
    'POST /v1/customer/portal/card/setup',
    'POST /v1/customer/portal/card/setup/{setup_id}',
    'DELETE /v1/customer/portal/card',
    'POST /pay/{top_up_id}/payment',
    'POST /pay/{top_up_id}/outcome',
  ],
  'runs and differences of a reconciliation say who started and who settled them': [
    'POST /v1/reconciliation/runs',
    'POST /v1/reconciliation/differences/{id}/repair',
    'POST /v1/reconciliation/differences/{id}/accept',
  ],
  'a payment provider tells, and is asked before anything changes': [
    'POST /v1/payments/webhooks/tenant/{environment_id}',
    'POST /v1/payments/webhooks/stripe/{environment_id}',
  ],
  'a session of the portal ends within an hour, and leaves no row when it is opened': [
    'DELETE /v1/customers/portal/{external_id}',
    'DELETE /v1/customers/portal/{external_id}/sessions/{id}',
  ],
  'what is sent again is what was sent before': ['POST /v1/webhooks/retry'],
};

interface Change {
  /** The rows that it leaves, in their order. */
  actions: AuditAction[];
  /** A request that changes something, after whatever has to be there first. */
  make: () => PromiseLike<Response>;
  /** Where the row that changed is, to be found by the target's id; none where it is gone afterwards. */
  table?: string;
  id?: string;
}

/** What only a user may do. */
const OF_USERS = ['POST /v1/users/me/password', 'PUT /v1/session/environment'];

const PACK = { name: 'P', price_minor: 100, currency: 'usd', pack_amount: 1 };
const COUPON = { name: 'C', percent_off: 10 };
const ENDPOINT = { url: 'http://127.0.0.1:9/hook' };
const PASSWORD = 'correct horse battery staple';

describe('routes that change something', () => {
  let service: TestApp;
  let stripe: StripeStandIn;
  let system: BillingSystem;
  let client: ApiClient;
  let operations: string[];
  let count = 0;

  beforeAll(async () => {
    stripe = await StripeStandIn.start();
    service = await startTestApp({ config: { stripeApiBase: stripe.url, paymentTimeoutMs: 500, trustProxy: 1 } });
    system = await BillingSystem.start(() => service.clock.now());
    operations = Object.entries(buildOpenApi(service.app).paths).flatMap(([path, item]) =>
      Object.keys(item)
        .filter((method) => ['post', 'put', 'patch', 'delete'].includes(method))
        .map((method) => `${method.toUpperCase()} ${path}`),
    );
  });
  beforeEach(async () => {
    client = await newTenantClient(service);
  });
  afterAll(async () => {
    await service.close();
    await stripe.close();
    await system.close();
  });

  const stripeKeys = () => ({
    secret_key: stripe.keys.secretKey,
    publishable_key: stripe.keys.publishableKey,
    webhook_secret: WEBHOOK_SECRET,
  });
  const idOf = async (path: string, body: Record<string, unknown>): Promise<string> => {
    const { body: made } = await client.post(path, body).expect(201);
    return made.secret?.id ?? made.id;
  };
  const email = () => `user-${(count += 1)}@acme.example`;

  function post(route: 'signup' | 'login', body: object): Test {
    const address = `203.0.113.${(count += 1)}`;
    return request(service.url).post(`/v1/auth/${route}`).set('X-Forwarded-For', address).send(body);
  }

  const invited = async (): Promise<{ id: string; token: string }> =>
    (await client.post('/v1/users/invitations', { email: email(), role: 'finance' }).expect(201)).body;
  const accept = (token: string) =>
    request(service.url).post('/v1/auth/invitations/accept').send({ token, password: PASSWORD });
  const newUser = async (): Promise<string> => (await accept((await invited()).token).expect(200)).body.user_id;

  const withCookie = (test: Test, cookie: string) => test.set('Cookie', cookie).set('X-Refill-Session', 'test');
  const cookieOf = ({ headers }: Response) => String(headers['set-cookie']?.[0]).split(';')[0] as string;
  const openSession = (body: object) =>
    withCookie(request(service.url).post('/v1/session'), '')
      .set('X-Forwarded-For', `203.0.113.${(count += 1)}`)
      .send(body);

  const CHANGES: Record<string, Change> = {
    'POST /v1/secrets/api/keys': {
      actions: ['api_key.created'],
      make: () => client.post('/v1/secrets/api/keys', { name: 'New' }),
      table: 'api_key',
    },
    'DELETE /v1/secrets/api/keys/{id}': {
      actions: ['api_key.revoked'],
      make: async () => client.delete(`/v1/secrets/api/keys/${await idOf('/v1/secrets/api/keys', { name: 'New' })}`),
      table: 'api_key',
    },
    'POST /v1/environments': {
      actions: ['environment.created'],
      make: () => client.post('/v1/environments', { name: 'New', type: 'development' }),
      table: 'environment',
    },
    'PUT /v1/environments/{id}': {
      actions: ['environment.changed'],
      make: () => client.put(`/v1/environments/${client.scope.environmentId}`, { name: 'Other' }),
      table: 'environment',
    },
    'PUT /v1/tenants/update': {
      actions: ['tenant.changed'],
      make: () => client.put('/v1/tenants/update', { name: 'Other' }),
      table: 'tenant',
    },
    'POST /v1/auth/signup': {
      actions: ['tenant.created', 'environment.created', 'environment.created', 'user.created'],
      make: () => post('signup', { email: email(), password: PASSWORD }),
      table: 'app_user',
    },
    'POST /v1/auth/login': {
      actions: ['login.succeeded'],
      make: async () => {
        const user = { email: email(), password: PASSWORD };
        await post('signup', user).expect(200);
        return post('login', user);
      },
    },
    'POST /v1/session': {
      actions: ['login.succeeded'],
      make: () => openSession({ key: client.key }),
    },
    'PUT /v1/session/environment': {
      actions: ['login.succeeded', 'api_key.revoked'],
      make: async () => {
        const user = { email: email(), password: PASSWORD };
        await post('signup', user).expect(200);
        const cookie = cookieOf(await openSession(user).expect(204));
        const { body } = await request(service.url).get('/v1/session').set('Cookie', cookie).expect(200);
        return withCookie(request(service.url).put('/v1/session/environment'), cookie).send({
          environment_id: body.environments[1].id,
        });
      },
    },
    'DELETE /v1/session': {
      actions: ['login.ended'],
      make: async () => {
        const cookie = cookieOf(await openSession({ key: client.key }).expect(204));
        return withCookie(request(service.url).delete('/v1/session'), cookie);
      },
    },
    'POST /v1/users/invitations': {
      actions: ['user_invitation.created'],
      make: () => client.post('/v1/users/invitations', { email: email(), role: 'finance' }),
      table: 'user_invitation',
    },
    'DELETE /v1/users/invitations/{id}': {
      actions: ['user_invitation.changed'],
      make: async () => client.delete(`/v1/users/invitations/${(await invited()).id}`),
      table: 'user_invitation',
    },
    'POST /v1/auth/invitations/accept': {
      actions: ['user.created', 'user_invitation.changed', 'login.succeeded'],
      make: async () => accept((await invited()).token),
      table: 'app_user',
    },
    'POST /v1/users/me/password': {
      actions: ['user.password_changed'],
      make: async () => {
        const { body } = await accept((await invited()).token).expect(200);
        const words = { current_password: PASSWORD, new_password: `${PASSWORD}!` };
        return request(service.url).post('/v1/users/me/password').set('x-api-key', body.token).send(words);
      },
      table: 'app_user',
    },
    'PUT /v1/users/{id}': {
      actions: ['user.changed'],
      make: async () => client.put(`/v1/users/${await newUser()}`, { role: 'read_only' }),
      table: 'app_user',
    },
    'DELETE /v1/users/{id}': {
      actions: ['api_key.revoked', 'user.changed'],
      make: async () => client.delete(`/v1/users/${await newUser()}`),
      table: 'app_user',
    },
    'POST /v1/auth/logout': {
      actions: ['api_key.revoked'],
      make: async () => {
        const user = { email: email(), password: PASSWORD };
        await post('signup', user).expect(200);
        const { body } = await post('login', user).expect(200);
        return request(service.url).post('/v1/auth/logout').set('x-api-key', body.token);
      },
      table: 'api_key',
    },
    'PUT /v1/settings/{key}': {
      actions: ['setting.changed'],
      make: () => client.put('/v1/settings/wallets', { value: { manual_debit_overdraft: true } }),
      table: 'tenant_setting',
      id: 'key',
    },
    'DELETE /v1/settings/{key}': {
      actions: ['setting.reset'],
      make: async () => {
        await client.put('/v1/settings/wallets', { value: { manual_debit_overdraft: true } }).expect(200);
        return client.delete('/v1/settings/wallets');
      },
    },
    'PUT /v1/settings/payments/stripe': {
      actions: ['stripe_connection.changed'],
      make: () => client.put('/v1/settings/payments/stripe', stripeKeys()),
      table: 'stripe_connection',
      id: 'environment_id',
    },
    'DELETE /v1/settings/payments/stripe': {
      actions: ['stripe_connection.removed'],
      make: async () => {
        await client.put('/v1/settings/payments/stripe', stripeKeys()).expect(200);
        return client.delete('/v1/settings/payments/stripe');
      },
    },
    'PUT /v1/settings/payments/webhook': {
      actions: ['billing_system.changed'],
      make: () => client.put('/v1/settings/payments/webhook', { url: system.url, secret: BILLING_SECRET }),
      table: 'billing_connection',
      id: 'environment_id',
    },
    'DELETE /v1/settings/payments/webhook': {
      actions: ['billing_system.removed'],
      make: async () => {
        await client.put('/v1/settings/payments/webhook', { url: system.url, secret: BILLING_SECRET }).expect(200);
        return client.delete('/v1/settings/payments/webhook');
      },
    },
    'POST /v1/webhooks/endpoints': {
      actions: ['webhook_endpoint.created'],
      make: () => client.post('/v1/webhooks/endpoints', ENDPOINT),
      table: 'webhook_endpoint',
    },
    'PUT /v1/webhooks/endpoints/{id}': {
      actions: ['webhook_endpoint.changed'],
      make: async () =>
        client.put(`/v1/webhooks/endpoints/${await idOf('/v1/webhooks/endpoints', ENDPOINT)}`, { description: 'x' }),
      table: 'webhook_endpoint',
    },
    'POST /v1/webhooks/endpoints/{id}/rotate-secret': {
      actions: ['webhook_endpoint.changed'],
      make: async () =>
        client.post(`/v1/webhooks/endpoints/${await idOf('/v1/webhooks/endpoints', ENDPOINT)}/rotate-secret`),
      table: 'webhook_endpoint',
    },
    'DELETE /v1/webhooks/endpoints/{id}': {
      actions: ['webhook_endpoint.deleted'],
      make: async () => client.delete(`/v1/webhooks/endpoints/${await idOf('/v1/webhooks/endpoints', ENDPOINT)}`),
      table: 'webhook_endpoint',
    },
    'POST /v1/credit-packs': {
      actions: ['pack.created'],
      make: () => client.post('/v1/credit-packs', PACK),
      table: 'credit_pack',
    },
    'PUT /v1/credit-packs/{id}': {
      actions: ['pack.changed'],
      make: async () => client.put(`/v1/credit-packs/${await idOf('/v1/credit-packs', PACK)}`, { price_minor: 200 }),
      table: 'credit_pack',
    },
    'DELETE /v1/credit-packs/{id}': {
      actions: ['pack.changed'],
      make: async () => client.delete(`/v1/credit-packs/${await idOf('/v1/credit-packs', PACK)}`),
      table: 'credit_pack',
    },
    'POST /v1/coupons': {
      actions: ['coupon.created'],
      make: () => client.post('/v1/coupons', COUPON),
      table: 'coupon',
    },
    'DELETE /v1/coupons/{id}': {
      actions: ['coupon.withdrawn'],
      make: async () => client.delete(`/v1/coupons/${await idOf('/v1/coupons', COUPON)}`),
      table: 'coupon',
    },
    'DELETE /v1/customers/{id}': {
      actions: ['api_key.revoked'],
      make: async () => {
        const customer = await idOf('/v1/customers', { external_id: 'acme', name: 'Acme' });
        await client.post('/v1/secrets/api/keys', { name: 'Of Acme', customer_id: customer }).expect(201);
        return client.delete(`/v1/customers/${customer}`);
      },
      table: 'api_key',
    },
  };

  it('are all known, each as one that leaves a row or one that has a reason not to', () => {
    const reasons = Object.values(NOT_AUDITED).flat();
    expect(operations.length).toBeGreaterThan(70);
    expect([...Object.keys(CHANGES), ...reasons].toSorted()).toEqual(operations.toSorted());
  });

  it.each(Object.keys(CHANGES))('%s says who did it, in the commit that did it', async (operation) => {
    const { actions, make, table, id = 'id' } = CHANGES[operation] as Change;
    const asked = await make();
    expect(asked.status).toBeLessThan(300);
    const rows = await auditRows(service, { requestId: asked.headers['x-request-id'] });
    expect(rows.map(({ action }) => action)).toEqual(actions);
    const row = rows.at(-1);
    expect(row).toMatchObject(
      operation.startsWith('POST /v1/auth/') || OF_USERS.includes(operation)
        ? { actorKind: 'user', userId: expect.stringMatching(/^user_/), userEmail: expect.stringContaining('@') }
        : {
            actorKind: 'key',
            keyId: expect.stringMatching(/^secret_/),
            keyName: 'Test',
            tenantId: client.scope.tenantId,
          },
    );
    expect(row?.address).toMatch(/^(127|203)/);
    if (!table) return;
    const owner = table === 'tenant' ? 'id' : 'tenant_id';
    const changed = `select xmin from ${table} where ${id} = '${row?.targetId}' and ${owner} = '${row?.tenantId}'`;
    expect(await commitsOf(changed)).toEqual(await commitsOf(`select xmin from audit_log where id = '${row?.id}'`));
  });

  it('leave no secret in the log', async () => {
    const made = [
      await client.post('/v1/secrets/api/keys', { name: 'New' }).expect(201),
      await client.post('/v1/webhooks/endpoints', ENDPOINT).expect(201),
    ];
    await client.put('/v1/settings/payments/stripe', stripeKeys()).expect(200);
    await client.put('/v1/settings/payments/webhook', { url: system.url, secret: BILLING_SECRET }).expect(200);
    const { body } = await post('login', { email: 'x@acme.example', password: PASSWORD });
    expect(body.code).toBe('unauthorized');
    const sql = service.get(EntityManager).fork();
    const log = JSON.stringify(await sql.execute('select * from audit_log'));
    const stored = await sql.execute<Record<string, string>[]>(
      `select key_hash as secret from api_key union select secret from webhook_endpoint
       union select sealed_keys from stripe_connection union select sealed_secret from billing_connection
       union select password_hash from app_user`,
    );
    const secrets = [
      ...stored.map(({ secret }) => secret as string),
      ...made.flatMap(({ body: { api_key: key, secret } }) => [key ?? secret]),
      ...Object.values(stripeKeys()),
      BILLING_SECRET,
      PASSWORD,
    ];
    expect(secrets.length).toBeGreaterThan(20);
    for (const secret of secrets) expect(log.includes(secret)).toBe(false);
    expect(log).toContain('"new_keys":["secret_key","publishable_key","webhook_secret"]');
  });

  /** The transaction that wrote a row last. */
  async function commitsOf(sql: string): Promise<string[]> {
    const rows = await service.get(EntityManager).fork().execute<{ xmin: string }[]>(sql);
    return rows.map(({ xmin }) => xmin);
  }
});
