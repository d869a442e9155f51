import { EntityManager } from '@mikro-orm/postgresql';
import { LedgerService } from '../src/ledger/ledger.service.js';
import { decimal } from '../src/shared/decimal.js';
import { newId } from '../src/shared/ids.js';
import { type ApiClient, newTenantClient } from './support/api-client.js';
import { startTestApp, type TestApp } from './support/app.js';
import { expectSoundLedger } from './support/invariants.js';

const TO_POSTPAID = { modification_type: 'prepaid_to_postpaid' };

describe('turning a prepaid wallet into a postpaid one', () => {
  let service: TestApp;
  let client: ApiClient;
  let customerId: string;
  let walletId: string;

  beforeAll(async () => {
    service = await startTestApp();
  });
  beforeEach(async () => {
    client = await newTenantClient(service);
    customerId = (await client.post('/v1/customers', { external_id: 'acme', name: 'Acme' }).expect(201)).body.id;
    walletId = await open({
      alert_settings: { critical: { threshold: '3', condition: 'below' }, alert_enabled: true },
    });
  });
  afterEach(() => expectSoundLedger(service.get(EntityManager)));
  afterAll(() => service.close());

  const open = async (body: object): Promise<string> =>
    (await client.post('/v1/wallets', { customer_id: customerId, currency: 'usd', ...body }).expect(200)).body.id;
  const topUp = (body: Record<string, unknown>) => client.post(`/v1/wallets/${walletId}/top-up`, body).expect(200);
  const modify = (body: Record<string, unknown> = TO_POSTPAID) => client.post(`/v1/wallets/${walletId}/modify`, body);

  it('closes the one and opens the other with the same credits, lot by lot', async () => {
    const expiry_date_utc = '2030-01-01T00:00:00Z';
    await topUp({ credits_to_add: '100', transaction_reason: 'PURCHASED_CREDIT_DIRECT', priority: 2 });
    await topUp({ credits_to_add: '7.5', transaction_reason: 'FREE_CREDIT_GRANT', expiry_date_utc });
    const { body } = await modify().expect(200);
    expect(body.original_wallet).toMatchObject({ id: walletId, wallet_status: 'closed', credit_balance: '0' });
    expect(body.new_wallet).toMatchObject({
      wallet_type: 'POST_PAID',
      wallet_status: 'active',
      credit_balance: '107.5',
      name: 'Postpaid Wallet - USD',
      customer_id: customerId,
      config: { allowed_price_types: ['ALL'] },
      metadata: { converted_from: walletId },
      alert_settings: { alert_enabled: true, critical: { threshold: '3', condition: 'below' } },
      alert_state: 'ok',
    });
    const balance = `/v1/wallets/${body.new_wallet.id}/balance/real-time?expand=credits_available_breakdown`;
    expect((await client.get(balance)).body).toMatchObject({
      real_time_credit_balance: '107.5',
      credits_available_breakdown: { purchased: '100', free: '7.5' },
    });
    const { items } = (await client.get(`/v1/wallets/${body.new_wallet.id}/transactions?order=asc`)).body;
    expect(items).toMatchObject([
      { credit_amount: '100', priority: 2, expiry_date: null },
      { credit_amount: '7.5', transaction_reason: 'FREE_CREDIT_GRANT', expiry_date: '2030-01-01T00:00:00.000000Z' },
    ]);
    const closing = (await client.get(`/v1/wallets/${walletId}/transactions`)).body.items[0];
    expect(closing).toMatchObject({ credit_amount: '107.5', transaction_reason: 'WALLET_TERMINATION' });
  });

  it('makes one whose balance is what is settled: holds are no pending usage there', async () => {
    await topUp({ credits_to_add: '50', transaction_reason: 'FREE_CREDIT_GRANT' });
    const { id } = (await modify().expect(200)).body.new_wallet;
    await service.get(LedgerService).post({
      kind: 'hold',
      scope: client.scope,
      walletId: id,
      actor: { keyId: '', requestId: '' },
      holdId: newId('hold', service.clock.now()),
      credits: decimal('20'),
      expiresAt: null,
      description: '',
      metadata: {},
      answer: () => null,
    });
    expect((await client.get(`/v1/wallets/${id}/balance/real-time`)).body).toMatchObject({
      real_time_credit_balance: '50',
      current_period_usage: '0',
      unpaid_invoices_amount: '0',
    });
  });

  it('takes the automatic top-up and its bounds along', async () => {
    const auto_topup = { enabled: true, threshold: '5', amount: '10', invoicing: true };
    await topUp({ credits_to_add: '50', transaction_reason: 'FREE_CREDIT_GRANT' });
    await client.put(`/v1/wallets/${walletId}`, { auto_topup, top_up_limits: { monthly_count: 4 } }).expect(200);
    const { body } = await modify().expect(200);
    expect(body.new_wallet.auto_topup).toMatchObject(auto_topup);
    expect(body.new_wallet.top_up_limits).toMatchObject({ monthly_count: 4 });
  });

  it('happens once for its key, also when asked many times at once', async () => {
    await topUp({ credits_to_add: '10', transaction_reason: 'FREE_CREDIT_GRANT' });
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => modify({ ...TO_POSTPAID, idempotency_key: 'convert' })),
    );
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect((await client.get(`/v1/customers/${customerId}/wallets`)).body).toHaveLength(1);
  });

  it('loses and doubles nothing while debits rush at the wallet', async () => {
    await topUp({ credits_to_add: '100', transaction_reason: 'FREE_CREDIT_GRANT' });
    const debit = (key: number) =>
      client.post(`/v1/wallets/${walletId}/debit`, {
        credits: '1',
        transaction_reason: 'MANUAL_BALANCE_DEBIT',
        idempotency_key: `rush-${key}`,
      });
    const keys = Array.from({ length: 40 }, (_, key) => key);
    const [converted, ...spent] = await Promise.all([debit(-1).then(() => modify()), ...keys.map((key) => debit(key))]);
    expect(spent.every(({ status }) => status === 200 || status === 400)).toBe(true);
    const taken = 1 + spent.filter(({ status }) => status === 200).length;
    expect(converted.body.new_wallet.credit_balance).toBe(String(100 - taken));
  });

  it('is refused for a closed wallet, a postpaid one, an unknown one, and a stranger', async () => {
    const postpaid = await open({ currency: 'eur', wallet_type: 'POST_PAID' });
    const refusal = await client.post(`/v1/wallets/${postpaid}/modify`, TO_POSTPAID).expect(400);
    expect(refusal.body.code).toBe('invalid_operation');
    await client.post('/v1/wallets/wallet_unknown/modify', TO_POSTPAID).expect(404);
    const stranger = await newTenantClient(service);
    await stranger.post(`/v1/wallets/${walletId}/modify`, TO_POSTPAID).expect(404);
    expect((await modify({ modification_type: 'postpaid_to_prepaid' }).expect(400)).body.details).toHaveProperty(
      'modification_type',
    );
    await client.post(`/v1/wallets/${walletId}/terminate`).expect(200);
    await modify().expect(400);
  });

  it('is refused while the customer has an active postpaid wallet, and nothing has changed then', async () => {
    await topUp({ credits_to_add: '10', transaction_reason: 'FREE_CREDIT_GRANT' });
    const second = await open({ wallet_type: 'POST_PAID' });
    const refusal = await modify().expect(409);
    expect(refusal.body).toMatchObject({ code: 'already_exists', details: { wallet_id: second, currency: 'usd' } });
    expect((await client.get(`/v1/wallets/${walletId}`)).body).toMatchObject({
      wallet_status: 'active',
      credit_balance: '10',
    });
  });

  it('leaves no debt behind', async () => {
    await client.put(`/v1/wallets/${walletId}`, { overdraft_limit: '5' }).expect(200);
    const debit = { credits: '2', transaction_reason: 'MANUAL_BALANCE_DEBIT', idempotency_key: 'overdraw' };
    await client.post(`/v1/wallets/${walletId}/debit`, debit).expect(200);
    expect((await modify().expect(400)).body.message).toContain('2 credits in debt');
  });
});
