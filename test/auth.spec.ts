import { Flexprice } from '@flexprice/sdk';
import { EntityManager } from '@mikro-orm/postgresql';
import { Controller, Get, Module, Post } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import request from 'supertest';
import { generateApiKey, hashApiKey, isWellFormedApiKey } from '../src/auth/api-key-format.js';
import { ApiKey } from '../src/auth/api-key.entity.js';
import { ApiKeysService, type NewApiKey } from '../src/auth/api-keys.service.js';
import { type Caller, CurrentCaller, Public, RequireScope } from '../src/auth/caller.js';
import { RouteAccessCheck } from '../src/auth/route-access-check.js';
import { ACCOUNT_SCOPES, SCOPE_NAMES } from '../src/auth/scopes.js';
import { Tenant } from '../src/auth/tenant.entity.js';
import { TenantsService } from '../src/auth/tenants.service.js';
import type { Scope } from '../src/shared/scope.js';
import { startTestApp, type TestApp } from './support/app.js';

@Controller()
class ProbeController {
  @Get(['v1/probe', 'account/probe'])
  @RequireScope('packs:read')
  probe(@CurrentCaller() { scopes, ...caller }: Caller): object {
    return { ...caller, scopes: [...scopes] };
  }

  @Post('v1/probe')
  @RequireScope('wallets:write')
  write(): object {
    return {};
  }

  @Get('v1/open')
  @Public()
  open(): object {
    return { open: true };
  }
}

@Module({ controllers: [ProbeController] })
class ProbeModule {}

@Controller('v1/forgotten')
class ForgottenController {
  @Get()
  list(): void {}
}

