import { EntityManager } from '@mikro-orm/postgresql';
import { InvoicesService } from '../src/payments/invoices.service.js';
import { type ApiClient, newTenantClient } from './support/api-client.js';
import { startTestApp, type TestApp } from './support/app.js';
import { DATABASES } from './support/database.js';
import { expectSoundLedger } from './support/invariants.js';

type Body = Record<string, unknown>;

describe.each(DATABASES)('paying the invoice of a top-up on %s', (_name, createDatabase) => {
  let service: TestApp;
  let client: ApiClient;
  let walletId: string;

  beforeAll(async () => {
    service = await startTestApp({ database: await createDatabase() });
  });
  beforeEach(async () => {
    client = await newTenantClient(service);
    await client.post('/v1/customers', { external_id: 'acme', name: 'Acme' }).expect(201);
    walletId = (await client.post('/v1/wallets', { external_customer_id: 'acme', currency: 'usd' }).expect(200)).body
      .id;
  });
  afterAll(async () => {
    await expectSoundLedger(service.get(EntityManager));
    await service.close();
  });

  async function ask(more: Body = {}): Promise<Body & { invoice_id: string }> {
    const body = { credits_to_add: '10', transaction_reason: 'PURCHASED_CREDIT_INVOICED', ...more };
    return (await client.post(`/v1/wallets/${walletId}/top-up`, body).expect(200)).body;
  }
  const pay = (id: string, more: Body = {}) =>
    client.put(`/v1/invoices/${id}/payment`, { payment_status: 'SUCCEEDED', ...more });
  const balance = async (): Promise<string> => (await client.get(`/v1/wallets/${walletId}`)).body.credit_balance;
  const transactions = async (): Promise<Body[]> =>
    (await client.get(`/v1/wallets/${walletId}/transactions?order=asc`)).body.items;

  it('completes the pending credit and its bonus, once however often it is paid', async () => {
    const asked = await ask({ bonus_credits_to_add: '2', metadata: { order: 'A-1' } });
    expect(asked).toMatchObject({
      wallet: { credit_balance: '0' },
      wallet_transaction: { transaction_status: 'pending' },
    });
    const invoice = (await client.get(`/v1/invoices/${asked.invoice_id}`).expect(200)).body;
    expect(invoice.metadata).toMatchObject({
      order: 'A-1',
      wallet_id: walletId,
      credits_amount: '10',
      auto_completed: 'false',
    });
    const answers = await Promise.all(Array.from({ length: 5 }, () => pay(asked.invoice_id)));
    for (const { status, body } of answers) expect([status, body.payment_status]).toEqual([200, 'SUCCEEDED']);
    expect(await balance()).toBe('12');
    const [credit, bonus] = await transactions();
    expect(credit).toMatchObject({
      id: (asked['wallet_transaction'] as Body)['id'],
      transaction_status: 'completed',
      credit_balance_before: '0',
      credit_balance_after: '10',
      credits_available: '10',
    });
    expect(bonus).toMatchObject({
      transaction_reason: 'PURCHASED_CREDIT_BONUS',
      credit_amount: '2',
      parent_transaction_id: credit?.['id'],
    });
  });

  it('waits for the last part, also when parts are paid at once', async () => {
    const { invoice_id } = await ask();
    const part = await pay(invoice_id, { amount: '4' }).expect(200);
    expect(part.body).toMatchObject({ payment_status: 'PENDING', amount_paid: '4', amount_remaining: '6' });
    expect(await balance()).toBe('0');
    const parts = await Promise.all([pay(invoice_id, { amount: '3' }), pay(invoice_id, { amount: '3' })]);
    for (const { status } of parts) expect(status).toBe(200);
    expect((await client.get(`/v1/invoices/${invoice_id}`)).body).toMatchObject({
      payment_status: 'SUCCEEDED',
      amount_paid: '10',
    });
    expect(await balance()).toBe('10');
  });

  it('never leaves a paid invoice without its credits, whatever is paid at once', async () => {
    for (let round = 0; round < 5; round += 1) {
      const before = Number(await balance());
      const { invoice_id } = await ask();
      await Promise.all(['6', '6', '6'].map((amount) => pay(invoice_id, { amount }).expect(200)));
      expect(await balance()).toBe(String(before + 10));
    }
  });

  it('notes what was paid beyond the total', async () => {
    const { invoice_id } = await ask();
    const paid = await pay(invoice_id, { amount: '12.5' }).expect(200);
    expect(paid.body).toMatchObject({ payment_status: 'OVERPAID', amount_paid: '12.5', overpaid_amount: '2.5' });
    expect(await balance()).toBe('10');
  });

  it('that failed leaves the credit pending, and it may still be paid', async () => {
    const { invoice_id } = await ask();
    expect((await pay(invoice_id, { payment_status: 'FAILED' }).expect(200)).body.payment_status).toBe('FAILED');
    expect(await balance()).toBe('0');
    await pay(invoice_id).expect(200);
    expect(await balance()).toBe('10');
    expect((await pay(invoice_id, { payment_status: 'FAILED' }).expect(400)).body.code).toBe('invalid_operation');
  });

  it('comes too late for a closed wallet, and a voided invoice is not paid', async () => {
    const { invoice_id } = await ask();
    const second = await ask();
    const em = service.get(EntityManager).fork();
    await em.transactional((tx) => service.get(InvoicesService).void(tx, client.scope, second.invoice_id, ''));
    const voided = await pay(second.invoice_id).expect(400);
    expect(voided.body.message).toContain('voided');
    await client.post(`/v1/wallets/${walletId}/terminate`).expect(200);
    expect((await pay(invoice_id).expect(400)).body.message).toContain('closed');
    expect((await client.get(`/v1/invoices/${invoice_id}`)).body.payment_status).toBe('PENDING');
  });

  it('delivers credits whose date has passed meanwhile for as long as was promised', async () => {
    const expiry_date_utc = new Date(service.clock.now().getTime() + 60_000).toISOString();
    const { invoice_id } = await ask({ expiry_date_utc });
    service.clock.advance(120_000);
    expect((await pay(invoice_id).expect(200)).body.payment_status).toBe('SUCCEEDED');
    const real = await client.get(`/v1/wallets/${walletId}/balance/real-time`);
    expect(real.body.real_time_credit_balance).toBe('10');
    service.clock.advance(60_000);
    const later = await client.get(`/v1/wallets/${walletId}/balance/real-time`);
    expect(later.body.real_time_credit_balance).toBe('0');
  });

  it('is done at once where the tenant says so, with a paid invoice', async () => {
    const value = { auto_complete_purchased_credit_transaction: true };
    await client.put('/v1/settings/invoice_config', { value }).expect(200);
    const asked = await ask({ bonus_credits_to_add: '1' });
    expect(asked).toMatchObject({
      wallet: { credit_balance: '11' },
      wallet_transaction: { transaction_status: 'completed' },
    });
    const { body } = await client.get(`/v1/invoices/${asked.invoice_id}`).expect(200);
    expect(body).toMatchObject({ payment_status: 'SUCCEEDED', amount_paid: '10', amount_remaining: '0' });
  });

  it.each<[Body, string]>([
    [{ payment_status: 'PAID' }, 'payment_status'],
    [{ payment_status: null }, 'payment_status'],
    [{ payment_status: 'SUCCEEDED', amount: '-1' }, 'amount'],
    [{ payment_status: 'SUCCEEDED', amount: 'all' }, 'amount'],
    [{ payment_status: 'SUCCEEDED', amount: '99999999999999' }, 'amount'],
    [{ payment_status: 'SUCCEEDED', amount: ['1'] }, 'amount'],
  ])('refuses %j', async (body, field) => {
    const { invoice_id } = await ask();
    const answer = await client.put(`/v1/invoices/${invoice_id}/payment`, body).expect(400);
    expect(Object.keys(answer.body.details)).toEqual([field]);
  });

  it('is nobody else’s business', async () => {
    const { invoice_id } = await ask();
    const stranger = await newTenantClient(service);
    await stranger.put(`/v1/invoices/${invoice_id}/payment`, { payment_status: 'SUCCEEDED' }).expect(404);
    await pay('inv_unknown').expect(404);
    expect(await balance()).toBe('0');
  });
});
