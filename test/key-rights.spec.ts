import { EntityManager } from '@mikro-orm/postgresql';
import type { Test } from 'supertest';
import { ApiKey } from '../src/auth/api-key.entity.js';
import { ApiKeysService } from '../src/auth/api-keys.service.js';
import { SCOPE_NAMES, type ScopeName } from '../src/auth/scopes.js';
import { TenantsService } from '../src/auth/tenants.service.js';
import { type ApiClient, newTenantClient, withKey } from './support/api-client.js';
import { startTestApp, type TestApp } from './support/app.js';

const KEYS = '/v1/secrets/api/keys';

describe('what a key may do to other keys', () => {
  let service: TestApp;
  let server: ApiClient;
  const others: TestApp[] = [];

  beforeAll(async () => {
    service = await startTestApp();
  });
  beforeEach(async () => {
    server = await newTenantClient(service, 'production');
  });
  afterAll(async () => {
    for (const other of others) await other.close();
    await service.close();
  });

  async function make(more: object = {}, by = server): Promise<ApiClient & { id: string }> {
    const { body } = await by.post(KEYS, { name: 'Made', ...more }).expect(201);
    return Object.assign(withKey(service, body.api_key, server.scope), { id: body.secret.id as string });
  }

  async function idOf(client: ApiClient): Promise<string> {
    return (await client.get('/v1/users/me').expect(200)).body.id;
  }

  const revoke = (id: string, by = server): Test => by.delete(`${KEYS}/${id}`);
  const without = (...scopes: ScopeName[]) => SCOPE_NAMES.filter((scope) => !scopes.includes(scope));

  it('is to revoke those that it could have made, and no other', async () => {
    const narrow = await make({ scopes: ['keys:write', 'wallets:read'] });
    const wider = await make({ scopes: ['wallets:read', 'wallets:write'] });
    const equal = await make({ scopes: ['wallets:read'] });
    const shop = await make({ type: 'publishable_key' });
    const refusal = await revoke(wider.id, narrow).expect(403);
    expect(refusal.body).toMatchObject({ code: 'permission_denied', details: { scopes: ['wallets:write'] } });
    expect((await revoke(await idOf(server), narrow).expect(403)).body.message).toMatch(/could not have made/);
    expect((await revoke(shop.id, narrow).expect(403)).body.details).toEqual({ scopes: ['packs:read'] });
    await wider.get('/v1/wallets').expect(200);
    await revoke(equal.id, narrow).expect(204);
    await equal.get('/v1/wallets').expect(401);
    for (const { id } of [wider, shop, narrow]) await revoke(id).expect(204);
  });

  it('is nothing to those of another environment', async () => {
    const { body: dev } = await server.post('/v1/environments', { name: 'Dev', type: 'development' }).expect(201);
    const development = await make({ environment_id: dev.id });
    const real = await make();
    const unknown = await revoke('secret_unknown', development).expect(404);
    const foreign = await revoke(real.id, development).expect(404);
    expect(foreign.text.replaceAll(real.id, 'secret_unknown')).toBe(unknown.text);
    await real.get('/v1/wallets').expect(200);
  });

  it('is not to lock the tenant out: the last of its rights that can make keys does not revoke itself', async () => {
    const own = await idOf(server);
    await make({ scopes: ['keys:write'] });
    await make({ scopes: without('settings:write') });
    const ending = await make({ expires_at: new Date(service.clock.now().getTime() + 60_000).toISOString() });
    service.clock.advance(60_000);
    await ending.get('/v1/wallets').expect(401);
    const refusal = await revoke(own).expect(400);
    expect(refusal.body).toMatchObject({ code: 'invalid_operation', message: expect.stringMatching(/make another/) });
    const heir = await make();
    await revoke(own).expect(204);
    await server.get('/v1/wallets').expect(401);
    await revoke(heir.id, heir).expect(400);
    // The operator may do what nobody else may.
    await service.get(ApiKeysService).revokeApiKey(server.scope, heir.id);
    await heir.get('/v1/wallets').expect(401);
  });

  it('lets one of two be revoked that revoke each other at once', async () => {
    const elsewhere = await startTestApp({
      database: { ...service.database, drop: async () => {} },
      clock: service.clock,
    });
    others.push(elsewhere);
    for (let round = 0; round < 3; round += 1) {
      const [one, two] = [await make(), await make()];
      const there = withKey(elsewhere, two.key, server.scope);
      const answers = await Promise.all([revoke(two.id, one), revoke(one.id, there)]);
      expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([204, 401]);
      const live = await service
        .get(EntityManager)
        .fork()
        .count(ApiKey, { id: { $in: [one.id, two.id] }, status: 'published' });
      expect(live).toBe(1);
    }
  });

  it('ends with it: what another process still lets in for seconds makes no key any more', async () => {
    const elsewhere = await startTestApp({
      database: { ...service.database, drop: async () => {} },
      clock: service.clock,
    });
    others.push(elsewhere);
    const stolen = await make();
    const there = withKey(elsewhere, stolen.key, server.scope);
    await there.get('/v1/wallets').expect(200);
    await revoke(stolen.id).expect(204);
    await there.get('/v1/wallets').expect(200);
    await there.post(KEYS, { name: 'Once more' }).expect(401);
    await there.get('/v1/customers/portal/acme').expect(404);
    await server.post('/v1/customers', { external_id: 'acme', name: 'Acme' }).expect(201);
    await there.get('/v1/customers/portal/acme').expect(401);
  });

  it('is told when it ends: which keys it made, that work on, through others too and in any environment', async () => {
    const { body: dev } = await server.post('/v1/environments', { name: 'Dev', type: 'development' }).expect(201);
    const stolen = await make();
    expect((await revoke((await make()).id).expect(204)).headers['keys-made']).toBeUndefined();
    const gone = await make({}, stolen);
    const left = await make({ name: 'Left' }, gone);
    const there = await make({ environment_id: dev.id }, stolen);
    const ended = await make({ expires_at: new Date(service.clock.now().getTime() + 1000).toISOString() }, stolen);
    service.clock.advance(1000);
    await revoke(gone.id).expect(204);
    const answer = await revoke(stolen.id).expect(204);
    expect(answer.headers['keys-made']).toBe(`${left.id}, ${there.id}`);
    expect(answer.headers['access-control-expose-headers']).toContain('Keys-Made');
    const list = await server.get(`${KEYS}?made_by=${stolen.id}`).expect(200);
    expect(list.body.items.map(({ id }: { id: string }) => id)).toEqual([ended.id, left.id]);
    const stranger = await newTenantClient(service);
    expect((await stranger.get(`${KEYS}?made_by=${stolen.id}`).expect(200)).body.items).toEqual([]);
    await left.get('/v1/wallets').expect(200);
  });

  it('is to make no production environment where it is of development', async () => {
    const development = await newTenantClient(service, 'development');
    const refusal = await development.post('/v1/environments', { name: 'Real', type: 'production' }).expect(403);
    expect(refusal.body.code).toBe('permission_denied');
    await development.post('/v1/environments', { name: 'Staging', type: 'development' }).expect(201);
    expect((await development.get('/v1/environments')).body.total).toBe(2);
    await server.post('/v1/environments', { name: 'Real', type: 'production' }).expect(201);
  });

  it('is to see nothing of what it may not read: events, and customers beside wallets', async () => {
    const url = 'http://127.0.0.1:9/hook';
    await server.post('/v1/customers', { external_id: 'acme', name: 'Acme' }).expect(201);
    const development = await newTenantClient(service);
    const makeThere = async (scopes: ScopeName[]) => make({ scopes }, development);
    const { body: customer } = await development.post('/v1/customers', { external_id: 'acme', name: 'Acme' });
    const { body: endpoint } = await development.post('/v1/webhooks/endpoints', { url }).expect(201);
    const wallet = { customer_id: customer.id, currency: 'usd', initial_credits_to_load: '25' };
    await development.post('/v1/wallets', wallet).expect(200);
    const eventsOf = async (client: ApiClient) => (await client.get('/v1/webhooks/events').expect(200)).body.items;
    const blind = await makeThere(['webhooks:read', 'webhooks:write', 'customers:read']);
    const seeing = await makeThere(['webhooks:read', 'wallets:read']);
    const [hidden, shown] = [await eventsOf(blind), await eventsOf(seeing)];
    expect(hidden.length).toBeGreaterThan(1);
    expect(hidden.map(({ body }: { body: unknown }) => body)).toEqual(hidden.map(() => null));
    expect(shown.map(({ id }: { id: string }) => id)).toEqual(hidden.map(({ id }: { id: string }) => id));
    for (const { event_type, body } of shown) expect(body).toMatchObject({ event_type });

    const endpoints = '/v1/webhooks/endpoints';
    for (const event_types of [undefined, [], ['wallet.created'], ['payment_method.expiring', 'limit.reached']]) {
      const refusal = await blind.post(endpoints, { url, event_types }).expect(403);
      expect(refusal.body.details).toEqual({ scopes: ['wallets:read'] });
    }
    const { body: own } = await blind.post(endpoints, { url, event_types: ['payment_method.expiring'] }).expect(201);
    await blind.put(`${endpoints}/${own.id}`, { event_types: [] }).expect(403);
    // What waits, and what is sent again, would go to the new address.
    await blind
      .put(`${endpoints}/${endpoint.id}`, { url: `${url}/mine`, event_types: ['payment_method.expiring'] })
      .expect(403);
    await blind
      .put(`${endpoints}/${endpoint.id}`, { url, description: 'Billing', endpoint_status: 'disabled' })
      .expect(200);

    const expand = { expand: 'customer' };
    for (const path of ['/v1/wallets/transactions/search', '/v1/alerts/search', '/v1/invoices/search']) {
      const refusal = await seeing.post(path, expand).expect(403);
      expect(refusal.body.details).toEqual({ scopes: ['customers:read'] });
      await seeing.post(path, { expand: '' }).expect(200);
      await development.post(path, expand).expect(200);
    }
    await seeing.get('/v1/invoices?expand=customer').expect(403);
  });

  it('is as it was where the operator makes a tenant: its first key makes all others', async () => {
    const tenants = service.get(TenantsService);
    const { id: tenantId } = await tenants.createTenant({ name: 'Fresh' });
    const { id: environmentId } = await tenants.createEnvironment(tenantId, { name: 'Production', type: 'production' });
    const scope = { tenantId, environmentId };
    const { plainKey } = await service.get(ApiKeysService).createApiKey(scope, { name: 'First' });
    const { id } = await make({}, withKey(service, plainKey, scope));
    await revoke(id, withKey(service, plainKey, scope)).expect(204);
  });
});
