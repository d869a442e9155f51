import { EntityManager } from '@mikro-orm/postgresql';
import request from 'supertest';
import { AppUser } from '../src/auth/users/app-user.entity.js';
import { NOBODYS_HASH } from '../src/auth/users/passwords.js';
import type { ApiClient } from './support/api-client.js';
import { startTestApp, type TestApp } from './support/app.js';
import { untilSomebodyWaits } from './support/until-somebody-waits.js';
import { PASSWORD, TenantUsersScene, type TestUser } from './support/tenant-users.js';

const NEW_PASSWORD = 'seven purple staplers';

describe('the users of a tenant', () => {
  let service: TestApp;
  let scene: TenantUsersScene;
  let owner: TestUser;
  beforeAll(async () => {
    service = await startTestApp();
  });
  beforeEach(async () => {
    scene = await TenantUsersScene.create(service);
    owner = await scene.user('owner');
  });
  afterAll(() => service.close());

  const logIn = (email: string, password: string) =>
    request(service.url).post('/v1/auth/login').send({ email, password });

  async function rolesBy(client: ApiClient): Promise<Record<string, string>> {
    const { body } = await client.get('/v1/users').expect(200);
    const users = body.items as { id: string; role: string }[];
    return Object.fromEntries(users.map(({ id, role }) => [id, role]));
  }

  it.each([
    ['owner', ['customers', 'wallets', 'packs', 'settings', 'endpoints', 'keys', 'tenant', 'users']],
    ['finance', ['customers', 'wallets', 'packs']],
    ['read_only', []],
  ] as const)('do what their role may: %s writes %j, and reads everything', async (role, writes) => {
    const { client } = await scene.user(role);
    const reads = ['/v1/customers', '/v1/users', '/v1/environments', '/v1/settings/wallets', '/v1/webhooks/endpoints'];
    for (const path of reads) expect([path, (await client.get(path)).status]).toEqual([path, 200]);
    const bodiless: Record<string, () => Promise<{ status: number }>> = {
      customers: async () => client.post('/v1/customers'),
      wallets: async () => client.post('/v1/wallets'),
      packs: async () => client.put('/v1/credit-packs/pack_1'),
      settings: async () => client.put('/v1/settings/wallets', { manual_debit_overdraft: 'x' }),
      endpoints: async () => client.post('/v1/webhooks/endpoints'),
      keys: async () => client.post('/v1/secrets/api/keys'),
      tenant: async () => client.post('/v1/environments'),
      users: async () => client.post('/v1/users/invitations'),
    };
    const allowed: string[] = [];
    for (const [what, write] of Object.entries(bodiless)) {
      const { status } = await write();
      if (status !== 403) allowed.push(what);
    }
    expect(allowed).toEqual(writes);
    const { body } = await client.get('/v1/users/me').expect(200);
    expect(body).toMatchObject({ type: 'user', role, roles: [role === 'owner' ? 'super_admin' : role] });
  });

  it('get the scopes of another role with the tokens that they have, at once', async () => {
    const user = await scene.user('read_only');
    await user.client.post('/v1/customers', { external_id: 'a', name: 'A' }).expect(403);
    const changed = await owner.client.put(`/v1/users/${user.id}`, { role: 'finance' }).expect(200);
    expect(changed.body).toMatchObject({ id: user.id, email: user.email, role: 'finance', roles: ['finance'] });
    await user.client.post('/v1/customers', { external_id: 'a', name: 'A' }).expect(201);
    await owner.client.put(`/v1/users/${user.id}`, { role: 'owner' }).expect(200);
    await user.client.get('/v1/secrets/api/keys').expect(200);
    await owner.client.put(`/v1/users/${user.id}`, { role: 'read_only' }).expect(200);
    await user.client.get('/v1/secrets/api/keys').expect(403);
    expect(await rolesBy(user.client)).toEqual({ [owner.id]: 'owner', [user.id]: 'read_only' });
  });

  it('are removed with their tokens and invitations; the keys that they made stay, and are named', async () => {
    const user = await scene.user('owner');
    const made = await user.client.post('/v1/secrets/api/keys', { name: 'Server' }).expect(201);
    const { body: invitation } = await user.client
      .post('/v1/users/invitations', { email: `back-door@${scene.domain}`, role: 'owner' })
      .expect(201);
    const { body } = await owner.client.delete(`/v1/users/${user.id}`).expect(200);
    const { id, name, display_id, environment_id } = made.body.secret;
    const keys_made = [{ id, name, display_id, environment_id }];
    expect(body).toEqual({ id: user.id, tokens_ended: 1, invitations_revoked: 1, keys_made });
    await user.client.get('/v1/customers').expect(401);
    await logIn(user.email, PASSWORD).expect(401);
    const accept = { token: invitation.token, password: NEW_PASSWORD };
    await request(service.url).post('/v1/auth/invitations/accept').send(accept).expect(404);
    await owner.client.delete(`/v1/users/${user.id}`).expect(404);
    expect(await rolesBy(owner.client)).toEqual({ [owner.id]: 'owner' });
  });

  it('have an owner: the last one neither goes nor becomes another', async () => {
    for (const refusal of [
      await owner.client.put(`/v1/users/${owner.id}`, { role: 'finance' }),
      await owner.client.delete(`/v1/users/${owner.id}`),
    ]) {
      expect(refusal.status).toBe(409);
      expect(refusal.body).toMatchObject({ code: 'last_owner', success: false });
    }
    await owner.client.put(`/v1/users/${owner.id}`, { role: 'owner' }).expect(200);
  });

  it('have an owner also when all of them step down in the same moment', async () => {
    const pairs = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const tenant = await TenantUsersScene.create(service);
        return [await tenant.user('owner'), await tenant.user('owner')];
      }),
    );
    // Their keys are known by now: nothing is between the requests and the lock.
    await Promise.all(pairs.flat().map(({ client }) => client.get('/v1/users/me').expect(200)));
    const stepDown = ({ id, client }: TestUser) => client.put(`/v1/users/${id}`, { role: 'read_only' });
    const answers = await Promise.all(pairs.map((pair) => Promise.all(pair.map((user) => stepDown(user)))));
    for (const pair of answers) {
      expect(pair.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
    }
  });

  it('have an owner also when two demote each other in the same moment', async () => {
    const other = await scene.user('owner');
    const demote = (by: TestUser, whom: TestUser) => by.client.put(`/v1/users/${whom.id}`, { role: 'read_only' });
    const each = await Promise.all([demote(owner, other), demote(other, owner)]);
    expect(each.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 403]);
    const [left, demoted] = each[0]?.status === 200 ? [owner, other] : [other, owner];
    await left.client.put(`/v1/users/${demoted.id}`, { role: 'owner' }).expect(200);
  });

  it('are changed by nobody with less, and not from a development environment', async () => {
    const laptop = await scene.user('owner', 'development');
    const finance = await scene.user('finance');
    const limited = await owner.client
      .post('/v1/secrets/api/keys', { name: 'Users', scopes: ['users:read', 'users:write'] })
      .expect(201);
    const key = request(service.url);
    const byKey = (path: string, body: object) => key.post(path).set('x-api-key', limited.body.api_key).send(body);
    const invite = { email: `new@${scene.domain}`, role: 'read_only' };
    const refusals = [
      await laptop.client.post('/v1/users/invitations', invite),
      await laptop.client.put(`/v1/users/${finance.id}`, { role: 'owner' }),
      await finance.client.put(`/v1/users/${finance.id}`, { role: 'owner' }),
      await byKey('/v1/users/invitations', invite),
      await key.delete(`/v1/users/${owner.id}`).set('x-api-key', limited.body.api_key),
    ];
    for (const { status, body } of refusals) expect([status, body.code]).toEqual([403, 'permission_denied']);
  });

  it('are nobody else’s: a user of another tenant answers as an unknown one', async () => {
    const stranger = await (await TenantUsersScene.create(service)).user('owner');
    const foreign = await owner.client.put(`/v1/users/${stranger.id}`, { role: 'finance' }).expect(404);
    const unknown = await owner.client.put('/v1/users/user_unknown', { role: 'finance' }).expect(404);
    expect(foreign.text.replaceAll(stranger.id, 'user_unknown')).toBe(unknown.text);
    await owner.client.delete(`/v1/users/${stranger.id}`).expect(404);
    await stranger.client.get('/v1/users/me').expect(200);
  });

  describe('with another password', () => {
    const change = (user: TestUser, current_password: string, new_password = NEW_PASSWORD) =>
      user.client.post('/v1/users/me/password', { current_password, new_password });

    it('keep the token that they have changed it with, and no other', async () => {
      const user = await scene.user('read_only');
      const { body: elsewhere } = await logIn(user.email, PASSWORD).expect(200);
      expect((await change(user, PASSWORD).expect(200)).body).toEqual({ tokens_ended: 1 });
      await request(service.url).get('/v1/users/me').set('x-api-key', elsewhere.token).expect(401);
      await user.client.get('/v1/users/me').expect(200);
      await logIn(user.email, PASSWORD).expect(401);
      await logIn(user.email, NEW_PASSWORD).expect(200);
    });

    it('have to know the one before, and are told which field is wrong', async () => {
      const user = await scene.user('finance');
      const wrong = await change(user, 'not the password').expect(400);
      expect(wrong.body).toMatchObject({ code: 'validation_error', details: { current_password: 'is wrong' } });
      for (const weak of ['short', 'aaaaaaaaaaaa']) {
        const { body } = await change(user, PASSWORD, weak).expect(400);
        expect(Object.keys(body.details)).toEqual(['new_password']);
      }
      const { body } = await owner.client.post('/v1/secrets/api/keys', { name: 'Server' }).expect(201);
      const words = { current_password: PASSWORD, new_password: NEW_PASSWORD };
      const nobody = request(service.url).post('/v1/users/me/password').set('x-api-key', body.api_key).send(words);
      expect((await nobody).status).toBe(400);
      await logIn(user.email, PASSWORD).expect(200);
    });

    it('have it from one of two changes at once: the other one knew the password of before', async () => {
      const user = await scene.user('finance');
      const answers = await Promise.all([change(user, PASSWORD), change(user, PASSWORD, `${NEW_PASSWORD} too`)]);
      expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
      expect(answers.find(({ status }) => status === 409)?.body.code).toBe('password_changed');
    });

    it('are not guessed: ten wrong ones, and the right one is refused, too', async () => {
      const user = await scene.user('finance');
      for (let count = 0; count < 10; count += 1) await change(user, `guess number ${count}`).expect(400);
      await change(user, PASSWORD).expect(429);
      await logIn(user.email, PASSWORD).expect(429);
    });

    it.each<[string, number, (tx: EntityManager, user: TestUser) => unknown]>([
      ['the password changes', 401, (tx, { id }) => tx.nativeUpdate(AppUser, { id }, { passwordHash: NOBODYS_HASH })],
      [
        'the tenant is suspended',
        403,
        async (tx, { id }) => {
          await tx.execute('select 1 from app_user where id = ? for update', [id]);
          await tx.execute(`update tenant set tenant_status = 'suspended' where id = ?`, [scene.tenantId]);
        },
      ],
    ])('leave no token to who had compared it before %s', async (_what, status, meanwhile) => {
      const user = await scene.user('finance');
      const late = await service
        .get(EntityManager)
        .fork()
        .transactional(async (tx) => {
          await meanwhile(tx, user);
          const answer = logIn(user.email, PASSWORD).then((response) => response.status);
          await untilSomebodyWaits(tx);
          return { answer };
        });
      expect(await late.answer).toBe(status);
    });
  });
});
