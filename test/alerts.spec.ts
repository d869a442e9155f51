import { EntityManager } from '@mikro-orm/postgresql';
import { LedgerService } from '../src/ledger/ledger.service.js';
import { decimal } from '../src/shared/decimal.js';
import { newId } from '../src/shared/ids.js';
import { type ApiClient, newTenantClient } from './support/api-client.js';
import { startTestApp, type TestApp } from './support/app.js';
import { expectSoundLedger } from './support/invariants.js';

type Body = Record<string, unknown>;

const below = (threshold: string) => ({ threshold, condition: 'below' });

describe('balance alerts', () => {
  let service: TestApp;
  let client: ApiClient;
  let walletId: string;
  let keys = 0;

  beforeAll(async () => {
    service = await startTestApp();
  });
  beforeEach(async () => {
    client = await newTenantClient(service);
    await client.post('/v1/customers', { external_id: 'acme', name: 'Acme' }).expect(201);
  });
  afterAll(async () => {
    await expectSoundLedger(service.get(EntityManager));
    await service.close();
  });

  async function open(more: Body = {}): Promise<void> {
    const wallet = { external_customer_id: 'acme', currency: 'usd', initial_credits_to_load: '25', ...more };
    walletId = (await client.post('/v1/wallets', wallet).expect(200)).body.id;
  }
  async function debit(credits: string): Promise<string> {
    const body = { credits, transaction_reason: 'MANUAL_BALANCE_DEBIT', idempotency_key: `k${(keys += 1)}` };
    return (await client.post(`/v1/wallets/${walletId}/debit`, body).expect(200)).body.alert_state;
  }
  const topUp = (credits_to_add: string) =>
    client
      .post(`/v1/wallets/${walletId}/top-up`, { credits_to_add, transaction_reason: 'FREE_CREDIT_GRANT' })
      .expect(200);
  const search = async (body: Body = {}) => (await client.post('/v1/alerts/search', body).expect(200)).body;
  const states = async (alert_type: string): Promise<string[]> =>
    (await search({ alert_type, order: 'asc' })).items.map((item: { alert_status: string }) => item.alert_status);

  it('follow what can be spent through all levels, one row for each change', async () => {
    const alert_settings = { critical: below('5'), warning: below('10'), info: below('20'), alert_enabled: true };
    await open({ alert_settings });
    expect(await states('low_ongoing_balance')).toEqual([]);
    expect(await debit('5')).toBe('info');
    expect(await debit('1')).toBe('info');
    expect(await debit('9')).toBe('warning');
    expect(await debit('5')).toBe('in_alarm');
    await topUp('100');
    expect((await client.get(`/v1/wallets/${walletId}`)).body.alert_state).toBe('ok');
    expect(await states('low_ongoing_balance')).toEqual(['info', 'warning', 'in_alarm', 'ok']);
    expect(await states('low_credit_balance')).toEqual(['info', 'warning', 'in_alarm', 'ok']);
  });

  it('are two streams: settled credits also while alerts are off', async () => {
    await open({ alert_settings: { critical: below('5'), alert_enabled: false } });
    expect(await debit('21')).toBe('ok');
    expect(await states('low_credit_balance')).toEqual(['in_alarm']);
    expect(await states('low_ongoing_balance')).toEqual([]);
  });

  it('see credits on hold as gone in one stream, and as there in the other', async () => {
    await open({ alert_settings: { critical: below('5'), alert_enabled: true } });
    const now = service.clock.now();
    await service.get(LedgerService).post({
      kind: 'hold',
      scope: client.scope,
      walletId,
      actor: { keyId: '', requestId: '' },
      holdId: newId('hold', now),
      credits: decimal('22'),
      expiresAt: null,
      description: '',
      metadata: {},
      answer: () => null,
    });
    expect(await states('low_ongoing_balance')).toEqual(['in_alarm']);
    expect(await states('low_credit_balance')).toEqual([]);
    const { body: balance } = await client.get(`/v1/wallets/${walletId}/balance/real-time`);
    expect(balance).toMatchObject({ real_time_credit_balance: '3', current_period_usage: '22' });
    expect((await client.get(`/v1/wallets/${walletId}`)).body).toMatchObject({
      alert_state: 'in_alarm',
      credit_balance: '25',
    });
  });

  it('are those of the tenant where the wallet has none of its own', async () => {
    const value = { critical: below('10'), alert_enabled: true };
    await client.put('/v1/settings/wallet_balance_alert_config', { value }).expect(200);
    await open();
    expect(await debit('14')).toBe('ok');
    expect(await debit('1')).toBe('in_alarm');
    expect((await client.get(`/v1/wallets/${walletId}`)).body.alert_settings).toBeNull();
    const [log] = (await search({ alert_type: 'low_ongoing_balance' })).items;
    expect(log.alert_info).toMatchObject({ alert_settings: { critical: below('10') }, value_at_time: '10' });
    // Its own settings win over the tenant's.
    const own = { alert_settings: { critical: below('2'), alert_enabled: true } };
    expect((await client.put(`/v1/wallets/${walletId}`, own).expect(200)).body.alert_state).toBe('ok');
  });

  it('without any setting are at zero, of settled credits only', async () => {
    await open();
    expect(await debit('24')).toBe('ok');
    expect(await states('low_credit_balance')).toEqual([]);
    expect(await debit('1')).toBe('ok');
    expect(await states('low_credit_balance')).toEqual(['in_alarm']);
    expect(await states('low_ongoing_balance')).toEqual([]);
  });

  it('stay silent about a wallet that is empty because it is new, until something has moved', async () => {
    await open({ initial_credits_to_load: '0', alert_settings: { critical: below('5'), alert_enabled: true } });
    await client.put(`/v1/wallets/${walletId}`, { name: 'Still empty' }).expect(200);
    await service.get(LedgerService).post({
      kind: 'evaluate',
      scope: client.scope,
      walletId,
      actor: { keyId: '', requestId: '' },
      answer: () => null,
    });
    expect((await search()).items).toEqual([]);
    expect((await client.get(`/v1/wallets/${walletId}`)).body.alert_state).toBe('ok');
    await topUp('1');
    expect(await states('low_credit_balance')).toEqual(['in_alarm']);
    expect(await states('low_ongoing_balance')).toEqual(['in_alarm']);
  });

  it('stay silent about a wallet that is closed: nobody can spend from it', async () => {
    await open({ alert_settings: { critical: below('5'), alert_enabled: true } });
    await client.post(`/v1/wallets/${walletId}/terminate`).expect(200);
    expect((await search()).items).toEqual([]);
  });

  it('see an empty wallet that owes: a debit beyond its credits is a movement', async () => {
    await open({ initial_credits_to_load: '0', overdraft_limit: '10' });
    await debit('3');
    expect(await states('low_credit_balance')).toEqual(['in_alarm']);
  });

  it('go back to ok on the wallet when they are switched off', async () => {
    await open({ alert_settings: { critical: below('50'), alert_enabled: true } });
    expect((await client.get(`/v1/wallets/${walletId}`)).body.alert_state).toBe('in_alarm');
    const off = { alert_settings: { critical: below('50'), alert_enabled: false } };
    expect((await client.put(`/v1/wallets/${walletId}`, off).expect(200)).body.alert_state).toBe('ok');
  });

  it('are found by filters, with the customer and the wallet when asked for', async () => {
    await open({ alert_settings: { critical: below('5'), alert_enabled: true } });
    await debit('21');
    const { items, pagination } = await search({
      entity_type: 'wallet',
      entity_id: walletId,
      expand: 'customer,wallet,feature',
      limit: 1,
    });
    expect(pagination).toEqual({ total: 2, limit: 1, offset: 1 });
    expect(items).toMatchObject([
      {
        entity_id: walletId,
        customer: { external_id: 'acme' },
        wallet: { id: walletId, credit_balance: '4' },
        feature: null,
      },
    ]);
    const customer_id = items[0].customer_id as string;
    const count = async (body: Body): Promise<number> => (await search(body)).pagination.total;
    expect(await count({ customer_id, alert_status: 'in_alarm' })).toBe(2);
    expect(await count({ alert_status: 'ok' })).toBe(0);
    expect(await count({ entity_type: 'feature' })).toBe(0);
    expect(await count({ status: 'archived' })).toBe(0);
    expect(await count({ end_time: '2026-01-01T00:00:00Z' })).toBe(0);
    const filters = [{ field: 'alert_type', operator: 'eq', value: { string: 'low_credit_balance' } }];
    expect(await count({ filters })).toBe(1);
    expect((await search()).items[0]).toMatchObject({ customer: null, wallet: null });
    expect(await (await newTenantClient(service)).post('/v1/alerts/search', {})).toMatchObject({ body: { items: [] } });
  });

  it.each<[Body, string]>([
    [{ expand: 'tenant' }, 'expand'],
    [{ alert_status: 'red' }, 'alert_status'],
    [{ start_time: '2026-01-02T00:00:00Z', end_time: '2026-01-01T00:00:00Z' }, 'end_time'],
    [{ limit: 1001 }, 'limit'],
    [{ sort: [{ field: 'secret' }] }, 'sort.0.field'],
  ])('refuse the search %j', async (body, field) => {
    const answer = await client.post('/v1/alerts/search', body).expect(400);
    expect(Object.keys(answer.body.details)).toEqual([field]);
  });
});
