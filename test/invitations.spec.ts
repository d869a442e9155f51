import { EntityManager } from '@mikro-orm/postgresql';
import request from 'supertest';
import { TenantsService } from '../src/auth/tenants.service.js';
import { AppUser } from '../src/auth/users/app-user.entity.js';
import { UserInvitation } from '../src/auth/users/user-invitation.entity.js';
import { startTestApp, type TestApp } from './support/app.js';
import { TenantUsersScene, type TestUser } from './support/tenant-users.js';

const PASSWORD = 'correct horse battery staple';
const DAY_MS = 86_400_000;

describe('invitations', () => {
  let service: TestApp;
  let scene: TenantUsersScene;
  let owner: TestUser;
  let email: string;
  let invited = 0;
  beforeAll(async () => {
    service = await startTestApp({ config: { trustProxy: 1 } });
  });
  beforeEach(async () => {
    scene = await TenantUsersScene.create(service);
    owner = await scene.user('owner');
    email = `invited-${(invited += 1)}@acme.example`;
  });
  afterEach(() => {
    delete service.config.publicUrl;
  });
  afterAll(() => service.close());

  const em = () => service.get(EntityManager).fork();
  const invite = (role = 'finance', by = owner, whom = email) =>
    by.client.post('/v1/users/invitations', { email: whom, role });
  const newToken = async (role = 'finance'): Promise<string> => (await invite(role).expect(201)).body.token;
  const post = (route: 'open' | 'accept', body: object, from = `198.51.100.${invited}`) =>
    request(service.url).post(`/v1/auth/invitations/${route}`).set('X-Forwarded-For', from).send(body);
  const accept = (token: string, more: object = {}) => post('accept', { token, password: PASSWORD, ...more });

  it('are a link, shown once, that makes a user with a role, who is logged in', async () => {
    const { body, headers } = await invite('finance', owner, ` ${email.toUpperCase()} `).expect(201);
    const { token, link, ...listed } = body;
    expect(headers['cache-control']).toBe('no-store');
    expect(token).toMatch(/^inv_[\w-]{43}$/);
    expect(link).toBe(`/invitation#${token}`);
    expect(listed).toEqual({
      id: expect.stringMatching(/^invite_/),
      email,
      role: 'finance',
      status: 'pending',
      expires_at: new Date(service.clock.now().getTime() + 7 * DAY_MS).toISOString().replace('Z', '000Z'),
      user_id: null,
      created_by: owner.id,
      created_at: expect.any(String),
    });
    const list = await owner.client.get('/v1/users/invitations').expect(200);
    expect(list.body).toEqual({ items: [listed], pagination: { total: 1, limit: 50, offset: 50 } });
    expect(JSON.stringify(await em().find(UserInvitation, {}))).not.toContain(token);
    const open = await post('open', { token }).expect(200);
    expect(open.body).toEqual({ email, role: 'finance', tenant_name: 'Acme', expires_at: listed.expires_at });
    const { body: session } = await accept(token, { name: 'Grace' }).expect(200);
    expect(session).toMatchObject({ tenant_id: scene.tenantId });
    const me = await request(service.url).get('/v1/users/me').set('x-api-key', session.token).expect(200);
    expect(me.body).toMatchObject({ id: session.user_id, email, name: 'Grace', role: 'finance' });
    await request(service.url).post('/v1/auth/login').send({ email, password: PASSWORD }).expect(200);
    const [accepted] = (await owner.client.get('/v1/users/invitations')).body.items;
    expect(accepted).toMatchObject({ status: 'accepted', user_id: session.user_id });
  });

  it('point to the address of this installation', async () => {
    service.config.publicUrl = 'https://credits.acme.example/refill';
    const { body } = await invite().expect(201);
    expect(body.link).toBe(`https://credits.acme.example/refill/invitation#${body.token}`);
  });

  it('make one user, also when they are accepted six times at once', async () => {
    const token = await newToken();
    const answers = await Promise.all(Array.from({ length: 6 }, () => accept(token)));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 404, 404, 404, 404, 404]);
    expect(await em().count(AppUser, { email })).toBe(1);
  });

  it('open nothing once they are accepted, revoked, replaced or over: all in the same words', async () => {
    const [replaced, revoked] = [await invite().expect(201), await invite().expect(201)];
    await owner.client.delete(`/v1/users/invitations/${revoked.body.id}`).expect(204);
    const again = await owner.client.delete(`/v1/users/invitations/${revoked.body.id}`).expect(409);
    expect(again.body.code).toBe('invitation_not_pending');
    const over = await newToken();
    service.clock.advance(7 * DAY_MS);
    const tokens = [replaced.body.token, revoked.body.token, over, `inv_${'x'.repeat(43)}`, 'nonsense'];
    const words = new Set<string>();
    for (const token of tokens) {
      for (const route of ['open', 'accept'] as const) {
        const body = route === 'open' ? { token } : { token, password: PASSWORD };
        const { text } = await post(route, body).set('X-Request-ID', 'same').expect(404);
        words.add(text);
      }
    }
    expect([...words]).toEqual([expect.stringContaining('link_not_valid')]);
    owner = await scene.user('owner');
    const { body } = await owner.client.get('/v1/users/invitations?order=asc').expect(200);
    expect((body.items as { status: string }[]).map(({ status }) => status)).toEqual(['revoked', 'revoked', 'expired']);
  });

  it('tell only who holds the link that another tenant has a user with the address', async () => {
    const stranger = await (await TenantUsersScene.create(service)).user('owner');
    const { body } = await invite('finance', owner, stranger.email).expect(201);
    const refusal = await accept(body.token).expect(409);
    expect(refusal.body).toMatchObject({ code: 'already_exists', details: { email: stranger.email } });
    const own = await invite('finance', owner, owner.email).expect(409);
    expect(own.body.code).toBe('already_exists');
    await owner.client.delete(`/v1/users/invitations/${body.id}`).expect(204);
  });

  it('invite an address anew whose user was removed', async () => {
    const { body: first } = await accept(await newToken()).expect(200);
    await owner.client.delete(`/v1/users/${first.user_id}`).expect(200);
    const { body: second } = await accept(await newToken('read_only')).expect(200);
    expect(second.user_id).not.toBe(first.user_id);
  });

  it('end with the owner’s say: of who is demoted none is left, and a suspended tenant takes nobody in', async () => {
    const other = await scene.user('owner');
    const made = await invite('read_only', other).expect(201);
    await owner.client.put(`/v1/users/${other.id}`, { role: 'finance' }).expect(200);
    await accept(made.body.token).expect(404);
    const token = await newToken();
    await service.get(TenantsService).setTenantStatus(scene.tenantId, 'suspended');
    expect((await accept(token).expect(403)).body.code).toBe('tenant_suspended');
    expect(await em().count(AppUser, { email })).toBe(0);
  });

  it('are refused with the field that is wrong', async () => {
    const wrong: [object, string][] = [
      [{ email: 'x', role: 'finance' }, 'email'],
      [{ email, role: 'admin' }, 'role'],
      [{ email }, 'role'],
    ];
    for (const [body, field] of wrong) {
      const { body: refusal } = await owner.client.post('/v1/users/invitations', body as never).expect(400);
      expect(Object.keys(refusal.details)).toEqual([field]);
    }
    const token = await newToken();
    for (const password of ['short', 'aaaaaaaaaaaa']) {
      expect(Object.keys((await accept(token, { password }).expect(400)).body.details)).toEqual(['password']);
    }
    await owner.client.delete('/v1/users/invitations/invite_unknown').expect(404);
  });

  it('are not a way to ask about many addresses', async () => {
    const token = await newToken();
    for (let count = 0; count < 60; count += 1) await post('open', { token }, '203.0.113.9').expect(200);
    await post('open', { token }, '203.0.113.9').expect(429);
    await post('accept', { token, password: PASSWORD }, '203.0.113.9').expect(429);
    await post('open', { token }, '203.0.113.10').expect(200);
  });
});
