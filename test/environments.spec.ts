import { type ApiClient, newTenantClient, withKey } from './support/api-client.js';
import { startTestApp, type TestApp } from './support/app.js';

describe('environments, tenants and who calls', () => {
  let service: TestApp;
  let production: ApiClient;
  let development: ApiClient;

  beforeAll(async () => {
    service = await startTestApp();
  });
  beforeEach(async () => {
    production = await newTenantClient(service, 'production');
    const { body } = await production.post('/v1/environments', { name: 'Dev', type: 'development' }).expect(201);
    development = await keyOf(body.id);
  });
  afterAll(() => service.close());

  async function keyOf(environment_id: string, by = production, more: object = {}): Promise<ApiClient> {
    const { body } = await by.post('/v1/secrets/api/keys', { name: 'New', environment_id, ...more }).expect(201);
    return withKey(service, body.api_key, { tenantId: by.scope.tenantId, environmentId: environment_id });
  }

  it('are made, read, listed and changed', async () => {
    const made = await production.post('/v1/environments', { name: 'Staging', type: 'development' }).expect(201);
    expect(made.body).toEqual({
      id: expect.stringMatching(/^env_/),
      name: 'Staging',
      type: 'development',
      created_at: '2026-03-02T10:00:00.000000Z',
      updated_at: '2026-03-02T10:00:00.000000Z',
    });
    const path = `/v1/environments/${made.body.id}`;
    expect((await production.get(path).expect(200)).body).toEqual(made.body);
    expect((await production.put(path, { name: 'QA' }).expect(200)).body).toMatchObject({
      name: 'QA',
      type: 'development',
    });
    const { body } = await production.get('/v1/environments?limit=2').expect(200);
    expect(body).toMatchObject({ environments: [{ name: 'Test' }, { name: 'QA' }], total: 3, offset: 0, limit: 2 });
  });

  it('begin with the caller’s own, then the newest, on whichever page and in whichever order', async () => {
    await production.post('/v1/environments', { name: 'Last', type: 'development' }).expect(201);
    const names = async (query: string, by = production) =>
      (await by.get(`/v1/environments?${query}`).expect(200)).body.environments.map(
        ({ name }: { name: string }) => name,
      );
    expect(await names('')).toEqual(['Test', 'Last', 'Dev']);
    expect(await names('', development)).toEqual(['Dev', 'Last', 'Test']);
    expect(await names('order=asc', development)).toEqual(['Dev', 'Test', 'Last']);
    expect(await names('limit=2&offset=1', development)).toEqual(['Last', 'Test']);
  });

  it('refuse what is wrong, naming the field', async () => {
    const wrong: [object, string][] = [
      [{ type: 'development' }, 'name'],
      [{ name: '', type: 'development' }, 'name'],
      [{ name: 'x\u0000', type: 'development' }, 'name'],
      [{ name: 'x', type: 'staging' }, 'type'],
      [{ name: 'x', type: ['production'] }, 'type'],
    ];
    for (const [body, field] of wrong) {
      const answer = await production.post('/v1/environments', body as Record<string, unknown>).expect(400);
      expect(Object.keys(answer.body.details)).toEqual([field]);
    }
    await production.get('/v1/environments/env_unknown').expect(404);
    await production.put('/v1/environments/env_unknown', { name: 'x' }).expect(404);
  });

  it.each(['environments', 'tenants', 'customers/portal', 'customer/portal/wallets', 'secrets/api/keys'])(
    'are asked for nothing impossible under %s',
    async (path) => {
      for (const id of ['%00', 'a%00b', '%F0%9F%92%A9', 'x'.repeat(5000), '%ff']) {
        for (const answer of [
          await production.get(`/v1/${path}/${id}`),
          await production.delete(`/v1/${path}/${id}`),
        ]) {
          expect([400, 401, 404, 405]).toContain(answer.status);
        }
      }
    },
  );

  it('are worlds of their own, each with its keys', async () => {
    await production.post('/v1/customers', { external_id: 'acme', name: 'Acme' }).expect(201);
    await development.get('/v1/customers/external/acme').expect(404);
    await development.post('/v1/customers', { external_id: 'acme', name: 'Other' }).expect(201);
    const other = await development.get('/v1/customers/external/acme').expect(200);
    expect(other.body).toMatchObject({ name: 'Other', environment_id: development.scope.environmentId });
  });

  it('are nobody else’s: another tenant’s answer as unknown ones', async () => {
    const stranger = await newTenantClient(service, 'production');
    const id = production.scope.environmentId;
    await stranger.get(`/v1/environments/${id}`).expect(404);
    await stranger.put(`/v1/environments/${id}`, { name: 'Mine' }).expect(404);
    await stranger.post('/v1/secrets/api/keys', { name: 'Mine', environment_id: id }).expect(404);
    await stranger.get(`/v1/tenants/${production.scope.tenantId}`).expect(404);
    expect((await stranger.get('/v1/environments')).body.total).toBe(1);
  });

  it('of development are no way into production', async () => {
    const into = { name: 'Climb', environment_id: production.scope.environmentId };
    expect((await development.post('/v1/secrets/api/keys', into).expect(403)).body.code).toBe('permission_denied');
    const own = `/v1/environments/${development.scope.environmentId}`;
    await development.put(own, { type: 'production' }).expect(403);
    await development.put(`/v1/environments/${into.environment_id}`, { type: 'development' }).expect(403);
    await development.put(own, { name: 'Renamed' }).expect(200);
    expect((await production.get(`/v1/environments/${into.environment_id}`)).body.type).toBe('production');
  });

  it('ask for the scope of the tenant, and a key cannot grant what it lacks', async () => {
    const narrow = await keyOf(production.scope.environmentId, production, { scopes: ['keys:write', 'wallets:read'] });
    await narrow.get('/v1/environments').expect(403);
    await narrow.post('/v1/environments', { name: 'x', type: 'development' }).expect(403);
    const environment_id = development.scope.environmentId;
    await narrow.post('/v1/secrets/api/keys', { name: 'x', scopes: ['wallets:read'], environment_id }).expect(403);
    await narrow.post('/v1/secrets/api/keys', { name: 'x', scopes: ['wallets:read'] }).expect(201);
  });

  it('know who calls', async () => {
    const { body } = await development.get('/v1/users/me').expect(200);
    expect(body).toMatchObject({
      id: expect.stringMatching(/^secret_/),
      email: '',
      type: 'service_account',
      roles: ['super_admin'],
      environment_id: development.scope.environmentId,
      tenant: { id: development.scope.tenantId, name: 'Test', billing_details: null, status: 'published' },
    });
    const customer = await development.post('/v1/customers', { external_id: 'by', name: 'By' });
    expect(customer.body.created_by).toBe(body.id);
    const narrow = await keyOf(production.scope.environmentId, production, { scopes: ['tenant:read'] });
    expect((await narrow.get('/v1/users/me')).body).toMatchObject({ roles: ['tenant:read'], scopes: ['tenant:read'] });
  });

  it('let the tenant be changed: only what is sent, billing details always complete', async () => {
    const billing_details = { email: 'billing@acme.example', address: { address_city: 'Porto' } };
    const changed = await production
      .put('/v1/tenants/update', { billing_details, metadata: { plan: 'gold' } })
      .expect(200);
    expect(changed.body).toMatchObject({
      id: production.scope.tenantId,
      name: 'Test',
      metadata: { plan: 'gold' },
      billing_details: {
        email: 'billing@acme.example',
        help_email: '',
        phone: '',
        address: { address_city: 'Porto', address_line1: '' },
      },
    });
    const renamed = await production.put('/v1/tenants/update', { name: 'Acme' }).expect(200);
    expect(renamed.body).toMatchObject({
      name: 'Acme',
      metadata: { plan: 'gold' },
      billing_details: changed.body.billing_details,
    });
    expect((await production.get(`/v1/tenants/${production.scope.tenantId}`).expect(200)).body).toEqual(renamed.body);
    const wrong = await production.put('/v1/tenants/update', { billing_details: { email: 'x' } }).expect(400);
    expect(wrong.body.details).toHaveProperty(['billing_details.email']);
  });
});
