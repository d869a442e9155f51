import { readFileSync } from 'node:fs';
import { EntityManager } from '@mikro-orm/postgresql';
import type { OpenAPIObject } from '@nestjs/swagger';
import { call, createAccount, createTenant } from './support/accounts.js';
import { newTenantClient } from './support/api-client.js';
import { startTestApp, type TestApp } from './support/app.js';
import { FuzzRequests, type Operation, operationsOf } from './support/fuzz-request.js';
import { forgetScopes } from './support/forget-scopes.js';

const document = JSON.parse(readFileSync('openapi.json', 'utf8')) as OpenAPIObject;
/** What is named by a key of its own kind or by a signature, and no row of a tenant. */
const NO_ROW = /^\/v1\/settings\/|^\/pay\/|^\/v1\/payments\/webhooks\/|^\/v1\/customer\/portal\//;
const ROUTES = operationsOf(document).filter(({ path }) => path.includes('{') && !NO_ROW.test(path));

interface Answer {
  status: number;
  text: string;
}

/**
 * The service with its first wall taken down: every `tenant_id = …` and `environment_id = …` of its SQL is a condition that
 * always holds. What keeps tenants apart here is the database.
 */
describe('with the conditions on tenant and environment taken out of all SQL', () => {
  let service: TestApp;
  let strangersKey: string;
  let strangersAccountKey: string;
  const ids: Record<string, string> = {};
  /** Always half: bodies of the fields that are required, with the values of their examples. */
  const requests = new FuzzRequests(document, () => 0.5, {});

  beforeAll(async () => {
    service = await startTestApp();
    const tenant = await createTenant(service);
    const account = await createAccount(service, tenant);
    const { get, post } = call(service, tenant.serverKey);
    const made = async (path: string, body: object): Promise<string> =>
      ((await post(path).send(body)).body as { id: string }).id;
    const first = async (path: string): Promise<string> =>
      ((await get(path).expect(200)).body as { items: { id: string }[] }).items[0]?.id ?? `nothing in ${path}`;
    await call(service, account.key).post('/account/credits/top-up/').send({ pack_id: 'pack_100' }).expect(200);
    const wallet = { customer_id: account.customerId, currency: 'eur', initial_credits_to_load: '1000' };
    const walletId = await made('/v1/wallets', wallet);
    const sold = { id: 'ours', name: 'Ours', price_minor: 100, currency: 'usd', pack_amount: 1 };
    const held = await call(service, account.key).post('/account/credits/holds/').send({ credits: 4 }).expect(201);
    const { body: session } = await get(`/v1/customers/portal/${account.externalId}`).expect(200);
    Object.assign(ids, {
      wallets: walletId,
      hold_id: await made(`/v1/wallets/${walletId}/holds`, { credits: '3', idempotency_key: 'hold' }),
      holds: (held.body as { id: string }).id,
      endpoints: await made('/v1/webhooks/endpoints', { url: 'http://127.0.0.1:9/hook' }),
      coupons: await made('/v1/coupons', { id: 'OURS', name: 'Half', percent_off: 50 }),
      'credit-packs': await made('/v1/credit-packs', sold),
      'credits-packs': 'ours',
      runs: await made('/v1/reconciliation/runs', {}),
      customers: account.customerId,
      customer_id: account.customerId,
      external_id: account.externalId,
      invoices: await first('/v1/invoices'),
      payments: await first('/v1/payments'),
      'top-ups': await first('/v1/payments'),
      transactions: await first(`/v1/wallets/${walletId}/transactions`),
      lots: await first(`/v1/wallets/${walletId}/lots`),
      'payment-methods': await first(`/v1/customers/${account.customerId}/payment-methods`),
      environments: tenant.environmentId,
      tenants: tenant.tenantId,
      keys: tenant.keyId,
      sessions: (session as { id: string }).id,
      // There is none of these: whoever asks is told so in the same words.
      differences: 'recdiff_none_01',
      setup_id: 'setup_none_01',
      subscriptions: 'subs_none_01',
      users: 'user_none_01',
      invitations: 'invite_none_01',
    });
    expect(Object.entries(ids).filter(([, id]) => !id)).toEqual([]);
    const stranger = await newTenantClient(service);
    strangersKey = stranger.key;
    const { body: customer } = await stranger.post('/v1/customers', { external_id: 'one', name: 'One' }).expect(201);
    const key = { name: 'account', customer_id: (customer as { id: string }).id };
    const { body: secret } = await stranger.post('/v1/secrets/api/keys', key).expect(201);
    strangersAccountKey = (secret as { api_key: string }).api_key;
    await forgetScopes(service);
  });
  afterAll(() => service.close());

  async function send({ method, path, bodies }: Operation, isKnown: boolean): Promise<Answer> {
    const schema = bodies['application/json'];
    const url = path.replaceAll(/([\w-]+)\/\{(\w+)\}/g, (_match, collection: string, name: string) => {
      const id = ids[name] ?? ids[collection];
      if (id === undefined) throw new Error(`${path} needs the id of something in ${collection}`);
      return `${collection}/${isKnown ? id : unknown(id)}`;
    });
    const body = schema && { ...(requests.body(schema) as object), idempotency_key: `${url}-${Math.random()}` };
    const response = await fetch(service.url + url, {
      signal: AbortSignal.timeout(5000),
      method,
      headers: {
        'x-api-key': /^\/(account|credits-packs)/.test(path) ? strangersAccountKey : strangersKey,
        ...(body ? { 'content-type': 'application/json' } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    return { status: response.status, text: masked(await response.text()) };
  }

  /** Of the same form. */
  const unknown = (id: string): string => id.replace(/.{2}$/, '00');
  /** The same words but for the ids, which both requests have named. */
  function masked(text: string): string {
    let same = text.replaceAll(/req_\w+/g, 'req');
    for (const id of Object.values(ids)) same = same.replaceAll(id, 'id').replaceAll(unknown(id), 'id');
    return same;
  }

  /** Routes on which ids of another tenant and unknown ones are told apart. */
  async function tellingApart(routes: Operation[]): Promise<string[]> {
    const told: string[] = [];
    for (const route of routes) {
      const [known, made] = [await send(route, true), await send(route, false)];
      if (known.status !== made.status || known.text !== made.text) {
        told.push(`${route.method} ${route.path}: ${known.status} ${known.text.slice(0, 200)} / ${made.status}`);
      }
    }
    return told;
  }

  it('ids of another tenant still answer as unknown ones, on every route', async () => {
    expect(await tellingApart(ROUTES)).toEqual([]);
    expect(ROUTES.length).toBeGreaterThan(70);
  }, 60_000);

  it('so do those in bodies, filters and headers', async () => {
    const as = (key: string) => call(service, key);
    const wallet = { currency: 'usd', initial_credits_to_load: '1' };
    for (const id of [ids['customers'] as string, unknown(ids['customers'] as string)]) {
      await as(strangersKey)
        .post('/v1/wallets')
        .send({ ...wallet, customer_id: id })
        .expect(404);
      await as(strangersKey).get('/account/credits/').set('x-customer-id', id).expect(404);
      const found = await as(strangersKey).get(`/v1/wallets?customer_id=${id}`);
      expect((found.body as { items?: unknown[] }).items ?? []).toEqual([]);
    }
    for (const path of ['/v1/wallets', '/v1/invoices', '/v1/payments', '/v1/credit-packs', '/v1/webhooks/events']) {
      const { body } = await as(strangersKey).get(path).expect(200);
      expect({ path, items: (body as { items: unknown[] }).items }).toEqual({ path, items: [] });
    }
  });

  it('are shown once the database’s wall is down, too: it was that which held', async () => {
    const em = service.get(EntityManager).fork();
    const walled = await em.execute<{ name: string }[]>('select relname as name from pg_class where relrowsecurity');
    for (const { name } of walled) await em.execute(`alter table "${name}" disable row level security`);
    const told = await tellingApart(ROUTES.filter(({ method }) => method === 'GET'));
    expect(told.length).toBeGreaterThan(20);
  }, 60_000);
});
