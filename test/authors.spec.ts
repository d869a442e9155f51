import type { Flexprice } from '@flexprice/sdk';
import { SCOPE_NAMES } from '../src/auth/scopes.js';
import { type ApiClient, newTenantClient, withKey } from './support/api-client.js';
import { startTestApp, type TestApp } from './support/app.js';
import { refused, sdkWith } from './support/sdk-scene.js';
import { TenantUsersScene, type TestUser } from './support/tenant-users.js';

type Item = Record<string, unknown> & { id: string };

describe('who has made something', () => {
  let service: TestApp;
  let scene: TenantUsersScene;
  let owner: TestUser;
  let reader: TestUser;
  let sdk: Flexprice;
  beforeAll(async () => {
    service = await startTestApp();
  });
  beforeEach(async () => {
    scene = await TenantUsersScene.create(service);
    owner = await scene.user('owner');
    service.clock.advance(1000);
    reader = await scene.user('read_only');
    sdk = sdkWith(service, owner.client.key);
  });
  afterAll(() => service.close());

  const find = async (body: object, by: ApiClient = owner.client): Promise<Item[]> =>
    (await by.post('/v1/users/search', body as Record<string, unknown>).expect(200)).body.items;
  const idsOf = async (body: object, by?: ApiClient) => (await find(body, by)).map(({ id }) => id);

  async function newKey(name: string, more: object = {}): Promise<{ id: string; client: ApiClient }> {
    const { body } = await owner.client.post('/v1/secrets/api/keys', { name, ...more }).expect(201);
    return { id: body.secret.id, client: withKey(service, body.api_key, owner.client.scope) };
  }
  const nameOf = async (id: string) => {
    const [author, ...more] = await find({ user_ids: [id] });
    expect(more).toEqual([]);
    return author && [author['type'], author['name'], author['email'], author['user_id']];
  };
  const created = async (by: ApiClient, external_id: string): Promise<string> =>
    (await by.post('/v1/customers', { external_id, name: 'x' }).expect(201)).body.created_by;

  it('is told by the id in created_by: of a key its name, of a token its user', async () => {
    const key = await newKey('Billing server');
    expect(await created(key.client, 'a')).toBe(key.id);
    expect(await nameOf(key.id)).toEqual(['service_account', 'Billing server', '', null]);
    const token = await created(owner.client, 'b');
    expect(token).toMatch(/^secret_/);
    expect(await nameOf(token)).toEqual(['user', '', owner.email, owner.id]);
    expect(await nameOf(owner.id)).toEqual(['user', '', owner.email, owner.id]);
  });

  it('is told of those who are gone, too: revoked keys, removed users', async () => {
    const key = await newKey('Old server');
    await owner.client.delete(`/v1/secrets/api/keys/${key.id}`).expect(204);
    await owner.client.delete(`/v1/users/${reader.id}`).expect(200);
    expect(await nameOf(key.id)).toEqual(['service_account', 'Old server', '', null]);
    expect(await nameOf(reader.id)).toEqual(['user', '', reader.email, reader.id]);
    const ids = [key.id, reader.id, owner.id];
    expect(await idsOf({ user_ids: ids, status: 'published' })).toEqual([owner.id]);
    expect((await idsOf({ user_ids: ids, status: 'deleted' })).toSorted()).toEqual([key.id, reader.id].toSorted());
    expect(await idsOf({})).toEqual([owner.id]);
  });

  it('is nobody else’s business: not of another tenant’s, nor keys of another environment', async () => {
    const key = await newKey('Ours');
    const stranger = await newTenantClient(service);
    expect(await find({ user_ids: [key.id, owner.id] }, stranger)).toEqual([]);
    const other = await scene.user('owner', 'development');
    expect(await idsOf({ user_ids: [key.id, owner.id] }, other.client)).toEqual([owner.id]);
    const { client } = await newKey('Narrow', { scopes: ['customers:read'] });
    await client.post('/v1/users/search', {}).expect(403);
  });

  it('is what the SDK asks for: users by every filter there is, in pages', async () => {
    const found = await sdk.users.queryUser({ limit: 1, order: 'asc' });
    expect(found).toMatchObject({
      items: [{ id: owner.id, email: owner.email, type: 'user', roles: ['super_admin'], tenant: { name: 'Acme' } }],
      pagination: { total: 2, limit: 1, offset: 1 },
    });
    const ids = async (filter: Parameters<Flexprice['users']['queryUser']>[0]) =>
      (await sdk.users.queryUser(filter)).items?.map(({ id }) => id);
    expect(await ids({})).toEqual([reader.id, owner.id]);
    expect(await ids({ userIds: [reader.id, 'user_unknown'], expand: 'tenant' })).toEqual([reader.id]);
    expect(await ids({ roles: ['super_admin', 'finance'] })).toEqual([owner.id]);
    expect(await ids({ roles: ['read_only'], type: 'user' })).toEqual([reader.id]);
    expect(await ids({ roles: ['all_writer'] })).toEqual([]);
    expect(await ids({ type: 'service_account' })).toEqual([]);
    expect(await ids({ status: 'deleted' })).toEqual([]);
    const now = service.clock.now().toISOString();
    expect(await ids({ startTime: now })).toEqual([reader.id]);
    expect(await ids({ endTime: new Date(Date.parse(now) - 1).toISOString() })).toEqual([owner.id]);
    const filter = { field: 'email', operator: 'eq', dataType: 'string', value: { string: owner.email } } as const;
    expect(await ids({ filters: [filter] })).toEqual([owner.id]);
    expect(await ids({ sort: [{ field: 'email', direction: 'asc' }] })).toEqual([owner.id, reader.id]);
    await refused(sdk.users.queryUser({ filters: [{ ...filter, field: 'password_hash' }] }), 400, /filters/);
    await refused(sdk.users.queryUser({ type: 'robot' as 'user' }), 400, /type/);
    await refused(sdk.users.queryUser({ startTime: now, endTime: '2020-01-01T00:00:00Z' }), 400, /end_time/);
  });

  it('has roles that say what a key may do, none where it may do everything', async () => {
    const customer = await owner.client.post('/v1/customers', { external_id: 'c', name: 'C' }).expect(201);
    const keys: [roles: string[], key: { id: string }][] = [
      [[], await newKey('All')],
      [['account:read', 'account:write', 'packs:read'], await newKey('Account', { customer_id: customer.body.id })],
      [['packs:read'], await newKey('Shop', { type: 'publishable_key' })],
      [['wallets:read'], await newKey('Reader', { scopes: ['wallets:read'] })],
      [['none'], await newKey('Nothing', { scopes: [] })],
      [
        SCOPE_NAMES.filter((name) => name !== 'keys:write'),
        await newKey('Most', { scopes: SCOPE_NAMES.filter((name) => name !== 'keys:write') }),
      ],
    ];
    const { items = [] } = await sdk.secrets.listApiKeys(100, 0);
    const rolesOf = new Map(items.map(({ id, roles }) => [id, roles?.toSorted()]));
    for (const [roles, { id }] of keys) expect(rolesOf.get(id)).toEqual(roles.toSorted());
    const authors = await find({ user_ids: keys.map(([, { id }]) => id), order: 'asc', sort: [{ field: 'id' }] });
    const shown = new Map(authors.map(({ id, roles }) => [id, (roles as string[]).toSorted()]));
    for (const [roles, { id }] of keys) {
      expect(shown.get(id)).toEqual(roles.length > 0 ? roles.toSorted() : ['super_admin']);
    }
  });
});
