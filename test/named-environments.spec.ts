import request, { type Test } from 'supertest';
import { type ApiClient, newTenantClient, withKey } from './support/api-client.js';
import { startTestApp, type TestApp } from './support/app.js';

const HEADER = 'X-Environment-ID';
const PASSWORD = 'correct horse battery staple';

/** Flexprice's screens name the environment that they show; a key is of one, whatever they show. */
describe('an environment that the header names', () => {
  let service: TestApp;
  let client: ApiClient;
  let sibling: string;
  beforeAll(async () => {
    service = await startTestApp();
    client = await newTenantClient(service, 'production');
    sibling = (await client.post('/v1/environments', { name: 'Dev', type: 'development' }).expect(201)).body.id;
  });
  afterAll(() => service.close());

  const named = (test: Test, environment: string) => test.set(HEADER, environment);

  it('is good where it is the key’s own, or none', async () => {
    await named(client.get('/v1/customers'), client.scope.environmentId).expect(200);
    await named(client.get('/v1/customers'), '').expect(200);
    await named(client.get('/account/credits/'), client.scope.environmentId).expect(400);
  });

  it('is refused where it is any other, in the same words whether there is such a one, and nothing is done', async () => {
    const stranger = await newTenantClient(service);
    const own = client.scope.environmentId;
    for (const other of [sibling, stranger.scope.environmentId, 'env_unknown', 'Production', `${own}, ${sibling}`]) {
      const write = client.post('/v1/customers', { external_id: 'acme', name: 'Acme' });
      const { body } = await named(write, other).expect(403);
      expect(body).toMatchObject({ code: 'environment_mismatch', details: { environment_id: own } });
      expect(body.message).toMatch(/^X-Environment-ID names another environment than that of this key or session: /);
    }
    expect((await client.get('/v1/customers').expect(200)).body.items).toEqual([]);
    const { body } = await named(client.get('/account/credits/'), sibling).expect(403);
    expect(body.detail).toMatch(/^X-Environment-ID names another environment/);
  });

  it('tells nothing to who has no key: first comes who asks', async () => {
    const wrong = request(service.url).get('/v1/customers').set('x-api-key', `${client.key}x`);
    await named(wrong, sibling).expect(401);
    await named(request(service.url).get('/health'), sibling).expect(200);
  });

  it('says nothing where the tenant’s own things are asked for: a browser with an old one finds the right one', async () => {
    const { body } = await named(client.get('/v1/environments'), 'env_of_another_database').expect(200);
    expect(body.environments[0].id).toBe(client.scope.environmentId);
    for (const path of ['/v1/users/me', '/v1/users', '/v1/users/invitations', `/v1/tenants/${client.scope.tenantId}`]) {
      await named(client.get(path), sibling).expect(200);
    }
    await named(client.get('/v1/tenants/billing'), sibling).expect(200);
    // Keys, settings and the audit log are an environment's.
    for (const path of ['/v1/secrets/api/keys', '/v1/settings/wallets', '/v1/audit-log', '/v1/webhooks/endpoints']) {
      await named(client.get(path), sibling).expect(403);
    }
  });

  it('is refused to a session of the portal, too', async () => {
    await client.post('/v1/customers', { external_id: 'portal', name: 'Portal' }).expect(201);
    const { token } = (await client.get('/v1/customers/portal/portal').expect(200)).body as { token: string };
    const visit = () => request(service.url).post('/v1/customer/portal/wallets').set('X-Session-Token', token);
    await named(visit(), client.scope.environmentId).expect(200);
    expect((await named(visit(), sibling).expect(403)).body.code).toBe('environment_mismatch');
  });

  describe('at a log-in', () => {
    const email = 'ada@acme.example';
    let development: string;
    let production: string;
    beforeAll(async () => {
      await request(service.url).post('/v1/auth/signup').send({ email, password: PASSWORD }).expect(200);
      const { environments } = (
        await by(await logIn())
          .get('/v1/environments')
          .expect(200)
      ).body as {
        environments: { id: string; name: string }[];
      };
      [development, production] = ['Development', 'Production'].map(
        (name) => environments.find((environment) => environment.name === name)?.id,
      ) as [string, string];
    });

    interface Session {
      token: string;
      tenant_id: string;
      environment_id: string;
    }
    async function logIn(header?: string, environment_id?: string): Promise<Session> {
      const test = request(service.url).post('/v1/auth/login').send({ email, password: PASSWORD, environment_id });
      return (await (header === undefined ? test : named(test, header)).expect(200)).body as Session;
    }
    const by = ({ token, tenant_id: tenantId, environment_id: environmentId }: Session) =>
      withKey(service, token, { tenantId, environmentId });

    it('lets a user into each of their environments, and nowhere else with the same token', async () => {
      for (const [own, other] of [
        [development, production],
        [production, development],
      ] as const) {
        for (const session of [await logIn(undefined, own), await logIn(own), await logIn(other, own)]) {
          expect(session.environment_id).toBe(own);
          await named(by(session).post('/v1/customers/search', {}), own).expect(200);
          await named(by(session).post('/v1/customers/search', {}), other).expect(403);
          const { body } = await named(by(session).get('/v1/environments'), other).expect(200);
          expect(body.environments.map(({ id }: { id: string }) => id)).toEqual([own, other]);
        }
      }
    });

    it('is only a wish: one that is not the tenant’s is as none, and the answer says where the token is good', async () => {
      for (const stale of [sibling, 'env_of_another_database', '']) {
        expect((await logIn(stale)).environment_id).toBe(development);
      }
      const asked = { email, password: PASSWORD, environment_id: sibling };
      await request(service.url).post('/v1/auth/login').send(asked).expect(404);
    });

    it('keeps nobody from logging out', async () => {
      const session = await logIn();
      await named(by(session).post('/v1/auth/logout'), production).expect(204);
      await by(session).get('/v1/users/me').expect(401);
    });
  });
});