describe('API keys', () => {
  let app: TestApp;
  let scope: Scope;
  let serverKey: string;
  const others: TestApp[] = [];

  beforeAll(async () => {
    app = await startTestApp({ imports: [ProbeModule] });
    scope = await newScope('development');
    serverKey = await newKey(scope);
  });
  afterAll(async () => {
    for (const other of others) await other.close();
    await app.close();
  });

  async function startOther(options: Parameters<typeof startTestApp>[0] = {}): Promise<TestApp> {
    const other = await startTestApp({ imports: [ProbeModule], ...options });
    others.push(other);
    return other;
  }

  async function newScope(type: 'development' | 'production'): Promise<Scope> {
    const tenants = app.get(TenantsService);
    const tenant = await tenants.createTenant({ name: 'Acme' });
    const environment = await tenants.createEnvironment(tenant.id, { name: type, type });
    return { tenantId: tenant.id, environmentId: environment.id };
  }

  async function newKey(of: Scope, options: Partial<NewApiKey> = {}): Promise<string> {
    return (await app.get(ApiKeysService).createApiKey(of, { name: 'test', ...options })).plainKey;
  }

  async function newCustomer(key: string): Promise<string> {
    const body = { external_id: generateApiKey('private_key'), name: 'Customer' };
    const answer = await request(app.url).post('/v1/customers').set('x-api-key', key).send(body).expect(201);
    return answer.body.id as string;
  }

  const get = (path: string, key: string) => request(app.url).get(path).set('x-api-key', key);

  it.each([
    ['x-api-key', (key: string) => key],
    ['Authorization', (key: string) => `Bearer ${key}`],
    ['Authorization', (key: string) => `JWT ${key}`],
    ['Authorization', (key: string) => `bearer ${key}`],
  ])('let a caller in by the header %s', async (header, value) => {
    const answer = await request(app.url)
      .get('/v1/probe')
      .set(header, value(serverKey))
      .set('X-Request-ID', 'r-1')
      .expect(200);
    expect(answer.body).toMatchObject({ ...scope, environmentType: 'development', customerId: null, requestId: 'r-1' });
    expect(answer.body.scopes).toEqual([...SCOPE_NAMES]);
  });

  it('leave public routes alone', async () => {
    await request(app.url).get('/v1/open').set('x-api-key', 'garbage').expect(200);
  });

  it.each([
    ['none', {}],
    ['garbage', { 'x-api-key': 'garbage' }],
    ['an empty one', { 'x-api-key': '' }],
    ['one with a wrong checksum', { 'x-api-key': `sk_${'a'.repeat(38)}` }],
    ['one that does not exist', { 'x-api-key': generateApiKey('private_key') }],
    ['one in basic authentication', { Authorization: 'Basic c2s6c2s=' }],
    ['two in one', { Authorization: 'Bearer a b' }],
    ['NUL', { Authorization: 'Bearer %00' }],
  ])('refuse %s, in the words of either API', async (_name, headers) => {
    const wallets = await request(app.url).get('/v1/probe').set(headers).expect(401);
    const message =
      'the API key is missing or wrong: send it as header x-api-key: <key>, or as Authorization: Bearer <key>';
    expect(wallets.body).toEqual({
      code: 'unauthorized',
      message,
      http_status_code: 401,
      success: false,
      error: { message, internal_error: null },
    });
    const credits = await request(app.url).get('/account/probe/').set(headers).expect(401);
    expect(credits.body).toEqual({ detail: 'Incorrect authentication credentials.' });
  });

  it('are not accepted in the query', async () => {
    await request(app.url).get(`/v1/probe?x-api-key=${serverKey}&api_key=${serverKey}`).expect(401);
  });

  it('are good where the header names their environment, and refused where it names another', async () => {
    const other = await newScope('production');
    const answer = await get('/v1/probe', serverKey).set('X-Environment-ID', scope.environmentId).expect(200);
    expect(answer.body.environmentId).toBe(scope.environmentId);
    await get('/v1/probe', serverKey).set('X-Environment-ID', other.environmentId).expect(403);
    const account = await get('/account/probe', serverKey).set('X-Environment-ID', other.environmentId).expect(403);
    expect(account.body).toEqual({ detail: expect.stringMatching(/^X-Environment-ID names another environment/) });
  });

  it('stop at their expiry, to the millisecond', async () => {
    const expiresAt = new Date(app.clock.now().getTime() + 2_000);
    const key = await newKey(scope, { expiresAt });
    await get('/v1/probe', key).expect(200);
    app.clock.advance(1_999);
    await get('/v1/probe', key).expect(200);
    app.clock.advance(1);
    await get('/v1/probe', key).expect(401);
  });

  it('stop at once where they are revoked, and within 5 s in every other process', async () => {
    const noDrop = { ...app.database, drop: async () => {} };
    const other = await startOther({ database: noDrop, clock: app.clock });
    const key = await newKey(scope);
    const elsewhere = () => request(other.url).get('/v1/probe').set('x-api-key', key);
    await get('/v1/probe', key).expect(200);
    await elsewhere().expect(200);
    const { secret } = await secretOf(key);
    await request(app.url).delete(`/v1/secrets/api/keys/${secret.id}`).set('x-api-key', serverKey).expect(204);
    await get('/v1/probe', key).expect(401);
    await elsewhere().expect(200);
    app.clock.advance(4_999);
    await elsewhere().expect(401);
  });

  it('write down when they were used, once a minute', async () => {
    const key = await newKey(scope);
    const used = app.clock.now();
    await get('/v1/probe', key).expect(200);
    await expectLastUse(key, used);
    app.clock.advance(59_000);
    await get('/v1/probe', key).expect(200);
    app.clock.advance(1_000);
    await get('/v1/probe', key).expect(200);
    await expectLastUse(key, new Date(used.getTime() + 60_000));
  });

  it('of an account reach that account and nothing under /v1 but what is on sale', async () => {
    const customerId = await newCustomer(serverKey);
    const key = await newKey(scope, { customerId });
    const answer = await get('/account/probe/', key).expect(200);
    expect(answer.body).toMatchObject({ customerId, scopes: ACCOUNT_SCOPES });
    const writes = [
      request(app.url).post('/v1/probe'),
      request(app.url).post('/v1/customers').send({ external_id: 'x', name: 'x' }),
      request(app.url).post('/v1/secrets/api/keys').send({ name: 'x' }),
      request(app.url)
        .put('/v1/settings/wallets')
        .send({ value: { manual_debit_overdraft: true } }),
    ];
    for (const write of writes) {
      const refusal = await write.set('x-api-key', key).expect(403);
      expect(refusal.body).toMatchObject({ code: 'permission_denied', success: false });
    }
  });

  it('with fewer scopes are held to them', async () => {
    const key = await newKey(scope, { scopes: ['settings:read'] });
    await get('/v1/settings/wallets', key).expect(200);
    const refusal = await get('/account/probe', key).expect(403);
    expect(refusal.body).toEqual({ detail: 'This key lacks the scope packs:read.' });
  });

  it('of a suspended tenant are let in nowhere, and again when it is not', async () => {
    const suspended = await newScope('production');
    const key = await newKey(suspended);
    await request(app.url).post('/v1/probe').set('x-api-key', key).expect(201);
    await app.get(TenantsService).setTenantStatus(suspended.tenantId, 'suspended');
    app.clock.advance(5_000);
    for (const refusal of [
      await get('/v1/probe', key),
      await request(app.url).post('/v1/probe').set('x-api-key', key),
    ]) {
      expect(refusal.status).toBe(403);
      expect(refusal.body).toMatchObject({ code: 'tenant_suspended', success: false });
    }
    await app.get(TenantsService).setTenantStatus(suspended.tenantId, 'active');
    app.clock.advance(5_000);
    await get('/v1/probe', key).expect(200);
  });

  describe('routes', () => {
    const create = (body: object, key = serverKey) =>
      request(app.url).post('/v1/secrets/api/keys').set('x-api-key', key).send(body);

    it('make a key, show it once, and list it without', async () => {
      const made = await create({ name: 'Billing', type: 'private_key' }).expect(201);
      const { secret, api_key: plainKey } = made.body;
      expect(secret).toMatchObject({
        name: 'Billing',
        type: 'private_key',
        status: 'published',
        customer_id: null,
        roles: [],
      });
      expect(secret).toMatchObject({ expires_at: null, last_used_at: null, provider: 'flexprice', user_type: 'user' });
      expect(secret.display_id).toBe(`${plainKey.slice(0, 9)}****${plainKey.slice(-4)}`);
      await get('/v1/probe', plainKey).expect(200);
      const list = await get('/v1/secrets/api/keys?limit=1', serverKey).expect(200);
      expect(list.text).not.toContain(plainKey);
      expect(list.body.items[0].id).toBe(secret.id);
      expect(list.body.pagination).toMatchObject({ limit: 1, offset: 1 });
      const stored = await app.get(EntityManager).fork().findOneOrFail(ApiKey, { id: secret.id });
      expect(JSON.stringify(stored)).not.toContain(plainKey);
    });

    it('are those that the SDK calls', async () => {
      const sdk = new Flexprice({ serverURL: `${app.url}/v1`, apiKeyAuth: serverKey });
      const made = await sdk.secrets.createApiKey({ name: 'SDK', type: 'private_key' });
      expect(isWellFormedApiKey(made.apiKey ?? '')).toBe(true);
      const listed = await sdk.secrets.listApiKeys(1, 0);
      expect(listed.items?.[0]?.id).toBe(made.secret?.id);
      await sdk.secrets.deleteApiKey(made.secret?.id ?? '');
      await get('/v1/probe', made.apiKey ?? '').expect(401);
    });

    it('make account keys and publishable keys, each with its few scopes', async () => {
      const customerId = await newCustomer(serverKey);
      const account = await create({ name: 'Account', customer_id: customerId }).expect(201);
      expect(account.body.secret).toMatchObject({ customer_id: customerId, scopes: ACCOUNT_SCOPES });
      const publishable = await create({ name: 'Shop', type: 'publishable_key' }).expect(201);
      expect(publishable.body.api_key).toMatch(/^pk_/);
      expect(publishable.body.secret.scopes).toEqual(['packs:read']);
    });

    it.each([
      [{}, 'name'],
      [{ name: '' }, 'name'],
      [{ name: 'x', type: 'other' }, 'type'],
      [{ name: 'x', type: null }, 'type'],
      [{ name: 'x', expires_at: '2020-01-01T00:00:00Z' }, 'expires_at'],
      [{ name: 'x', expires_at: 'tomorrow' }, 'expires_at'],
      [{ name: 'x', scopes: ['everything'] }, 'scopes'],
      [{ name: 'x', scopes: 'wallets:read' }, 'scopes'],
      [{ name: 'x', type: 'publishable_key', scopes: ['wallets:write'] }, 'scopes'],
    ])('refuse %j', async (body, field) => {
      const answer = await create(body).expect(400);
      expect(answer.body).toMatchObject({ code: 'validation_error', details: { [field]: expect.any(String) } });
    });

    it('never grant more than the key that asks has', async () => {
      const keysOnly = await newKey(scope, { scopes: ['keys:write'] });
      await create({ name: 'x', scopes: ['keys:write'] }, keysOnly).expect(201);
      await create({ name: 'x', scopes: ['wallets:write'] }, keysOnly).expect(403);
      await create({ name: 'x' }, keysOnly).expect(403);
    });

    it("answer for another tenant's or environment's ids as for unknown ones", async () => {
      const foreignKey = await newKey(await newScope('development'));
      const siblingKey = await newKey({
        tenantId: scope.tenantId,
        environmentId: (
          await app.get(TenantsService).createEnvironment(scope.tenantId, { name: 'p', type: 'production' })
        ).id,
      });
      const { secret } = await secretOf(serverKey);
      const customerId = await newCustomer(serverKey);
      for (const key of [foreignKey, siblingKey]) {
        const revoke = (id: string) => request(app.url).delete(`/v1/secrets/api/keys/${id}`).set('x-api-key', key);
        const foreign = await revoke(secret.id).expect(404);
        const unknown = await revoke('secret_unknown').expect(404);
        expect(foreign.text.replaceAll(secret.id, 'secret_unknown')).toBe(unknown.text);
        await create({ name: 'x', customer_id: customerId }, key).expect(404);
        const list = await get('/v1/secrets/api/keys', key).expect(200);
        expect(list.body.pagination.total).toBe(1);
      }
      await get('/v1/probe', serverKey).expect(200);
    });
  });

  it('are checked on every route: one that says nothing stops the start', async () => {
    const module = await Test.createTestingModule({
      imports: [DiscoveryModule],
      controllers: [ForgottenController, ProbeController],
      providers: [RouteAccessCheck],
    }).compile();
    const start = module.createNestApplication({ logger: false }).init();
    await expect(start).rejects.toThrow('no scope is declared for ForgottenController.list');
  });

  it('begin in production with the one that the operator chose, once', async () => {
    const fresh = await startOther();
    const tenants = fresh.get(TenantsService);
    const key = generateApiKey('private_key');
    await expect(tenants.bootstrap('secret')).rejects.toThrow('checksum');
    expect(await Promise.all([tenants.bootstrap(key), tenants.bootstrap(key)])).toEqual(
      expect.arrayContaining([true, false]),
    );
    expect(await tenants.bootstrap(generateApiKey('private_key'))).toBe(false);
    const answer = await request(fresh.url).get('/v1/probe').set('x-api-key', key).expect(200);
    expect(answer.body.environmentType).toBe('production');
    expect(await fresh.get(EntityManager).fork().count(Tenant)).toBe(1);
  });

  async function secretOf(key: string): Promise<{ secret: ApiKey }> {
    return {
      secret: await app
        .get(EntityManager)
        .fork()
        .findOneOrFail(ApiKey, { keyHash: hashApiKey(key) }),
    };
  }

  /** Written beside the request: it may take a moment. */
  async function expectLastUse(key: string, at: Date): Promise<void> {
    for (let attempt = 0; attempt < 100; attempt += 1) {
      const { secret } = await secretOf(key);
      if (secret.lastUsedAt?.getTime() === at.getTime()) return;
    }
    expect((await secretOf(key)).secret.lastUsedAt).toEqual(at);
  }
});
