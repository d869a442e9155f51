import request, { type Response } from 'supertest';
import { PointBudgets } from '../src/http/admission/point-budgets.js';
import { RequestBudgets } from '../src/auth/request-budgets.js';
import { Config } from '../src/config.js';
import { call, createAccount, createTenant } from './support/accounts.js';
import { type ApiClient, newTenantClient, withKey } from './support/api-client.js';
import { startTestApp, type TestApp } from './support/app.js';

/** Of a minute, so that no test crosses two windows unless the machine stands still. */
const TENANT = 300;
const ADDRESS = 5;

describe('limits', () => {
  let service: TestApp;
  let client: ApiClient;
  beforeAll(async () => {
    const limits = { rateLimitPerSecond: 0, rateLimitPerMinute: TENANT, rateLimitAddress: ADDRESS };
    service = await startTestApp({ config: { ...limits, trustProxy: 1 } });
  });
  afterAll(() => service.close());
  beforeEach(async () => {
    client = await newTenantClient(service);
  });

  const left = ({ headers }: Response) => Number(headers['ratelimit-remaining']);
  const search = (filters: object[]) => client.post('/v1/wallets/search', { filters });
  const batch = (rows: number) =>
    client.post('/v1/wallets/debits/batch', {
      debits: Array.from({ length: rows }, (_, index) => ({
        wallet_id: 'wallet_none',
        credits: '1',
        transaction_reason: 'MANUAL_BALANCE_DEBIT',
        idempotency_key: `row-${index}`,
      })),
    });

  function expectRefused({ status, headers, body }: Response): void {
    expect(status).toBe(429);
    expect(body).toMatchObject({ code: 'too_many_requests', http_status_code: 429, success: false });
    expect(Number(headers['retry-after'])).toBeGreaterThan(30);
    expect(headers).toMatchObject({ 'ratelimit-limit': String(TENANT), 'ratelimit-remaining': '0' });
  }

  it('are told with every answer, also one that refuses something else', async () => {
    const answer = await client.get('/v1/wallets').expect(200);
    expect(answer.headers).toMatchObject({ 'ratelimit-limit': '300', 'ratelimit-remaining': '299' });
    expect(Number(answer.headers['ratelimit-reset'])).toBeLessThanOrEqual(60);
    expect(left(await client.get('/v1/wallets/none').expect(404))).toBe(298);
  });

  it('count what a request costs, not requests', async () => {
    expect(left(await client.get('/v1/wallets').expect(200))).toBe(299);
    expect(left(await search([]).expect(200))).toBe(294);
    const inside = { field: 'name', operator: 'contains', value: { string: 'a' } };
    const equal = { field: 'name', operator: 'eq', value: { string: 'a' } };
    expect(left(await search([inside, equal]).expect(200))).toBe(277);
    expect(left(await batch(50).expect(200))).toBe(227);
  });

  it('let through whole what finds anything left, and then nothing of anybody with this tenant', async () => {
    expect(left(await batch(299).expect(200))).toBe(1);
    expect(left(await batch(200).expect(429))).toBe(0);
    const asked = performance.now();
    expectRefused(await client.get('/v1/wallets'));
    // Who repeats at once is slowed down.
    expect(performance.now() - asked).toBeGreaterThan(150);
    const { body: key } = await newKey(client);
    expect(key).toMatchObject({ http_status_code: 429 });
    await (await newTenantClient(service)).get('/v1/wallets').expect(200);
  });

  it('are the same in the credits API, in its own words', async () => {
    const tenant = await createTenant(service);
    const account = await createAccount(service, tenant);
    const limits = { client_key: { per_minute: 10 } };
    const key = call(service, tenant.serverKey);
    await key.put('/v1/settings/rate_limits').send({ value: limits }).expect(200);
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => call(service, account.key).get('/account/credits/')),
    );
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(2);
    expect(refused[0]?.body).toEqual({ detail: 'More than 10 points were spent: repeat the request later.' });
  });

  it('of a key take nothing from the other keys of its tenant', async () => {
    const other = withKey(service, ((await newKey(client)).body as { api_key: string }).api_key, client.scope);
    const settings = { value: { server_key: { per_minute: 10 } } };
    await client.put('/v1/settings/rate_limits', settings).expect(200);
    const answers = await Promise.all(Array.from({ length: 50 }, () => client.get('/v1/wallets')));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(10);
    expect(answers.find(({ status }) => status === 429)?.headers).toMatchObject({ 'ratelimit-limit': '10' });
    expect(left(await other.get('/v1/wallets').expect(200))).toBe(9);
  });

  it('of an environment can be set below the operator’s, never above', async () => {
    const put = (value: object) => client.put('/v1/settings/rate_limits', { value });
    const tooMuch = await put({ environment: { per_minute: TENANT + 1 } }).expect(400);
    expect(JSON.stringify(tooMuch.body)).toContain(`must be at most ${TENANT}`);
    await put({ environment: { per_minute: 9 } }).expect(400);
    await put({ environment: { per_minute: 20 } }).expect(200);
    expect((await client.get('/v1/wallets').expect(200)).headers).toMatchObject({ 'ratelimit-limit': '20' });
  });

  it('are counted by address without a key, and never for health', async () => {
    const from = (address: string) => (path: string) => request(service.url).get(path).set('X-Forwarded-For', address);
    const loud = from('203.0.113.1');
    const page = '/v1/customer/portal/wallets/none';
    const answers = await Promise.all(Array.from({ length: 60 }, () => loud(page)));
    expect(answers.map(({ status }) => status)).toContain(429);
    const health = await Promise.all(Array.from({ length: 20 }, () => loud('/health/live')));
    expect(new Set(health.map(({ status }) => status))).toEqual(new Set([200]));
    await from('203.0.113.2')(page).expect(401);
  });

  it('are those of a session in the portal, not of the office that its visitors share', async () => {
    const tenant = await createTenant(service);
    const owner = withKey(service, tenant.serverKey, tenant);
    await owner.put('/v1/settings/rate_limits', { value: { client_key: { per_minute: 20 } } }).expect(200);
    const start = async (): Promise<string> => {
      const { externalId } = await createAccount(service, tenant);
      const { body } = await owner.get(`/v1/customers/portal/${externalId}`).expect(200);
      return (body as { token: string }).token;
    };
    const [one, two] = [await start(), await start()];
    const visit = (token: string) =>
      request(service.url)
        .get('/v1/customer/portal/usage')
        .set('X-Session-Token', token)
        .set('X-Forwarded-For', '203.0.113.3');
    // What each asks for is worth five points, as much as the address may spend in a second without a session.
    for (const token of [one, two])
      for (const rest of [15, 10, 5, 0]) expect(left(await visit(token).expect(200))).toBe(rest);
    expect((await visit(one).expect(429)).headers).toMatchObject({ 'ratelimit-limit': '20' });
  });

  it('are for single tenants what the operator says', () => {
    const rateLimitTenants = 'big=20000/600000,small=5,any=0';
    const config = Object.assign(new Config(), { rateLimitPerMinute: 70, rateLimitTenants });
    const budgets = new RequestBudgets(new PointBudgets(), config);
    expect(['big', 'small', 'any', 'other'].map((tenantId) => budgets.tenantLimits(tenantId))).toEqual([
      { perSecond: 20_000, perMinute: 600_000 },
      { perSecond: 5, perMinute: 70 },
      { perSecond: null, perMinute: 70 },
      { perSecond: 10_000, perMinute: 70 },
    ]);
  });
});

function newKey(client: ApiClient): Promise<Response> {
  return client.post('/v1/secrets/api/keys', { name: 'other', type: 'private_key' });
}
