import { EntityManager } from '@mikro-orm/postgresql';
import request, { type Test } from 'supertest';
import { AppUser } from '../src/auth/users/app-user.entity.js';
import { TenantsService } from '../src/auth/tenants.service.js';
import { CreditPack } from '../src/credits/packs/credit-pack.entity.js';
import { DeliveryQueue } from '../src/webhooks/delivery-queue.js';
import { type ApiClient, newTenantClient, withKey } from './support/api-client.js';
import { startTestApp, type TestApp } from './support/app.js';
import { auditRows } from './support/audit.js';
import { DATABASES } from './support/database.js';

const PASSWORD = 'correct horse battery staple';

describe.each(DATABASES)('the audit log on %s', (_name, createDatabase) => {
  let service: TestApp;
  let client: ApiClient;
  let addresses = 0;

  beforeAll(async () => {
    service = await startTestApp({ database: await createDatabase(), config: { trustProxy: 1 } });
  });
  beforeEach(async () => {
    client = await newTenantClient(service, 'production');
  });
  afterAll(() => service.close());

  const rows = (action: string) => auditRows(service, { tenantId: client.scope.tenantId, action });
  const sql = (text: string) => service.get(EntityManager).fork().execute(text);
  const newAddress = () => `203.0.113.${(addresses += 1)}`;

  function post(route: 'signup' | 'login', body: object, address = newAddress()): Test {
    return request(service.url).post(`/v1/auth/${route}`).set('X-Forwarded-For', address).send(body);
  }

  async function newUser(): Promise<{ email: string; user: AppUser }> {
    const email = `user-${(addresses += 1)}@acme.example`;
    await post('signup', { email, password: PASSWORD }).expect(200);
    return { email, user: await service.get(EntityManager).fork().findOneOrFail(AppUser, { email }) };
  }

  it('tells who changed what, when and from where, and what it was before', async () => {
    const path = `/v1/environments/${client.scope.environmentId}`;
    const before = Date.now();
    await client
      .put(path, { name: 'Live' })
      .set('X-Forwarded-For', '198.51.100.7')
      .set('X-Request-ID', 'req-17')
      .set('User-Agent', `curl/8 ${'x'.repeat(300)}`)
      .expect(200);
    const { body } = await client.get('/v1/audit-log?action=environment.changed').expect(200);
    expect(body).toEqual({
      items: [
        {
          id: expect.stringMatching(/^audit_/),
          at: expect.any(String),
          action: 'environment.changed',
          actor: {
            kind: 'key',
            key_id: expect.stringMatching(/^secret_/),
            key_name: 'Test',
            user_id: null,
            user_email: null,
          },
          from: {
            address: '198.51.100.7',
            user_agent: `curl/8 ${'x'.repeat(249)}`,
            request_id: 'req-17',
          },
          target: { kind: 'environment', id: client.scope.environmentId },
          before: { name: 'Test' },
          after: { name: 'Live' },
          tenant_id: client.scope.tenantId,
          environment_id: client.scope.environmentId,
        },
      ],
      next_cursor: null,
    });
    // The database's clock, not that of the process, which stands still here.
    expect(Math.abs(Date.parse(body.items[0].at) - before)).toBeLessThan(60_000);
  });

  it('names the user who logged in, and what was done with their token', async () => {
    const { email, user } = await newUser();
    const { body } = await post('login', { email, password: PASSWORD }, '198.51.100.8').expect(200);
    const token = withKey(service, body.token, { tenantId: body.tenant_id, environmentId: '' });
    await token.put('/v1/settings/wallets', { value: { manual_debit_overdraft: true } }).expect(200);
    const changed = (await token.get('/v1/audit-log?action=setting.changed').expect(200)).body.items[0];
    expect(changed).toMatchObject({
      actor: { kind: 'user', key_name: 'Login', user_id: user.id, user_email: email },
      target: { kind: 'setting', id: 'wallets' },
      before: { manual_debit_overdraft: false },
      after: { manual_debit_overdraft: true },
    });
    const keyId = changed.actor.key_id as string;
    const done = (await token.get(`/v1/audit-log?key_id=${keyId}`).expect(200)).body.items;
    expect(done).toMatchObject([
      { action: 'setting.changed' },
      {
        action: 'login.succeeded',
        actor: { user_id: user.id },
        from: { address: '198.51.100.8' },
        after: { key_id: keyId },
      },
    ]);
    expect(await auditRows(service, { tenantId: body.tenant_id, action: 'user.created' })).toMatchObject([
      { actorKind: 'user', userId: user.id, targetId: user.id, before: null, after: { email, status: 'published' } },
    ]);
  });

  it('names the operator and the system where nobody asked over HTTP', async () => {
    await service.get(TenantsService).setTenantStatus(client.scope.tenantId, 'suspended');
    expect(await rows('tenant.changed')).toMatchObject([
      {
        actorKind: 'operator',
        keyId: null,
        environmentId: null,
        before: { tenant_status: 'active' },
        after: { tenant_status: 'suspended' },
      },
    ]);
    await service.get(TenantsService).setTenantStatus(client.scope.tenantId, 'active');
    client = await newTenantClient(service);
    const url = 'http://127.0.0.1:9/gone';
    const { body: endpoint } = await client.post('/v1/webhooks/endpoints', { url }).expect(201);
    const gone = {
      shard: 0,
      eventId: 'e',
      endpointId: endpoint.id,
      ...client.scope,
      attempt: 1,
      url,
      sealedSecrets: '',
      body: '',
    };
    const verdict = { status: 'failed', isEndpointGone: true } as const;
    const result = { statusCode: 410, response: '', error: '' };
    for (let time = 0; time < 2; time += 1) {
      await service.get(DeliveryQueue).record(gone, result, verdict);
    }
    expect(await rows('webhook_endpoint.changed')).toMatchObject([
      { actorKind: 'system', before: { endpoint_status: 'enabled' }, after: { endpoint_status: 'disabled' } },
    ]);
  });

  it('has no row where nothing changed', async () => {
    const path = `/v1/environments/${client.scope.environmentId}`;
    await client.put(path, { name: 'Test' }).expect(200);
    await client.delete('/v1/settings/credits').expect(204);
    await client.delete('/v1/coupons/unknown').expect(404);
    expect(await rows('environment.changed')).toEqual([]);
    expect(await rows('setting.reset')).toEqual([]);
  });

  it('has no row of a change that failed after the row was made', async () => {
    const pack = { id: 'once', name: 'Once', price_minor: 100, currency: 'usd', pack_amount: 1 };
    await client.post('/v1/credit-packs', pack).expect(201);
    await client.post('/v1/credit-packs', pack).expect(409);
    expect(await rows('pack.created')).toHaveLength(1);
    await sql(`alter table credit_pack add constraint no_such_price check (price_minor <> 666)`);
    await client.put('/v1/credit-packs/once', { ...pack, id: undefined, price_minor: 666 }).expect(500);
    await sql(`alter table credit_pack drop constraint no_such_price`);
    expect(await rows('pack.changed')).toEqual([]);
  });

  it('stops a change that it cannot have a row of', async () => {
    const pack = { id: 'kept', name: 'Kept', price_minor: 100, currency: 'usd', pack_amount: 1 };
    await client.post('/v1/credit-packs', pack).expect(201);
    await sql(
      `alter table audit_log add constraint full_disk check (action not in ('pack.changed', 'api_key.created')) not valid`,
    );
    await client.put('/v1/credit-packs/kept', { price_minor: 200 }).expect(500);
    await client.post('/v1/secrets/api/keys', { name: 'Unseen' }).expect(500);
    await sql(`alter table audit_log drop constraint full_disk`);
    const where = { ...client.scope, id: 'kept' };
    expect(await service.get(EntityManager).fork().findOneOrFail(CreditPack, where)).toMatchObject({ priceMinor: 100 });
    expect((await client.get('/v1/secrets/api/keys').expect(200)).body.items).toHaveLength(1);
  });

  it('is altered and deleted by nobody', async () => {
    await expect(sql(`update audit_log set action = 'nothing'`)).rejects.toThrow('append-only');
    await expect(sql(`delete from audit_log`)).rejects.toThrow('append-only');
  });

  it('says of each change what the one before it left, however many change at once', async () => {
    const months = [1, 2, 3, 4, 5, 6, 7, 8];
    const put = (count: number) =>
      client.put('/v1/settings/credits', { value: { purchase_validity_months: count } }).expect(200);
    await Promise.all(months.map(put));
    const changes = (await rows('setting.changed')) as { before: object; after: object }[];
    // Whatever the order: each value is what one change left, and what one other found.
    const [found, left] = [changes.map(({ before }) => before), changes.map(({ after }) => after)];
    const last = (await client.get('/v1/settings/credits')).body.value.purchase_validity_months;
    const valueOf = (image: object) => (image as { purchase_validity_months: number }).purchase_validity_months;
    expect(changes).toHaveLength(months.length);
    expect(new Set(left.map(valueOf))).toEqual(new Set(months));
    expect(new Set([...found.map(valueOf), last])).toEqual(new Set([12, ...months]));
  });

  it('has the refused log-ins of users, and of nobody else', async () => {
    const { email, user } = await newUser();
    await post('login', { email, password: 'is it this one?' }, '198.51.100.66').expect(401);
    await post('login', { email: 'nobody@acme.example', password: PASSWORD }).expect(401);
    await service.get(TenantsService).setTenantStatus(user.tenantId, 'suspended');
    await post('login', { email, password: PASSWORD }, '198.51.100.67').expect(403);
    const refused = await settled(() => auditRows(service, { action: 'login.refused', targetId: user.id }), 2);
    expect(refused).toMatchObject([
      {
        tenantId: user.tenantId,
        environmentId: null,
        actorKind: 'anonymous',
        userId: null,
        address: '198.51.100.66',
        after: { email, reason: 'wrong_password' },
      },
      { address: '198.51.100.67', after: { reason: 'tenant_suspended' } },
    ]);
    expect(
      await sql(`select 1 from audit_log where action = 'login.refused' and after::text like '%nobody@%'`),
    ).toEqual([]);
  });

  async function settled<Row>(read: () => Promise<Row[]>, count: number): Promise<Row[]> {
    for (let tries = 0; tries < 200; tries += 1) {
      const found = await read();
      if (found.length >= count) return found;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return read();
  }
});
