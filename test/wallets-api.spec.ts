import { EntityManager } from '@mikro-orm/postgresql';
import { TopUpEngine } from '../src/top-ups/purchases/top-up-engine.js';
import { type ApiClient, newTenantClient } from './support/api-client.js';
import { startTestApp, type TestApp } from './support/app.js';
import { expectSoundLedger } from './support/invariants.js';

const WALLET_KEYS =
  'alert_settings alert_state auto_topup balance config conversion_rate created_at created_by credit_balance credits_available_breakdown currency customer_id description environment_id id metadata name status tenant_id topup_conversion_rate updated_at updated_by wallet_status wallet_type'.split(
    ' ',
  );
const BALANCE_KEYS = [
  ...WALLET_KEYS,
  'balance_updated_at',
  'current_period_usage',
  'real_time_balance',
  'real_time_credit_balance',
  'unpaid_invoices_amount',
];
const TRANSACTION_KEYS =
  'amount conversion_rate created_at created_by created_by_user credit_amount credit_balance_after credit_balance_before credits_available currency customer customer_id description environment_id expiry_date id idempotency_key metadata priority reference_id reference_type status tenant_id topup_conversion_rate transaction_reason transaction_status type updated_at updated_by wallet wallet_id'.split(
    ' ',
  );

describe('the wallets API over HTTP', () => {
  let service: TestApp;
  let client: ApiClient;
  let customers = 0;
  let keys = 0;
  beforeAll(async () => {
    service = await startTestApp();
    client = await newTenantClient(service);
  });
  afterEach(() => expectSoundLedger(service.get(EntityManager)));
  afterAll(() => service.close());

  async function newCustomer(): Promise<string> {
    customers += 1;
    const response = await client.post('/v1/customers', { external_id: `c${customers}`, name: 'C' }).expect(201);
    return (response.body as { id: string }).id;
  }

  async function newWallet(credits: string, fields: Record<string, unknown> = {}): Promise<string> {
    const body = { customer_id: await newCustomer(), currency: 'usd', initial_credits_to_load: credits, ...fields };
    const response = await client.post('/v1/wallets', body).expect(200);
    return (response.body as { id: string }).id;
  }

  function debit(walletId: string, credits: unknown, key = `key-${(keys += 1)}`) {
    const body = { credits, transaction_reason: 'MANUAL_BALANCE_DEBIT', idempotency_key: key };
    return client.post(`/v1/wallets/${walletId}/debit`, body);
  }

  const body = async <Body = Record<string, unknown>>(call: PromiseLike<{ body: unknown }>) =>
    (await call).body as Body;

  it('freezes a wallet: it takes credits and gives none until it is active again', async () => {
    const walletId = await newWallet('25');
    const path = `/v1/wallets/${walletId}`;
    for (const freeze of [`${path}/freeze`, `${path}/freeze`]) {
      const { body: frozen } = await client.post(freeze).expect(200);
      expect(frozen).toMatchObject({ wallet_status: 'frozen', credit_balance: '25' });
    }
    await debit(walletId, '1').expect(400);
    await client.post(`${path}/holds`, { credits: '1', idempotency_key: `key-${(keys += 1)}` }).expect(400);
    const grant = { credits_to_add: '5', transaction_reason: 'FREE_CREDIT_GRANT' };
    await client.post(`${path}/top-up`, grant).expect(200);
    await client.post(`${path}/unfreeze`).expect(200);
    expect(await body(debit(walletId, '30'))).toMatchObject({ wallet_status: 'active', credit_balance: '0' });
    await client.post(`${path}/terminate`).expect(200);
    await client.post(`${path}/unfreeze`).expect(400);
  });

  it('carries every key on every answer', async () => {
    const walletId = await newWallet('25');
    const { items } = await body<{ items: object[] }>(client.get(`/v1/wallets/${walletId}/transactions`));
    const answers: [object | undefined, string[]][] = [
      [await body(client.get(`/v1/wallets/${walletId}`)), WALLET_KEYS],
      [await body(debit(walletId, '1')), WALLET_KEYS],
      [await body(client.get(`/v1/wallets/${walletId}/balance/real-time`)), BALANCE_KEYS],
      [items[0], TRANSACTION_KEYS],
    ];
    for (const [answer, expected] of answers)
      expect(Object.keys(answer ?? {})).toEqual(expect.arrayContaining(expected));
  });

  it('reads decimals as text and as numbers, and keeps them exact', async () => {
    const walletId = await newWallet('0.3');
    expect(await body(debit(walletId, 0.1))).toMatchObject({ credit_balance: '0.2' });
    expect(await body(debit(walletId, '0.000000001'))).toMatchObject({ credit_balance: '0.199999999' });
    await debit(walletId, '0.0000000001').expect(400);
    await debit(walletId, '1e400').expect(400);
    await debit(walletId, -1).expect(400);
    await debit(walletId, 0).expect(400);
    await debit(walletId, '').expect(400);
  });

  it('turns amounts into credits at the rate for buying, and shows balances at the other one', async () => {
    const walletId = await newWallet('0', { conversion_rate: '2', topup_conversion_rate: '0.5' });
    const topUp = { amount: '10', transaction_reason: 'PURCHASED_CREDIT_DIRECT' };
    expect(await body(client.post(`/v1/wallets/${walletId}/top-up`, topUp).expect(200))).toMatchObject({
      wallet: { credit_balance: '20', balance: '40' },
      wallet_transaction: { credit_amount: '20', amount: '10', topup_conversion_rate: '0.5', conversion_rate: null },
      invoice_id: null,
    });
  });

  it('refuses what is not covered with 402, and says what there is', async () => {
    const walletId = await newWallet('3');
    expect(await body(debit(walletId, '5').expect(402))).toMatchObject({
      code: 'insufficient_credits',
      http_status_code: 402,
      details: { wallet_id: walletId, balance: '3', required: '5', top_up: null },
      success: false,
      error: { message: '5 credits are needed, 3 are available' },
    });
    expect(await body(client.get(`/v1/wallets/${walletId}`))).toMatchObject({ credit_balance: '3' });
  });

  it('lets a wallet go into debt as far as it may, and all the way with Flexprice’s setting', async () => {
    const walletId = await newWallet('3', { overdraft_limit: '2' });
    expect(await body(debit(walletId, '5').expect(200))).toMatchObject({ credit_balance: '-2' });
    await debit(walletId, '0.1').expect(402);
    await client.put('/v1/settings/wallets', { value: { manual_debit_overdraft: true } }).expect(200);
    expect(await body(debit(walletId, '100').expect(200))).toMatchObject({ credit_balance: '-102' });
    await client.delete('/v1/settings/wallets');
    const topUp = { credits_to_add: '110', transaction_reason: 'FREE_CREDIT_GRANT' };
    expect(await body(client.post(`/v1/wallets/${walletId}/top-up`, topUp))).toMatchObject({
      wallet: { credit_balance: '8' },
      wallet_transaction: { credits_available: '8' },
    });
  });

  it('replays an answer to the letter, and refuses the key for anything else', async () => {
    const walletId = await newWallet('10');
    const first = await debit(walletId, '4', 'once');
    await client.put(`/v1/wallets/${walletId}`, { name: 'Renamed' }).expect(200);
    const again = await debit(walletId, '4', 'once');
    expect(again.text).toBe(first.text);
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect(first.headers['idempotent-replayed']).toBeUndefined();
    expect(await body(debit(walletId, '5', 'once').expect(409))).toMatchObject({ code: 'already_exists' });
    const inHeader = { credits: '4', transaction_reason: 'MANUAL_BALANCE_DEBIT' };
    const replayed = await client.post(`/v1/wallets/${walletId}/debit`, inHeader).set('Idempotency-Key', '"once"');
    expect(replayed.text).toBe(first.text);
    await client.post(`/v1/wallets/${walletId}/debit`, inHeader).expect(400);
    expect(await body(client.get(`/v1/wallets/${walletId}`))).toMatchObject({ credit_balance: '6' });
  });

  it('merges auto_topup field by field, and needs its three fields in the end', async () => {
    const walletId = await newWallet('100');
    const put = (auto_topup: object) => client.put(`/v1/wallets/${walletId}`, { auto_topup });
    expect(await body(put({ enabled: true, threshold: 10 }).expect(400))).toMatchObject({
      details: { 'auto_topup.amount': 'is required' },
    });
    await put({ enabled: true, threshold: 10, amount: 50, invoicing: false }).expect(200);
    await put({ cooldown: { value: 5, unit: 'minute' } }).expect(200);
    await put({ threshold: '99', unknown_field: 1 }).expect(400);
    expect(await body(put({ threshold: '7.5' }).expect(200))).toMatchObject({
      auto_topup: {
        enabled: true,
        threshold: '7.5',
        amount: '50',
        invoicing: false,
        cooldown: { value: 5, unit: 'minute' },
      },
    });
    expect(await body(put({ cooldown: { value: 0, unit: 'minute' }, enabled: false }))).toMatchObject({
      auto_topup: { enabled: false, threshold: '7.5', cooldown: null },
    });
    await put({ amount: 0 }).expect(400);
    await put({ amount: '99999999999' }).expect(400);
    await put({ enabled: 'perhaps' }).expect(400);
  });

  it('tops up when a debit crosses the line, and can say so', async () => {
    const walletId = await newWallet('30');
    await client.put(`/v1/wallets/${walletId}`, {
      auto_topup: { enabled: true, threshold: 10, amount: 50, invoicing: false },
    });
    await debit(walletId, '25').expect(200);
    await service.get(TopUpEngine).idle();
    const topUps = await body<{ items: object[] }>(client.get(`/v1/wallets/${walletId}/top-ups`).expect(200));
    expect(topUps.items).toMatchObject([
      {
        trigger: 'threshold',
        status: 'succeeded',
        credits: '50',
        price_minor: 5000,
        attempts: [{ outcome: 'succeeded' }],
      },
    ]);
    const decisions = await body<{ items: object[] }>(
      client.get(`/v1/wallets/${walletId}/top-up-decisions`).expect(200),
    );
    expect(decisions.items).toMatchObject([{ verdict: 'buy', available: '5', occurrences: 1, rule_version: 1 }]);
    expect(await body(client.get(`/v1/wallets/${walletId}`))).toMatchObject({ credit_balance: '55' });
  });

  it('without a payment provider, credits at once as Flexprice does', async () => {
    await client.put('/v1/settings/payments', { value: { provider: 'none' } }).expect(200);
    const walletId = await newWallet('5');
    await client.put(`/v1/wallets/${walletId}`, {
      auto_topup: { enabled: true, threshold: 10, amount: 50, invoicing: false },
    });
    await service.get(TopUpEngine).idle();
    const topUps = await body<{ items: object[] }>(client.get(`/v1/wallets/${walletId}/top-ups`));
    expect(topUps.items).toMatchObject([{ status: 'succeeded', provider: null, attempts: [] }]);
    await client.delete('/v1/settings/payments');
  });

  it('keeps tenants apart: another’s wallet is an unknown wallet, on every route', async () => {
    const stranger = await newTenantClient(service);
    const walletId = await newWallet('10');
    const routes: [method: 'get' | 'put' | 'post', path: string, body: Record<string, unknown>][] = [
      ['get', '', {}],
      ['put', '', { name: 'Mine now' }],
      ['get', '/balance/real-time', {}],
      ['get', '/transactions', {}],
      ['get', '/top-ups', {}],
      ['get', '/top-up-decisions', {}],
      ['post', '/debit', { credits: 1, transaction_reason: 'MANUAL_BALANCE_DEBIT', idempotency_key: 'theft' }],
      ['post', '/top-up', { credits_to_add: 1, transaction_reason: 'FREE_CREDIT_GRANT' }],
      ['post', '/top-up', { amount: 1, transaction_reason: 'PURCHASED_CREDIT_INVOICED' }],
      ['post', '/terminate', {}],
    ];
    for (const [method, path, sent] of routes) {
      const theirs = await stranger[method](`/v1/wallets/${walletId}${path}`, sent);
      const unknown = await stranger[method](`/v1/wallets/wallet_unknown${path}`, { ...sent });
      expect([method, path, theirs.status]).toEqual([method, path, 404]);
      expect(theirs.text.replaceAll(walletId, 'wallet_unknown')).toBe(unknown.text);
    }
    const searched = await body<{ items: unknown[] }>(stranger.post('/v1/wallets/search', { wallet_ids: [walletId] }));
    expect(searched.items).toEqual([]);
    expect(await body(client.get(`/v1/wallets/${walletId}`))).toMatchObject({
      credit_balance: '10',
      wallet_status: 'active',
    });
  });

  it('opens one wallet of a currency and type for a customer, also when asked ten times at once', async () => {
    const customer_id = await newCustomer();
    const calls = Array.from({ length: 10 }, () => client.post('/v1/wallets', { customer_id, currency: 'USD' }));
    const statuses = (await Promise.all(calls)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => status === 409)).toHaveLength(9);
    await client.post('/v1/wallets', { customer_id, currency: 'usd', wallet_type: 'POST_PAID' }).expect(200);
    expect(await body<unknown[]>(client.get(`/v1/customers/${customer_id}/wallets`))).toHaveLength(2);
    await client.get(`/v1/customers/wallets?id=${customer_id}`).expect(200);
    await client.get('/v1/customers/wallets').expect(400);
    await client.post('/v1/wallets', { customer_id: 'cust_unknown', currency: 'usd' }).expect(404);
  });

  it('pages through transactions, and expires credits at their instant', async () => {
    const walletId = await newWallet('10');
    const expiry_date_utc = new Date(service.clock.now().getTime() + 5000).toISOString();
    const topUp = { credits_to_add: '7', transaction_reason: 'FREE_CREDIT_GRANT', expiry_date_utc };
    await client.post(`/v1/wallets/${walletId}/top-up`, topUp).expect(200);
    service.clock.advance(5000);
    const balance = await body(client.get(`/v1/wallets/${walletId}/balance/real-time`));
    expect(balance).toMatchObject({ credit_balance: '17', real_time_credit_balance: '10' });
    await debit(walletId, '11').expect(402);
    const page = await body<{ items: { transaction_reason: string }[]; pagination: object }>(
      client.get(`/v1/wallets/${walletId}/transactions?limit=2&offset=1`),
    );
    expect(page.pagination).toEqual({ total: 3, limit: 2, offset: 3 });
    expect(page.items.map((item) => item.transaction_reason)).toEqual(['FREE_CREDIT_GRANT', 'FREE_CREDIT_GRANT']);
    const expired = `/v1/wallets/${walletId}/transactions?transaction_reason=CREDIT_EXPIRED&type=debit`;
    expect(await body<{ items: object[] }>(client.get(expired))).toMatchObject({ items: [{ credit_amount: '7' }] });
    await client.get(`/v1/wallets/${walletId}/transactions?limit=1001`).expect(400);
    await client.get(`/v1/wallets/${walletId}/transactions?reference_type=REQUEST`).expect(400);
    await client.post('/v1/wallets/search', {}).expect(200);
    await client.post('/v1/wallets/transactions/search', { sort: [{ field: 'password' }] }).expect(400);
  });
});
