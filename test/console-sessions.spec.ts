import { EntityManager } from '@mikro-orm/postgresql';
import request, { type Response, type Test } from 'supertest';
import { ApiKey } from '../src/auth/api-key.entity.js';
import { ApiKeysService } from '../src/auth/api-keys.service.js';
import { ConsoleSession } from '../src/auth/sessions/console-session.entity.js';
import { type ApiClient, newTenantClient } from './support/api-client.js';
import { startTestApp, type TestApp } from './support/app.js';
import { auditRows } from './support/audit.js';
import { PASSWORD, TenantUsersScene, type TestUser } from './support/tenant-users.js';

const HOUR_MS = 3_600_000;
const OURS = { 'X-Refill-Session': 'console' };

describe('a session of the console', () => {
  let service: TestApp;
  let scene: TenantUsersScene;
  let owner: TestUser;
  let client: ApiClient;

  beforeAll(async () => {
    service = await startTestApp({ config: { trustProxy: 1 } });
    scene = await TenantUsersScene.create(service);
    owner = await scene.user('owner');
    client = await newTenantClient(service);
  });
  afterAll(() => service.close());

  const open = (body: object, headers: object = OURS) =>
    request(service.url)
      .post('/v1/session')
      .set({ ...headers })
      .send(body);
  const cookieOf = ({ headers }: Response) => String(headers['set-cookie']?.[0]);
  const byPassword = async (email = owner.email) => valueOf(await open({ email, password: PASSWORD }).expect(204));
  const byKey = async (key = client.key) => valueOf(await open({ key }).expect(204));
  const valueOf = (response: Response) => cookieOf(response).split(';')[0] as string;
  const withCookie = (test: Test, cookie: string) => test.set('Cookie', cookie).set(OURS);
  const whoAmI = (cookie: string) => withCookie(request(service.url).get('/v1/session'), cookie);
  const end = (cookie: string) => withCookie(request(service.url).delete('/v1/session'), cookie);
  const goTo = (cookie: string, id: string) =>
    withCookie(request(service.url).put('/v1/session/environment'), cookie).send({ environment_id: id });

  it('begins with an e-mail address and its password, in a cookie that no script reads and no other site sends', async () => {
    const response = await open({ email: owner.email, password: PASSWORD }).expect(204);
    expect(cookieOf(response)).toMatch(
      /^refill_session=[\w-]{43}; Max-Age=86400; Path=\/; Expires=[^;]+ GMT; HttpOnly; SameSite=Strict$/,
    );
    const { body } = await whoAmI(valueOf(response)).expect(200);
    expect(body).toMatchObject({
      user: { id: owner.id, email: owner.email, role: 'owner' },
      tenant: { id: scene.tenantId, name: 'Acme' },
      environment: { name: 'Development' },
      environments: [{ name: 'Development' }, { name: 'Production' }],
      expires_at: '2026-03-03T10:00:00.000000Z',
    });
    const stored = JSON.stringify(await service.get(EntityManager).fork().find(ConsoleSession, {}));
    expect(stored).not.toContain(valueOf(response).split('=')[1]);
  });

  it('goes over https only where it began so, and is there no cookie that another name of the domain can set', async () => {
    const https = { 'X-Forwarded-Proto': 'https' };
    const secure = await open({ key: client.key }, { ...OURS, ...https }).expect(204);
    expect(cookieOf(secure)).toMatch(/^__Host-refill_session=[\w-]{43}; .*; Secure;/);
    const set = valueOf(await open({ key: (await newTenantClient(service)).key }).expect(204));
    const { body } = await whoAmI(`${set}; ${valueOf(secure)}`)
      .set(https)
      .expect(200);
    expect(body.tenant.id).toBe(client.scope.tenantId);
    await whoAmI(set).set(https).expect(401);
    const out = await end(valueOf(secure)).set(https).expect(204);
    expect(cookieOf(out)).toMatch(/^__Host-refill_session=; Path=\/; .*Secure/);
  });

  it('leaves nothing that it has read in a cache', async () => {
    const cookie = await byKey();
    for (const path of ['/v1/customers', '/v1/find?q=ada', '/v1/wallets', '/v1/unknown']) {
      const { headers } = await withCookie(request(service.url).get(path), cookie);
      expect([path, headers['cache-control']]).toEqual([path, 'no-store']);
    }
  });

  it('begins with a server key, has its rights and environment, and never gives it back', async () => {
    const limited = await service
      .get(ApiKeysService)
      .createApiKey(client.scope, { name: 'Reader', scopes: ['customers:read'] });
    const cookie = await byKey(limited.plainKey);
    const { body, text } = await whoAmI(cookie).expect(200);
    expect(body).toMatchObject({ user: null, key: { name: 'Reader' }, scopes: ['customers:read'] });
    expect(body.environments).toEqual([body.environment]);
    expect(text + cookie).not.toContain(limited.plainKey);
    await withCookie(request(service.url).get('/v1/customers'), cookie).expect(200);
    await withCookie(request(service.url).post('/v1/customers'), cookie)
      .send({ external_id: 'a', name: 'A' })
      .expect(403);
    await goTo(cookie, client.scope.environmentId).expect(400);
  });

  it('ends with the key that it acts with', async () => {
    const { secret, plainKey } = await service.get(ApiKeysService).createApiKey(client.scope, { name: 'Brief' });
    const cookie = await byKey(plainKey);
    await whoAmI(cookie).expect(200);
    await client.delete(`/v1/secrets/api/keys/${secret.id}`).expect(204);
    await whoAmI(cookie).expect(401);
  });

  it('lasts no longer than a day, nor than its key', async () => {
    const expiresAt = new Date(service.clock.now().getTime() + HOUR_MS);
    const { plainKey } = await service.get(ApiKeysService).createApiKey(client.scope, { name: 'Hour', expiresAt });
    const response = await open({ key: plainKey }).expect(204);
    expect(cookieOf(response)).toContain('Max-Age=3600;');
    const ofADay = await byKey();
    service.clock.advance(HOUR_MS);
    await whoAmI(valueOf(response)).expect(401);
    await whoAmI(ofADay).expect(200);
    service.clock.advance(23 * HOUR_MS);
    await whoAmI(ofADay).expect(401);
    await byKey();
    const live = await service.get(EntityManager).fork().find(ConsoleSession, {});
    expect(live.every((session) => session.expiresAt > service.clock.now())).toBe(true);
  });

  it('ends for good at the log-out, with the key that the log-in has made; a pasted key stays', async () => {
    const [ofUser, ofKey] = [await byPassword(), await byKey()];
    const out = await end(ofUser).expect(204);
    expect(cookieOf(out)).toMatch(/^refill_session=; Path=\/; Expires=Thu, 01 Jan 1970/);
    await end(ofKey).expect(204);
    for (const cookie of [ofUser, ofKey]) await whoAmI(cookie).expect(401);
    await client.get('/v1/customers').expect(200);
    const rows = await auditRows(service, { tenantId: scene.tenantId });
    expect(rows.at(-1)).toMatchObject({ action: 'api_key.revoked', userId: owner.id });
    const [ofClient] = (await auditRows(service, { tenantId: client.scope.tenantId })).slice(-1);
    expect(ofClient).toMatchObject({ action: 'login.ended', targetKind: 'api_key', keyName: 'Test' });
  });

  it('ends when its user gets another password elsewhere', async () => {
    const user = await scene.user('finance');
    const [here, there] = [await byPassword(user.email), await byPassword(user.email)];
    const next = { current_password: PASSWORD, new_password: 'a wholly different thing 7' };
    await withCookie(request(service.url).post('/v1/users/me/password'), there).send(next).expect(200);
    await whoAmI(here).expect(401);
    await whoAmI(there).expect(200);
  });

  it('of a user goes on in another of their environments, with a key of that one and none of before', async () => {
    const cookie = await byPassword();
    const { body: before } = await whoAmI(cookie);
    service.clock.advance(HOUR_MS);
    const production = before.environments.find(({ type }: { type: string }) => type === 'production');
    await goTo(cookie, production.id).expect(204);
    const { body: after } = await whoAmI(cookie).expect(200);
    expect(after).toMatchObject({ environment: { id: production.id }, expires_at: before.expires_at });
    expect(after.key.id).not.toBe(before.key.id);
    const old = await service.get(EntityManager).fork().findOneOrFail(ApiKey, { id: before.key.id });
    expect(old.status).toBe('deleted');
    await goTo(cookie, client.scope.environmentId).expect(404);
    const late = request(service.url).get('/v1/customers').set('X-Environment-ID', before.environment.id);
    expect((await withCookie(late, cookie).expect(403)).body.code).toBe('environment_mismatch');
  });

  it('is not opened, nor used for a change, by a page of another origin', async () => {
    const cookie = await byKey();
    const change = (headers: object) =>
      request(service.url)
        .post('/v1/customers')
        .set('Cookie', cookie)
        .set({ ...headers })
        .send({ external_id: 'foreign', name: 'Foreign' });
    for (const headers of [
      {},
      { ...OURS, 'Sec-Fetch-Site': 'same-site' },
      { ...OURS, 'Sec-Fetch-Site': 'cross-site' },
    ]) {
      expect((await change(headers).expect(403)).body.code).toBe('foreign_request');
      await open({ key: client.key }, headers).expect(403);
    }
    const read = request(service.url).get('/v1/customers').set('Cookie', cookie);
    await read.set('Sec-Fetch-Site', 'same-site').expect(403);
    expect((await client.get('/v1/customers')).body.items).toEqual([]);
    await change({ ...OURS, 'Sec-Fetch-Site': 'same-origin' }).expect(201);
    await request(service.url).get('/v1/customers').set('Cookie', cookie).expect(200);
  });

  it('is not asked where a request shows a key, right or wrong', async () => {
    const cookie = await byKey();
    const get = () => request(service.url).get('/v1/customers').set('Cookie', cookie);
    await get().set('x-api-key', `${client.key}x`).expect(401);
    await get().set('Authorization', 'Basic abc').expect(401);
    await request(service.url).delete('/v1/session').set('Cookie', cookie).set('x-api-key', client.key).expect(400);
    await whoAmI(cookie).expect(200);
  });

  it('is not for account keys, publishable keys, unknown ones, or half of a log-in', async () => {
    const { id } = (await client.post('/v1/customers', { external_id: 'b', name: 'B' }).expect(201)).body;
    const add = (key: object) => service.get(ApiKeysService).createApiKey(client.scope, { name: 'K', ...key });
    const account = (await add({ customerId: id })).plainKey;
    await open({ key: account }).expect(400);
    await open({ key: (await add({ type: 'publishable_key' })).plainKey }).expect(400);
    await open({ key: `${client.key}x` }).expect(401);
    for (const body of [{}, { email: owner.email }, { key: client.key, email: owner.email }])
      await open(body).expect(400);
    await open({ email: owner.email, password: 'wrong password' }).expect(401);
    await request(service.url).get('/v1/session').set('x-api-key', account).expect(403);
    for (const token of ['', 'x', 'a'.repeat(43)]) await whoAmI(`refill_session=${token}`).expect(401);
  });

  it('cannot be guessed at will: ten wrong keys from one address, and then not even the right one', async () => {
    const from = { ...OURS, 'X-Forwarded-For': '203.0.113.77' };
    for (let tried = 0; tried < 10; tried += 1) await open({ key: `${client.key}x` }, from).expect(401);
    await open({ key: client.key }, from).expect(429);
    await byKey();
  });
});
