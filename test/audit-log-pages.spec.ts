import { EntityManager } from '@mikro-orm/postgresql';
import { RefusedLogins } from '../src/auth/users/refused-logins.js';
import { type ApiClient, newTenantClient, withKey } from './support/api-client.js';
import { withinEveryScope } from '../src/shared/sight.js';
import { startTestApp, type TestApp } from './support/app.js';
import { auditRows } from './support/audit.js';
import { TenantUsersScene } from './support/tenant-users.js';

describe('the pages of the audit log', () => {
  let service: TestApp;
  let production: ApiClient;
  let development: ApiClient;

  beforeAll(async () => {
    service = await startTestApp();
  });
  beforeEach(async () => {
    production = await newTenantClient(service, 'production');
    const { body } = await production.post('/v1/environments', { name: 'Dev', type: 'development' }).expect(201);
    development = await keyOf({ environment_id: body.id }, body.id);
  });
  afterAll(() => service.close());

  async function keyOf(more: object, environmentId = production.scope.environmentId): Promise<ApiClient> {
    const { body } = await production.post('/v1/secrets/api/keys', { name: 'New', ...more }).expect(201);
    return withKey(service, body.api_key, { tenantId: production.scope.tenantId, environmentId });
  }

  const list = async (client: ApiClient, query = '') =>
    (await client.get(`/v1/audit-log?${query}`).expect(200)).body as {
      items: { id: string; at: string; action: string; environment_id: string | null; target: { id: string } }[];
      next_cursor: string | null;
    };
  const rename = (name: string) => production.put('/v1/tenants/update', { name }).expect(200);

  it('are the tenant’s for a key of production, and its environment’s for one of development', async () => {
    await rename('Acme');
    await development.put('/v1/settings/wallets', { value: { manual_debit_overdraft: true } }).expect(200);
    const all = await list(production);
    expect(all.items.map(({ action }) => action)).toEqual([
      'setting.changed',
      'tenant.changed',
      'api_key.created',
      'environment.created',
      'api_key.created',
      'environment.created',
      'tenant.created',
    ]);
    const own = await list(development);
    expect(own.items.map(({ action }) => action)).toEqual([
      'setting.changed',
      'api_key.created',
      'environment.created',
    ]);
    expect(own.items.every(({ environment_id: id }) => id === development.scope.environmentId)).toBe(true);
    const { environmentId } = production.scope;
    expect((await list(development, `environment_id=${environmentId}`)).items).toEqual([]);
    expect((await list(production, `environment_id=${environmentId}`)).items).toHaveLength(2);
  });

  it('are nobody else’s, and ask for the scope audit:read', async () => {
    const stranger = await newTenantClient(service, 'production');
    const tenants = (await list(stranger)).items.map((row) => (row as unknown as { tenant_id: string }).tenant_id);
    expect(new Set(tenants)).toEqual(new Set([stranger.scope.tenantId]));
    const cursor = (await list(production, 'limit=1')).next_cursor;
    const refused = await stranger.get(`/v1/audit-log?cursor=${cursor}`).expect(400);
    expect(Object.keys(refused.body.details)).toEqual(['cursor']);
    await (await keyOf({ scopes: ['settings:write', 'keys:write'] })).get('/v1/audit-log').expect(403);
    await (await keyOf({ scopes: ['audit:read'] })).get('/v1/audit-log').expect(200);
    const { body: customer } = await production.post('/v1/customers', { external_id: 'a', name: 'A' }).expect(201);
    await (await keyOf({ customer_id: customer.id })).get('/v1/audit-log').expect(403);
    await (await keyOf({ type: 'publishable_key' })).get('/v1/audit-log').expect(403);
    const users = await TenantUsersScene.create(service);
    for (const [role, status] of [
      ['owner', 200],
      ['finance', 403],
      ['read_only', 403],
    ] as const) {
      await (await users.user(role)).client.get('/v1/audit-log').expect(status);
    }
    await production
      .post('/v1/secrets/api/keys', { name: 'x', customer_id: customer.id, scopes: ['audit:read'] })
      .expect(400);
  });

  it('follow one another without a gap or a repeat while rows are added', async () => {
    for (const name of ['a', 'b', 'c', 'd']) await rename(name);
    const before = (await list(production)).items.map(({ id }) => id);
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page = await list(production, `limit=2${cursor && `&cursor=${cursor}`}`);
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.next_cursor;
      await rename(`added-${seen.length}`);
    }
    expect(seen).toEqual(before);
  });

  it('go on among rows of one instant', async () => {
    const { tenantId } = production.scope;
    await service
      .get(EntityManager)
      .fork()
      .execute(
        `insert into audit_log (id, tenant_id, at, action, actor_kind, address, user_agent, request_id, target_kind, target_id)
       select 'same' || n, ?, '2026-01-01', 'tenant.changed', 'system', '', '', '', 'tenant', 'same'
       from generate_series(1, 5) n`,
        [tenantId],
      );
    const first = await list(production, 'target_id=same&limit=2');
    const second = await list(production, `target_id=same&limit=2&cursor=${first.next_cursor}`);
    const third = await list(production, `target_id=same&limit=2&cursor=${second.next_cursor}`);
    const ids = [first, second, third].map(({ items }) => items.map(({ id }) => id));
    expect(ids).toEqual([['same5', 'same4'], ['same3', 'same2'], ['same1']]);
    expect(third.next_cursor).toBeNull();
  });

  it('are narrowed by action, actor, target and time', async () => {
    await rename('Acme');
    const narrow = await keyOf({ scopes: ['settings:write'] });
    await narrow.put('/v1/settings/credits', { value: { purchase_validity_months: 3 } }).expect(200);
    const [made] = await auditRows(service, { action: 'setting.changed', tenantId: production.scope.tenantId });
    const actions = async (query: string) => (await list(production, query)).items.map(({ action }) => action);
    expect(await actions('action=tenant.changed')).toEqual(['tenant.changed']);
    expect(await actions(`key_id=${made?.keyId}`)).toEqual(['setting.changed']);
    expect(await actions('user_id=user_unknown')).toEqual([]);
    expect(await actions('actor_kind=operator')).toEqual(['api_key.created', 'environment.created', 'tenant.created']);
    expect(await actions('target_id=credits')).toEqual(['setting.changed']);
    const at = (await list(production, 'action=tenant.changed')).items[0]?.at as string;
    expect(await actions(`start_time=${at}&end_time=${at}`)).toContain('tenant.changed');
    expect(await actions(`end_time=2020-01-01T00:00:00Z`)).toEqual([]);
    expect(await actions(`start_time=2999-01-01T00:00:00Z`)).toEqual([]);
    for (const [query, field] of [
      ['action=anything', 'action'],
      ['actor_kind=x', 'actor_kind'],
      ['start_time=yesterday', 'start_time'],
      ['limit=201', 'limit'],
      ['actor=me', 'actor'],
    ]) {
      const { body } = await production.get(`/v1/audit-log?${query}`).expect(400);
      expect(Object.keys(body.details)).toEqual([field]);
    }
  });

  it('do not fill with refused log-ins: twenty of a user in an hour, the last of which says so', async () => {
    const user = { id: 'user_x', tenantId: production.scope.tenantId, email: 'x@acme.example' };
    const refused = service.get(RefusedLogins);
    const from = { address: '198.51.100.1', userAgent: '', requestId: 'r' };
    // As in a log-in, which looks for its user everywhere.
    const note = () => refused.note(user as never, 'wrong_password', from);
    for (let count = 0; count < 50; count += 1) withinEveryScope(note);
    await refused.onModuleDestroy();
    const rows = await auditRows(service, { targetId: 'user_x' });
    expect(rows).toHaveLength(20);
    expect(rows.filter(({ after }) => after && 'not_recorded_until' in after)).toHaveLength(1);
  });
});
