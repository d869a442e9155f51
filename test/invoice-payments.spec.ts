import { EntityManager } from '@mikro-orm/postgresql';
import { LedgerSweeps } from '../src/ledger/ledger-sweeps.js';
import { InvoicePayment } from '../src/payments/invoice-payment.entity.js';
import { type ApiClient, newTenantClient } from './support/api-client.js';
import { startTestApp, type TestApp } from './support/app.js';
import { expectSoundLedger } from './support/invariants.js';

type Body = Record<string, unknown>;

describe('paying the invoice of a top-up', () => {
  let service: TestApp;
  let client: ApiClient;
  let walletId: string;

  beforeAll(async () => {
    service = await startTestApp();
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
  const payments = async (invoiceId: string): Promise<number[]> => {
    const orderBy = { createdAt: 'asc', id: 'asc' } as const;
    const rows = await service.get(EntityManager).fork().find(InvoicePayment, { invoiceId }, { orderBy });
    return rows.map(({ amountMinor }) => amountMinor);
  };
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

  it('is one payment under one key, and under one reference, however often and however parallel it is sent', async () => {
    const { invoice_id } = await ask();
    const keyed = { amount: '5', idempotency_key: 'pay-1' };
    const answers = await Promise.all(Array.from({ length: 5 }, () => pay(invoice_id, keyed)));
    for (const { status } of answers) expect(status).toBe(200);
    expect(answers.filter(({ headers }) => headers['idempotent-replayed'] !== 'true')).toHaveLength(1);
    expect((await client.get(`/v1/invoices/${invoice_id}`)).body.amount_paid).toBe('5');
    expect(await balance()).toBe('0');
    const referred = { amount: '2', payment_reference: 'bank-1' };
    await Promise.all(Array.from({ length: 5 }, () => pay(invoice_id, referred).expect(200)));
    const seen = await pay(invoice_id, { payment_reference: 'bank-1' }).expect(200);
    expect(seen.body).toMatchObject({ payment_status: 'PENDING', amount_paid: '7', amount_remaining: '3' });
    expect(await balance()).toBe('0');
    await Promise.all(Array.from({ length: 3 }, () => pay(invoice_id, { amount: '3', payment_reference: 'bank-2' })));
    expect(await balance()).toBe('10');
    expect(await payments(invoice_id)).toEqual([500, 200, 300]);
  });

  it('with the key in the header is the same as in the body, and answers the invoice as it stands', async () => {
    const { invoice_id } = await ask();
    const first = () => pay(invoice_id, { amount: '5' }).set('Idempotency-Key', 'pay-header');
    expect((await first().expect(200)).body.amount_paid).toBe('5');
    await pay(invoice_id, { amount: '5' }).set('Idempotency-Key', 'pay-other').expect(200);
    const replayed = await first().expect(200);
    expect(replayed.headers['idempotent-replayed']).toBe('true');
    expect(replayed.body).toMatchObject({ payment_status: 'SUCCEEDED', amount_paid: '10' });
    expect(await balance()).toBe('10');
  });

  it('is refused under a key or a reference of something else', async () => {
    const { invoice_id } = await ask();
    const other = await ask();
    await pay(invoice_id, { amount: '4', payment_reference: 'bank-1', idempotency_key: 'pay-1' }).expect(200);
    const wrong = await Promise.all([
      pay(invoice_id, { amount: '3', payment_reference: 'bank-1' }),
      pay(other.invoice_id, { amount: '4', payment_reference: 'bank-1' }),
      pay(other.invoice_id, { amount: '4', idempotency_key: 'pay-1' }),
      client.post(`/v1/wallets/${walletId}/holds`, { credits: '1', idempotency_key: 'pay-1' }),
    ]);
    expect(wrong.map(({ status }) => status)).toEqual([409, 409, 409, 422]);
    expect(wrong[1]?.body.details).toEqual({ payment_reference: 'bank-1', invoice_id });
    expect(await payments(other.invoice_id)).toEqual([]);
  });

  it('keeps its key for longer than the ledger keeps answers', async () => {
    const { invoice_id } = await ask();
    await pay(invoice_id, { amount: '5', idempotency_key: 'pay-1' }).expect(200);
    service.clock.advance(8 * 24 * 3_600_000);
    await service.get(LedgerSweeps).forgetAnswers();
    await pay(invoice_id, { amount: '5', idempotency_key: 'pay-1' }).expect(200);
    expect(await payments(invoice_id)).toEqual([500]);
    expect(await balance()).toBe('0');
  });

  it('under one reference is one payment also where two invoices are paid with it at once', async () => {
    const asked = [await ask(), await ask()];
    const answers = await Promise.all(asked.map(({ invoice_id }) => pay(invoice_id, { payment_reference: 'bank-9' })));
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 409]);
    expect(await balance()).toBe('10');
  });

  it('comes too late for a closed wallet: it is booked and refunded, with the parts of before', async () => {
    const { invoice_id } = await ask();
    const untouched = await ask();
    await pay(invoice_id, { amount: '4' }).expect(200);
    await client.post(`/v1/wallets/${walletId}/terminate`).expect(200);
    const rest = await pay(invoice_id, { idempotency_key: 'late' }).expect(200);
    expect(rest.body).toMatchObject({ payment_status: 'REFUNDED', amount_paid: '10', refunded_amount: '10' });
    expect((await pay(invoice_id, { idempotency_key: 'late' }).expect(200)).headers['idempotent-replayed']).toBe(
      'true',
    );
    const parts = await pay(untouched.invoice_id, { amount: '4' }).expect(200);
    expect(parts.body).toMatchObject({ payment_status: 'REFUNDED', amount_paid: '4', refunded_amount: '4' });
    const more = await pay(untouched.invoice_id).expect(200);
    expect(more.body).toMatchObject({ payment_status: 'REFUNDED', amount_paid: '10', refunded_amount: '10' });
    expect(await payments(invoice_id)).toEqual([400, 600]);
    expect((await transactions()).map((transaction) => transaction['transaction_status'])).toEqual([
      'failed',
      'failed',
    ]);
    expect(await balance()).toBe('0');
  });

  it('is credited or refunded when the wallet is closed at the same moment, and never neither', async () => {
    const { invoice_id } = await ask();
    const [paid] = await Promise.all([pay(invoice_id), client.post(`/v1/wallets/${walletId}/terminate`)]);
    expect(paid.status).toBe(200);
    const { body } = await client.get(`/v1/invoices/${invoice_id}`);
    const credits = (await transactions()).filter(
      ({ type, transaction_status }) => type === 'credit' && transaction_status === 'completed',
    );
    expect([body.payment_status, credits.length]).toEqual(
      body.refunded_amount === '0' ? ['SUCCEEDED', 1] : ['REFUNDED', 0],
    );
  });

  it('is promised only under a key that will still be free when it is paid', async () => {
    const grant = { credits_to_add: '1', transaction_reason: 'FREE_CREDIT_GRANT', idempotency_key: 'order-1' };
    await client.post(`/v1/wallets/${walletId}/top-up`, grant).expect(200);
    service.clock.advance(8 * 24 * 3_600_000);
    await service.get(LedgerSweeps).forgetAnswers();
    const body = { credits_to_add: '10', transaction_reason: 'PURCHASED_CREDIT_INVOICED', idempotency_key: 'order-1' };
    const refused = await client.post(`/v1/wallets/${walletId}/top-up`, body).expect(409);
    expect(refused.body).toMatchObject({
      code: 'already_exists',
      details: { wallet_id: walletId, type: 'credit', amount: '10', idempotency_key: 'order-1' },
    });
    await ask({ idempotency_key: 'order-2' });
    service.clock.advance(8 * 24 * 3_600_000);
    await service.get(LedgerSweeps).forgetAnswers();
    await client.post(`/v1/wallets/${walletId}/top-up`, { ...body, idempotency_key: 'order-2' }).expect(409);
  });

  it('is credited also when an entry has taken its key since it was promised', async () => {
    const { invoice_id } = await ask({ idempotency_key: 'order-1' });
    service.clock.advance(8 * 24 * 3_600_000);
    await service.get(LedgerSweeps).forgetAnswers();
    const grant = { credits_to_add: '1', transaction_reason: 'FREE_CREDIT_GRANT', idempotency_key: 'order-1' };
    await client.post(`/v1/wallets/${walletId}/top-up`, grant).expect(200);
    expect((await pay(invoice_id).expect(200)).body.payment_status).toBe('SUCCEEDED');
    expect(await balance()).toBe('11');
  });

  describe('that was voided', () => {
    const voidOf = (id: string) => client.empty(`/v1/invoices/${id}/void`);

    it('asks nobody for money: the top-up is canceled, the pending credit fails, a payment is refused', async () => {
      const { invoice_id } = await ask();
      const { body } = await voidOf(invoice_id).expect(200);
      expect(body).toMatchObject({ message: 'invoice voided', invoice_status: 'VOIDED', amount_paid: '0' });
      const again = await voidOf(invoice_id).expect(200);
      expect(again.body).toEqual(body);
      expect((await transactions()).map((transaction) => transaction['transaction_status'])).toEqual(['failed']);
      const { items } = (await client.get(`/v1/wallets/${walletId}/top-ups`)).body;
      expect(items).toMatchObject([{ status: 'canceled', last_error_code: 'invoice_voided' }]);
      expect((await pay(invoice_id).expect(400)).body.message).toContain('voided');
      expect((await pay(invoice_id, { payment_status: 'FAILED' }).expect(400)).body.code).toBe('invalid_operation');
    });

    it('had no money on it: with a part paid it is refused', async () => {
      const { invoice_id } = await ask();
      await pay(invoice_id, { amount: '0.01' }).expect(200);
      expect((await voidOf(invoice_id).expect(400)).body.code).toBe('invalid_operation');
      await pay(invoice_id).expect(200);
      await voidOf(invoice_id).expect(400);
      expect(await balance()).toBe('10');
    });

    it('is either paid or voided, whatever comes at once', async () => {
      for (let round = 0; round < 5; round += 1) {
        const before = Number(await balance());
        const { invoice_id } = await ask();
        const [paid, voided] = await Promise.all([pay(invoice_id), voidOf(invoice_id)]);
        expect([paid.status, voided.status].sort((a, b) => a - b)).toEqual([200, 400]);
        expect(await balance()).toBe(String(before + (paid.status === 200 ? 10 : 0)));
      }
    });

    it('is nobody else’s business', async () => {
      const { invoice_id } = await ask();
      const stranger = await newTenantClient(service);
      await stranger.empty(`/v1/invoices/${invoice_id}/void`).expect(404);
      await voidOf('inv_unknown').expect(404);
    });
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
    [{ payment_status: 'SUCCEEDED', amount: '0' }, 'amount'],
    [{ payment_status: 'SUCCEEDED', payment_reference: '' }, 'payment_reference'],
    [{ payment_status: 'SUCCEEDED', payment_reference: 7 }, 'payment_reference'],
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
