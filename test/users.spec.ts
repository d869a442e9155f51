import { Flexprice } from '@flexprice/sdk';
import { EntityManager } from '@mikro-orm/postgresql';
import request, { type Test } from 'supertest';
import { ApiKey } from '../src/auth/api-key.entity.js';
import { Environment } from '../src/auth/environment.entity.js';
import { Tenant } from '../src/auth/tenant.entity.js';
import { TenantsService } from '../src/auth/tenants.service.js';
import { AppUser } from '../src/auth/users/app-user.entity.js';
import { PasswordCost } from '../src/auth/users/passwords.js';
import { formatTimestamp } from '../src/shared/clock.js';
import { ApiClient } from './support/api-client.js';
import { LITTLE_COST, startTestApp, type TestApp } from './support/app.js';

const PASSWORD = 'correct horse battery staple';
const DAY_MS = 24 * 3_600_000;

interface Session {
  token: string;
  user_id: string;
  tenant_id: string;
}

describe('users', () => {
  let service: TestApp;
  let users = 0;
  let addresses = 0;

  beforeAll(async () => {
    service = await startTestApp({ config: { trustProxy: 1 } });
  });
  afterEach(() => {
    service.config.allowSignup = true;
  });
  afterAll(() => service.close());

  const newEmail = () => `user-${(users += 1)}@acme.example`;

  /** From an address of its own, as the proxy in front says it: limits are for `attempt-limits.spec.ts`. */
  function post(route: 'signup' | 'login', body: object): Test {
    addresses += 1;
    const address = `198.51.${addresses >> 8}.${addresses & 255}`;
    return request(service.url).post(`/v1/auth/${route}`).set('X-Forwarded-For', address).send(body);
  }

  async function signUp(email = newEmail(), more: object = {}): Promise<Session> {
    await post('signup', { email, password: PASSWORD, ...more }).expect(200);
    return logIn(email);
  }

  async function logIn(email: string, more: object = {}): Promise<Session> {
    return (await post('login', { email, password: PASSWORD, ...more }).expect(200)).body as Session;
  }

  const by = ({ token, tenant_id: tenantId }: Session) =>
    new ApiClient(service.url, token, { tenantId, environmentId: '' });

  const em = () => service.get(EntityManager).fork();

  async function environmentsOf(session: Session): Promise<{ id: string; name: string; type: string }[]> {
    return (await by(session).get('/v1/environments?order=asc').expect(200)).body.environments;
  }

  it('sign up: a user, a tenant, two environments; and log in for a token that works', async () => {
    const email = newEmail();
    await post('signup', { email, password: PASSWORD, role: 'x' }).expect(400);
    await post('signup', { email, password: PASSWORD, tenant_name: 'Acme' }).expect(200);
    const answer = await post('login', { email, password: PASSWORD }).expect(200);
    expect(answer.body).toEqual({
      token: expect.stringMatching(/^sk_[0-9A-Za-z]{38}$/),
      user_id: expect.stringMatching(/^user_/),
      tenant_id: expect.stringMatching(/^tenant_/),
      environment_id: expect.stringMatching(/^env_/),
    });
    expect(answer.headers['cache-control']).toBe('no-store');
    const session = answer.body as Session;
    const environments = await environmentsOf(session);
    expect(environments.map(({ name, type }) => [name, type])).toEqual([
      ['Development', 'development'],
      ['Production', 'production'],
    ]);
    expect((await by(session).get('/v1/users/me').expect(200)).body).toEqual({
      id: session.user_id,
      email,
      name: '',
      type: 'user',
      role: 'owner',
      roles: ['super_admin'],
      scopes: expect.arrayContaining(['wallets:write', 'keys:write']),
      environment_id: environments[0]?.id,
      tenant: expect.objectContaining({ id: session.tenant_id, name: 'Acme', status: 'published' }),
    });
    await by(session).post('/v1/customers', { external_id: 'first', name: 'First' }).expect(201);
    expect((await by(session).get('/v1/customers').expect(200)).body.items).toHaveLength(1);
  });

  it('give the token to the SDK as its key', async () => {
    const email = newEmail();
    const { token, user_id: id, tenant_id: tenantId } = await signUp(email);
    const sdk = new Flexprice({ serverURL: `${service.url}/v1`, apiKeyAuth: token });
    expect(await sdk.users.getUserInfo()).toMatchObject({ id, email, type: 'user', tenant: { id: tenantId } });
    const customer = await sdk.customers.createCustomer({ externalId: 'sdk', name: 'SDK' });
    const wallet = await sdk.wallets.createWallet({ customerId: customer.id, currency: 'usd' });
    expect(wallet).toMatchObject({ tenantId, customerId: customer.id });
  });

  it('who name no tenant get one with the name of their domain', async () => {
    const session = await signUp('grace@navy.example');
    const tenant = await by(session).get(`/v1/tenants/${session.tenant_id}`).expect(200);
    expect(tenant.body.name).toBe('navy.example');
    const other = await signUp('hopper@navy.example', { tenant_name: null });
    expect(other.tenant_id).not.toBe(session.tenant_id);
  });

  it('log in, however they write their address, to the same tenant with another token', async () => {
    const first = await signUp('Ada@Lovelace.example');
    const second = await logIn('  ADA@lovelace.EXAMPLE ', { tenant_name: 'ignored' });
    expect(second).toMatchObject({ user_id: first.user_id, tenant_id: first.tenant_id });
    expect(second.token).not.toBe(first.token);
    for (const session of [first, second]) {
      const { body } = await by(session).get('/v1/users/me').expect(200);
      expect(body).toMatchObject({ id: first.user_id, email: 'ada@lovelace.example' });
    }
  });

  describe('whose passwords are hashed at the cost that they have outside of tests,', () => {
    beforeAll(() => Object.assign(service.get(PasswordCost), new PasswordCost()));
    afterAll(() => Object.assign(service.get(PasswordCost), LITTLE_COST));

    it('with a wrong password are answered as if they did not exist, and not sooner', async () => {
      const email = newEmail();
      await signUp(email);
      const wrong = { email, password: `${PASSWORD}!` };
      const unknown = { ...wrong, email: newEmail() };
      const times: Record<string, number[]> = { wrong: [], unknown: [] };
      for (let round = 0; round < 3; round += 1) {
        const answers = [];
        for (const [name, body] of Object.entries({ wrong, unknown })) {
          const start = performance.now();
          answers.push(await post('login', body).set('X-Request-ID', 'same').expect(401));
          times[name]?.push(performance.now() - start);
        }
        const [known, stranger] = answers.map(({ body, headers }) => ({ body, headers: { ...headers, date: '' } }));
        expect(known).toEqual(stranger);
        expect(known?.body).toEqual({
          code: 'unauthorized',
          message: 'the e-mail address or the password is wrong',
          http_status_code: 401,
          success: false,
          error: { message: 'the e-mail address or the password is wrong', internal_error: null },
        });
      }
      // A hash takes a hundred times as long as all the rest: half is far from both.
      expect(Math.min(...(times['unknown'] ?? []))).toBeGreaterThan(Math.min(...(times['wrong'] ?? [])) / 2);
    });

    it('are not told by a sign-up whether an address is known, neither by the answer nor by when it comes', async () => {
      const known = newEmail();
      const { user_id: id } = await signUp(known);
      const times: Record<string, number[]> = { known: [], unknown: [] };
      const answers = new Set<string>();
      for (let round = 0; round < 3; round += 1) {
        for (const [name, email] of Object.entries({ known, unknown: newEmail() })) {
          const start = performance.now();
          const sent = { email, password: `another ${PASSWORD}` };
          const { status, body, headers } = await post('signup', sent).set('X-Request-ID', 'same');
          times[name]?.push(performance.now() - start);
          answers.add(JSON.stringify({ status, body, headers: { ...headers, date: '' } }));
        }
      }
      const message = expect.stringMatching(/if nobody had this e-mail address.*log in/);
      const answer = { status: 200, body: { token: null, user_id: null, tenant_id: null, message } };
      expect([...answers].map((text) => JSON.parse(text) as unknown)).toEqual([expect.objectContaining(answer)]);
      const [first, second] = Object.values(times).map((taken) => Math.min(...taken)) as [number, number];
      expect(Math.max(first, second) / Math.min(first, second)).toBeLessThan(2);
      // Whose it was, it still is.
      expect((await logIn(known)).user_id).toBe(id);
      await post('login', { email: known, password: `another ${PASSWORD}` }).expect(401);
    });
  });

  it('sign up once with an address, also twenty at a time: whoever is too late leaves nothing behind', async () => {
    const counts = async () => {
      const tables = em();
      return {
        tenants: await tables.count(Tenant),
        environments: await tables.count(Environment),
        users: await tables.count(AppUser),
        keys: await tables.count(ApiKey),
      };
    };
    const before = await counts();
    const email = newEmail();
    const spellings = [email, email.toUpperCase(), ` ${email}`];
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => post('signup', { email: spellings[index % 3], password: PASSWORD })),
    );
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(await counts()).toEqual({
      tenants: before.tenants + 1,
      environments: before.environments + 2,
      users: before.users + 1,
      keys: before.keys,
    });
  });

  it.each(['password1', 'refill-2026', 'user-of-refill', 'abababab'])('do not choose %s', async (password) => {
    const refusal = await post('signup', { email: 'user-of@acme.example', password }).expect(400);
    expect(Object.keys(refusal.body.details)).toEqual(['password']);
    expect(await em().count(AppUser, { email: 'user-of@acme.example' })).toBe(0);
  });

  it('have 24 hours with a token, to the millisecond; then it leaves the list of keys with the next login', async () => {
    const email = newEmail();
    const first = await signUp(email);
    const own = { name: 'Own', expires_at: new Date(service.clock.now().getTime() + 1000).toISOString() };
    await by(first).post('/v1/secrets/api/keys', own).expect(201);
    service.clock.advance(DAY_MS - 1);
    await by(first).get('/v1/customers').expect(200);
    const second = await logIn(email);
    expect(await keysOf(second)).toEqual(['Login', 'Own', 'Login']);
    service.clock.advance(1);
    await by(first).get('/v1/customers').expect(401);
    const third = await logIn(email);
    expect(await keysOf(third)).toEqual(['Login', 'Login', 'Own']);
    await by(second).get('/v1/customers').expect(200);
    const [newest] = (await by(third).get('/v1/secrets/api/keys')).body.items;
    const expiresAt = formatTimestamp(new Date(service.clock.now().getTime() + DAY_MS));
    expect(newest).toMatchObject({ created_by: third.user_id, expires_at: expiresAt });
  });

  async function keysOf(session: Session): Promise<string[]> {
    const { body } = await by(session).get('/v1/secrets/api/keys').expect(200);
    return (body.items as { name: string }[]).map(({ name }) => name);
  }

  it('log out: that token ends at once, with the portal sessions that it started; another one works on', async () => {
    const email = newEmail();
    const [first, second] = [await signUp(email), await logIn(email)];
    await by(first).post('/v1/customers', { external_id: 'acme', name: 'Acme' }).expect(201);
    const { body: portal } = await by(first).get('/v1/customers/portal/acme').expect(200);
    const visit = () => request(service.url).post('/v1/customer/portal/wallets').set('X-Session-Token', portal.token);
    await visit().expect(200);
    await service.get(TenantsService).setTenantStatus(first.tenant_id, 'suspended');
    await by(first).empty('/v1/auth/logout').expect(204);
    await by(first).get('/v1/customers').expect(401);
    await by(first).empty('/v1/auth/logout').expect(401);
    await visit().expect(401);
    await service.get(TenantsService).setTenantStatus(first.tenant_id, 'active');
    service.clock.advance(5000);
    await by(second).get('/v1/customers').expect(200);
    const { body } = await by(second).post('/v1/secrets/api/keys', { name: 'Server' }).expect(201);
    const server = by({ ...second, token: body.api_key });
    const refusal = await server.empty('/v1/auth/logout').expect(400);
    expect(refusal.body).toMatchObject({
      code: 'invalid_operation',
      details: { instead: `DELETE /v1/secrets/api/keys/${body.secret.id}` },
    });
    await server.get('/v1/customers').expect(200);
    await request(service.url).post('/v1/auth/logout').expect(401);
    // Who logs in needs no other key to come back.
    await by(second).delete(`/v1/secrets/api/keys/${body.secret.id}`).expect(204);
    const { id } = (await by(second).get('/v1/secrets/api/keys')).body.items[0];
    await by(second).delete(`/v1/secrets/api/keys/${id}`).expect(204);
    await logIn(email);
  });

  it('choose the environment with their password, and with a token of development do not get further', async () => {
    const email = newEmail();
    const session = await signUp(email);
    const [development, production] = await environmentsOf(session);
    const climb = { name: 'Climb', environment_id: production?.id };
    await by(session).post('/v1/secrets/api/keys', climb).expect(403);
    await by(session).put(`/v1/environments/${production?.id}`, { type: 'development' }).expect(403);
    const real = await logIn(email, { environment_id: production?.id });
    expect((await by(real).get('/v1/users/me')).body.environment_id).toBe(production?.id);
    await by(real).post('/v1/secrets/api/keys', climb).expect(201);
    const again = await logIn(email, { environment_id: null });
    expect((await by(again).get('/v1/users/me')).body.environment_id).toBe(development?.id);
  });

  it('see nothing of another tenant, and its environments answer as unknown ones', async () => {
    const email = newEmail();
    const [own, foreign] = [await signUp(email), await signUp()];
    const made = await by(foreign).post('/v1/customers', { external_id: 'secret', name: 'Secret' }).expect(201);
    await by(own).get(`/v1/customers/${made.body.id}`).expect(404);
    await by(own).get('/v1/customers/external/secret').expect(404);
    await by(own).get(`/v1/tenants/${foreign.tenant_id}`).expect(404);
    expect((await by(own).get('/v1/customers')).body.items).toEqual([]);
    const [environment] = await environmentsOf(foreign);
    const login = (environment_id: string) => post('login', { email, password: PASSWORD, environment_id }).expect(404);
    const [stolen, unknown] = [await login(environment?.id as string), await login('env_unknown')];
    expect(stolen.text.replaceAll(environment?.id as string, 'env_unknown')).toBe(unknown.text);
    await post('login', { email, password: 'not the password', environment_id: environment?.id }).expect(401);
  });

  it('of a suspended tenant get no new token; which tenant it is, only they are told', async () => {
    const email = newEmail();
    const session = await signUp(email);
    await service.get(TenantsService).setTenantStatus(session.tenant_id, 'suspended');
    const refusal = await post('login', { email, password: PASSWORD }).expect(403);
    expect(refusal.body).toMatchObject({ code: 'tenant_suspended', message: expect.stringMatching(/suspended/) });
    await post('login', { email, password: 'not the password' }).expect(401);
    await service.get(TenantsService).setTenantStatus(session.tenant_id, 'active');
    await logIn(email);
  });

  it('do not sign up where the operator has switched it off, and still log in', async () => {
    const email = newEmail();
    await signUp(email);
    service.config.allowSignup = false;
    const refusal = await post('signup', { email: newEmail(), password: PASSWORD }).expect(403);
    expect(refusal.body).toMatchObject({ code: 'permission_denied', http_status_code: 403, success: false });
    expect(refusal.body.message).toMatch(/^sign-up is switched off/);
    await logIn(email);
  });

  it('have passwords of 8 to 256 characters, which are kept as hashes only', async () => {
    for (const password of ['82736450', 'four'.repeat(64), '😀🚀🌵🎻'.repeat(64)]) {
      const email = newEmail();
      await post('signup', { email, password }).expect(200);
      await post('login', { email, password }).expect(200);
      await post('login', { email, password: `${[...password].slice(0, -1).join('')}9` }).expect(401);
      const stored = await em().findOneOrFail(AppUser, { email });
      expect(stored.passwordHash).toMatch(/^\$scrypt\$/);
      expect(JSON.stringify(stored)).not.toContain(password);
    }
  });

  it.each([
    ['password', { password: '1234567' }],
    ['password', { password: 'x'.repeat(257) }],
    ['password', { password: 'with\u0000 NUL' }],
    ['password', { password: ['correct horse'] }],
    ['password', { password: 12345678 }],
    ['password', { password: null }],
    ['password', { password: undefined }],
    ['email', { email: undefined }],
    ['email', { email: null }],
    ['email', { email: '' }],
    ['email', { email: 'ada' }],
    ['email', { email: 'ada@' }],
    ['email', { email: '@acme.example' }],
    ['email', { email: 'ada@acme' }],
    ['email', { email: 'ada@acme.example, eve@acme.example' }],
    ['email', { email: 'ada\u0000@acme.example' }],
    ['email', { email: 'ada@acme.example\r\nBcc: eve@acme.example' }],
    ['email', { email: { $ne: null } }],
    ['email', { email: ['ada@acme.example'] }],
    ['email', { email: `${'a'.repeat(64)}@${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(60)}.example` }],
  ])('are refused for a wrong %s: %j', async (field, wrong) => {
    const body = { email: 'ada@acme.example', password: PASSWORD, ...wrong };
    for (const route of ['signup', 'login'] as const) {
      const answer = await post(route, body).expect(400);
      expect(answer.body).toMatchObject({ code: 'validation_error', success: false });
      expect(Object.keys(answer.body.details)).toEqual([field]);
      expect(answer.text).not.toContain(PASSWORD);
    }
  });

  it('are refused for a wrong name of the tenant or environment', async () => {
    for (const tenant_name of ['', 'x'.repeat(256), 7, ['Acme'], 'a\u0000']) {
      const { body } = await post('signup', { email: newEmail(), password: PASSWORD, tenant_name }).expect(400);
      expect(Object.keys(body.details)).toEqual(['tenant_name']);
    }
    const wrong = await post('login', { email: newEmail(), password: PASSWORD, environment_id: 7 }).expect(400);
    expect(Object.keys(wrong.body.details)).toEqual(['environment_id']);
  });
});
