import { EntityManager } from '@mikro-orm/postgresql';
import supertest from 'supertest';
import { PortalSession } from '../src/wallets/portal/portal-session.entity.js';
import { type ApiClient, newTenantClient, withKey } from './support/api-client.js';
import { startTestApp, type TestApp } from './support/app.js';
import { expectSoundLedger } from './support/invariants.js';

const PORTAL = '/v1/customer/portal/wallets';

describe('the customer portal', () => {
  let service: TestApp;
  let client: ApiClient;
  let walletId: string;
  let foreignWalletId: string;

  beforeAll(async () => {
    service = await startTestApp();
  });
  beforeEach(async () => {
    client = await newTenantClient(service);
    walletId = await openWallet('acme', '25');
    foreignWalletId = await openWallet('rival', '99');
  });
  afterAll(async () => {
    await expectSoundLedger(service.get(EntityManager));
    await service.close();
  });

  async function openWallet(external_id: string, initial_credits_to_load: string): Promise<string> {
    await client.post('/v1/customers', { external_id, name: external_id }).expect(201);
    const wallet = { external_customer_id: external_id, currency: 'usd', initial_credits_to_load };
    return (await client.post('/v1/wallets', wallet).expect(200)).body.id;
  }
  const start = async (externalId = 'acme', by = client): Promise<string> =>
    (await by.get(`/v1/customers/portal/${externalId}`).expect(200)).body.token;
  const visit = (token: string, path = '') =>
    supertest(service.url).get(`${PORTAL}${path}`).set('X-Session-Token', token);
  const list = (token: string) => supertest(service.url).post(PORTAL).set('X-Session-Token', token);

  it('starts with a token that is shown once and stored as a hash', async () => {
    const answer = await client.get('/v1/customers/portal/acme').expect(200);
    expect(answer.body).toEqual({
      id: expect.stringMatching(/^session_/),
      url: `${service.url}/v1/customer/portal#${answer.body.token}`,
      token: expect.stringMatching(/^cps_[\w-]{43}$/),
      rights: 'view',
      expires_at: '2026-03-02T11:00:00.000000Z',
    });
    expect(answer.headers['cache-control']).toBe('no-store');
    const stored = await service.get(EntityManager).fork().find(PortalSession, {});
    expect(JSON.stringify(stored)).not.toContain(answer.body.token);
    await client.get('/v1/customers/portal/nobody').expect(404);
    const stranger = await newTenantClient(service);
    await stranger.get('/v1/customers/portal/acme').expect(404);
  });

  it('shows the customer’s wallets, balances and transactions', async () => {
    const token = await start();
    const { body: wallets } = await list(token).expect(200);
    expect(wallets).toMatchObject([
      { id: walletId, real_time_credit_balance: '25', credits_available_breakdown: { free: '25' } },
    ]);
    expect((await visit(token, `/${walletId}`).expect(200)).body).toMatchObject({
      id: walletId,
      real_time_balance: '25',
    });
    const { body } = await visit(token, `/${walletId}/transactions?limit=1`).expect(200);
    expect(body).toMatchObject({ items: [{ credit_amount: '25' }], pagination: { total: 1, limit: 1, offset: 1 } });
    await visit(token, `/${walletId}/transactions?limit=-1`).expect(400);
  });

  it('shows nobody else’s: a foreign wallet answers as an unknown one', async () => {
    const token = await start();
    for (const path of ['', '/transactions']) {
      const foreign = await visit(token, `/${foreignWalletId}${path}`).expect(404);
      const unknown = await visit(token, `/wallet_unknown${path}`).expect(404);
      expect(JSON.stringify(foreign.body).replaceAll(foreignWalletId, 'wallet_unknown')).toBe(
        JSON.stringify(unknown.body),
      );
    }
    const other = await newTenantClient(service);
    await other.post('/v1/customers', { external_id: 'acme', name: 'Other' }).expect(201);
    expect((await list(await start('acme', other)).expect(200)).body).toEqual([]);
  });

  it('ends after an hour, and expired sessions are cleared away', async () => {
    const token = await start();
    service.clock.advance(3_599_999);
    await visit(token, `/${walletId}`).expect(200);
    service.clock.advance(1);
    await visit(token, `/${walletId}`).expect(401);
    await start();
    expect(await service.get(EntityManager).fork().count(PortalSession, {})).toBe(1);
  });

  it('ends when the customer is deleted', async () => {
    const token = await start();
    await client.post(`/v1/wallets/${walletId}/terminate`).expect(200);
    const { customer_id } = (await client.get(`/v1/wallets/${walletId}`)).body;
    await list(token).expect(200);
    await client.delete(`/v1/customers/${customer_id}`).expect(204);
    await list(token).expect(401);
  });

  it('ends with the key that started it, at once in every process, and no later than the key', async () => {
    const keyOf = async (more: object) => {
      const { body } = await client.post('/v1/secrets/api/keys', { name: 'Shop', ...more }).expect(201);
      return { id: body.secret.id as string, by: withKey(service, body.api_key, client.scope) };
    };
    const [shop, other] = [await keyOf({ scopes: ['wallets:read'] }), await keyOf({ scopes: ['wallets:read'] })];
    const [ended, left] = [await start('acme', shop.by), await start('acme', other.by)];
    const elsewhere = await startTestApp({
      database: { ...service.database, drop: async () => {} },
      clock: service.clock,
    });
    try {
      const there = (token: string) => supertest(elsewhere.url).post(PORTAL).set('X-Session-Token', token);
      await there(ended).expect(200);
      await client.delete(`/v1/secrets/api/keys/${shop.id}`).expect(204);
      await there(ended).expect(401);
      await list(ended).expect(401);
      await there(left).expect(200);
    } finally {
      await elsewhere.close();
    }
    const soon = await keyOf({ expires_at: new Date(service.clock.now().getTime() + 60_000).toISOString() });
    const { body } = await soon.by.get('/v1/customers/portal/acme').expect(200);
    expect(Date.parse(body.expires_at)).toBe(service.clock.now().getTime() + 60_000);
    service.clock.advance(60_000);
    await list(body.token).expect(401);
  });

  it('is ended by the key that started it, and all of a customer by one that may write customers', async () => {
    const keyOf = async (scopes: string[]) => {
      const { body } = await client.post('/v1/secrets/api/keys', { name: 'Shop', scopes }).expect(201);
      return withKey(service, body.api_key, client.scope);
    };
    const [one, two] = [await keyOf(['wallets:read']), await keyOf(['wallets:read'])];
    const startBy = async (by: ApiClient, of = 'acme') => (await by.get(`/v1/customers/portal/${of}`).expect(200)).body;
    const [mine, also, theirs] = [await startBy(one), await startBy(one), await startBy(two)];
    const rival = await startBy(one, 'rival');
    const session = (id: string, of = 'acme') => `/v1/customers/portal/${of}/sessions/${id}`;
    await one.delete(session(mine.id)).expect(204);
    await list(mine.token).expect(401);
    await list(also.token).expect(200);
    for (const path of [session(mine.id), session(theirs.id), session(rival.id), session('session_unknown')]) {
      await one.delete(path).expect(404);
    }
    await one.delete('/v1/customers/portal/acme').expect(403);
    const stranger = await newTenantClient(service);
    await stranger.delete('/v1/customers/portal/acme').expect(404);
    await client.delete('/v1/customers/portal/nobody').expect(404);
    for (const { token } of [also, theirs]) await list(token).expect(200);
    await client.delete('/v1/customers/portal/acme').expect(204);
    for (const { token } of [also, theirs]) await list(token).expect(401);
    await list(rival.token).expect(200);
  });

  it('lets nobody in without its token, and the token opens nothing else', async () => {
    const token = await start();
    await supertest(service.url).post(PORTAL).expect(401);
    await client.post(PORTAL).expect(401);
    for (const wrong of ['', 'x', `${token}x`, `cps_${'A'.repeat(43)}`, 'cps_\u00ff']) await list(wrong).expect(401);
    const api = (path: string) => supertest(service.url).get(path).set('X-Session-Token', token);
    await api(`/v1/wallets/${walletId}`).expect(401);
    await api(`/v1/wallets/${walletId}`).set('x-api-key', token).expect(401);
    await api('/v1/customers/portal/acme').expect(401);
  });

  it('is opened only by keys that may read wallets', async () => {
    const { body } = await client
      .post('/v1/secrets/api/keys', { name: 'narrow', scopes: ['customers:read'] })
      .expect(201);
    const narrow = await supertest(service.url).get('/v1/customers/portal/acme').set('x-api-key', body.api_key);
    expect(narrow.status).toBe(403);
  });
});
