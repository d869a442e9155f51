import { EntityManager } from '@mikro-orm/postgresql';
import { TopUpEngine } from '../src/top-ups/purchases/top-up-engine.js';
import { createAccount, createTenant, type TestTenant } from './support/accounts.js';
import { ApiClient, newTenantClient } from './support/api-client.js';
import { startTestApp, type TestApp } from './support/app.js';
import { expectSoundLedger } from './support/invariants.js';

type Body = Record<string, unknown>;

const RULE = { enabled: true, threshold: '10', amount: '50', invoicing: false };

describe('what a change of a wallet would do', () => {
  let service: TestApp;
  let tenant: TestTenant;
  let client: ApiClient;
  beforeAll(async () => {
    service = await startTestApp();
    tenant = await createTenant(service);
    client = new ApiClient(service.url, tenant.serverKey, tenant);
  });
  afterEach(async () => {
    await service.get(TopUpEngine).idle();
    await expectSoundLedger(service.get(EntityManager));
  });
  afterAll(() => service.close());

  async function newWallet(credits: string, card?: string): Promise<{ id: string; customerId: string }> {
    const { customerId } = await createAccount(service, tenant, card);
    const wallet = { customer_id: customerId, currency: 'usd', initial_credits_to_load: credits };
    return { id: ((await client.post('/v1/wallets', wallet).expect(200)).body as { id: string }).id, customerId };
  }
  const preview = async (id: string, body: Body) =>
    (await client.post(`/v1/wallets/${id}/preview`, body).expect(200)).body as Body;
  const seen = async (id: string) => {
    const paths = ['', '/top-ups', '/top-up-decisions', '/transactions'];
    return Promise.all(paths.map(async (path) => (await client.get(`/v1/wallets/${id}${path}`)).body as Body));
  };
  const list = async (query: string) =>
    ((await client.get(`/v1/top-ups?${query}`).expect(200)).body as { items: Body[] }).items;

  it('is said of a low wallet, and nothing has changed; the change then does just that', async () => {
    const { id } = await newWallet('5');
    const before = await seen(id);
    const would = await preview(id, { auto_topup: RULE, top_up_limits: { max_per_hour: 2 } });
    expect(would).toMatchObject({
      wallet: { id, credit_balance: '5', auto_topup: RULE, top_up_limits: { max_per_hour: 2 } },
      top_ups: [{ trigger: 'threshold', credits: '50', price_minor: 5000, currency: 'usd', invoicing: false }],
      canceled_top_up_ids: [],
      decisions: [{ trigger: 'threshold', verdict: 'buy', code: 'threshold_reached' }],
    });
    await service.get(TopUpEngine).idle();
    expect(await seen(id)).toEqual(before);
    await client.put(`/v1/wallets/${id}`, { auto_topup: RULE, top_up_limits: { max_per_hour: 2 } }).expect(200);
    await service.get(TopUpEngine).idle();
    const [{ credit_balance }, { items: topUps }, { items: decisions }] = (await seen(id)) as [Body, Body, Body];
    expect(credit_balance).toBe('55');
    expect(topUps).toMatchObject([{ trigger: 'threshold', credits: '50', price_minor: 5000 }]);
    const { reason } = (would['decisions'] as Body[])[0] as Body;
    expect((decisions as Body[]).map((decision) => decision['reason'])).toContain(reason);
  });

  it('is nothing above the threshold, and the reason where a limit forbids it', async () => {
    const { id } = await newWallet('11');
    expect(await preview(id, { auto_topup: RULE })).toMatchObject({ top_ups: [], decisions: [] });
    const capped = { auto_topup: { ...RULE, threshold: '20' }, top_up_limits: { monthly_amount: '49.99' } };
    expect(await preview(id, capped)).toMatchObject({
      top_ups: [],
      decisions: [{ verdict: 'skip', code: 'monthly_amount_cap' }],
    });
    const clamped = { auto_topup: { ...RULE, threshold: '99' }, top_up_limits: { monthly_amount: '70' } };
    expect(await preview(id, clamped)).toMatchObject({ top_ups: [{ credits: '50', price_minor: 5000 }] });
  });

  it('names what it would take back', async () => {
    const { id } = await newWallet('5', 'pm_sandbox_decline');
    await client.put(`/v1/wallets/${id}`, { auto_topup: RULE }).expect(200);
    await service.get(TopUpEngine).idle();
    const [waiting] = await list(`wallet_id=${id}`);
    expect(waiting).toMatchObject({ status: 'retry_wait' });
    expect(await preview(id, { auto_topup: { enabled: false } })).toMatchObject({
      canceled_top_up_ids: [waiting?.['id']],
      decisions: [{ verdict: 'cancel' }],
    });
    expect(await list(`wallet_id=${id}`)).toMatchObject([{ id: waiting?.['id'], status: 'retry_wait' }]);
  });

  it('refuses what the change would refuse, and tells a stranger nothing', async () => {
    const { id } = await newWallet('5');
    for (const body of [{ auto_topup: { enabled: true } }, { auto_topup: RULE, nmae: 'x' }, { name: 5 }]) {
      const put = await client.put(`/v1/wallets/${id}`, body).expect(400);
      const { body: refused } = await client.post(`/v1/wallets/${id}/preview`, body).expect(400);
      expect(refused).toEqual(put.body);
    }
    const stranger = await newTenantClient(service);
    await stranger.post(`/v1/wallets/${id}/preview`, { auto_topup: RULE }).expect(404);
    expect((await stranger.get('/v1/top-ups').expect(200)).body).toMatchObject({ items: [], pagination: { total: 0 } });
  });

  it('is found among the top-ups of all wallets, by state, trigger, wallet, customer and time', async () => {
    const [bought, declined] = [await newWallet('5'), await newWallet('5', 'pm_sandbox_decline_hard')];
    for (const { id } of [bought, declined]) await client.put(`/v1/wallets/${id}`, { auto_topup: RULE }).expect(200);
    await service.get(TopUpEngine).idle();
    const walletsOf = async (query: string) => (await list(query)).map((topUp) => topUp['wallet_id']);
    expect(await walletsOf('limit=2')).toEqual([declined.id, bought.id]);
    expect(await walletsOf(`status=failed&customer_id=${declined.customerId}`)).toEqual([declined.id]);
    expect(await walletsOf(`status=failed&wallet_id=${bought.id}`)).toEqual([]);
    expect(await walletsOf(`trigger=threshold&wallet_id=${bought.id}`)).toEqual([bought.id]);
    expect(await walletsOf('trigger=manual')).toEqual([]);
    const tomorrow = new Date(service.clock.now().getTime() + 86_400_000).toISOString();
    expect(await walletsOf(`start_time=${tomorrow}`)).toEqual([]);
    expect(await walletsOf(`end_time=${tomorrow}&order=asc&wallet_id=${declined.id}`)).toEqual([declined.id]);
    await client.get('/v1/top-ups?status=nonsense').expect(400);
  });
});
