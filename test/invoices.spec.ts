import { setTimeout as wait } from 'node:timers/promises';
import { EntityManager } from '@mikro-orm/postgresql';
import { InvoicesService, type NewInvoice } from '../src/payments/invoices.service.js';
import { renderAccountInvoice, renderInvoice } from '../src/payments/render-invoice.js';
import type { Invoice } from '../src/payments/invoice.entity.js';
import { decimal } from '../src/shared/decimal.js';
import { type ApiClient, newTenantClient } from './support/api-client.js';
import { startTestApp, type TestApp } from './support/app.js';
import { DATABASES } from './support/database.js';

/** The 45 keys that the SDK asks for. */
const INVOICE_KEYS = (
  'adjustment_amount amount_due amount_paid amount_remaining billing_period billing_reason billing_sequence ' +
  'coupon_applications created_at created_by currency customer customer_id description due_date environment_id ' +
  'finalized_at id idempotency_key invoice_number invoice_pdf_url invoice_status invoice_type line_items metadata ' +
  'overpaid_amount paid_at payment_status period_end period_start refunded_amount status subscription subscription_id ' +
  'subtotal taxes tenant_id total total_discount total_prepaid_credits_applied total_tax updated_at updated_by version ' +
  'voided_at'
).split(' ');

const ACTOR = { actorKeyId: 'secret_test' };

describe.each(DATABASES)('invoices on %s', (_name, createDatabase) => {
  let service: TestApp;
  let invoices: InvoicesService;
  let client: ApiClient;

  beforeAll(async () => {
    service = await startTestApp({ database: await createDatabase() });
    invoices = service.get(InvoicesService);
  });
  beforeEach(async () => {
    client = await newTenantClient(service);
  });
  afterAll(() => service.close());

  function draft(values: Partial<NewInvoice> = {}): NewInvoice {
    return {
      scope: client.scope,
      ...ACTOR,
      customerId: 'cust_1',
      currency: 'USD',
      lines: [{ description: '100 credits', quantity: 2, unitAmountMinor: 9900 }],
      billingReason: 'WALLET_TOPUP',
      ...values,
    };
  }

  function inTransaction<Result>(work: (em: EntityManager) => Promise<Result>): Promise<Result> {
    return service.get(EntityManager).fork().transactional(work);
  }

  function create(values: Partial<NewInvoice> = {}): Promise<Invoice> {
    return inTransaction((em) => invoices.create(em, draft(values)));
  }

  it('are numbered without gaps when fifty are made at once and some of them are rolled back', async () => {
    const attempts = Array.from({ length: 50 }, (_, index) =>
      inTransaction(async (em) => {
        await invoices.create(em, draft());
        if (index % 5 === 0) await wait(1);
        if (index % 3 === 0) throw new Error('rolled back');
      }),
    );
    const results = await Promise.allSettled(attempts);
    const made = results.filter(({ status }) => status === 'fulfilled').length;
    expect(made).toBe(33);
    const { items, total } = await invoices.list(client.scope, {}, { limit: 100, offset: 0 });
    expect(total).toBe(made);
    const numbers = items.map(({ number }) => number).sort((a, b) => a - b);
    expect(numbers).toEqual(Array.from({ length: made }, (_, index) => index + 1));
    expect(new Set(items.map(({ invoiceNumber }) => invoiceNumber)).size).toBe(made);
  });

  it('are numbered from 1 in each environment', async () => {
    expect((await create()).invoiceNumber).toBe('INV-000001');
    expect((await create()).invoiceNumber).toBe('INV-000002');
    client = await newTenantClient(service);
    expect((await create()).invoiceNumber).toBe('INV-000001');
  });

  it('are shown with every key the SDK asks for, amounts as decimal strings', async () => {
    const { id } = await create({
      walletId: 'wallet_1',
      topUpId: 'topup_1',
      credits: decimal('200.5'),
      lines: [{ description: '100 credits', quantity: 2, unitAmountMinor: 9900, discountMinor: 990, taxMinor: 3951 }],
      discounts: [{ description: 'Coupon', amountMinor: 990 }],
      taxes: [{ name: 'VAT', ratePercent: '21', amountMinor: 3951 }],
      metadata: { auto_topup: 'true' },
    });
    const response = await client.get(`/v1/invoices/${id}`);
    expect(response.status).toBe(200);
    expect(Object.keys(response.body)).toEqual(expect.arrayContaining(INVOICE_KEYS));
    expect(response.body).toMatchObject({
      customer_id: 'cust_1',
      wallet_id: 'wallet_1',
      top_up_id: 'topup_1',
      credits: '200.5',
      currency: 'usd',
      subtotal: '198',
      total_discount: '9.9',
      total_tax: '39.51',
      total: '227.61',
      amount_due: '227.61',
      amount_paid: '0',
      amount_remaining: '227.61',
      overpaid_amount: '0',
      invoice_status: 'FINALIZED',
      payment_status: 'PENDING',
      invoice_type: 'ONE_OFF',
      finalized_at: '2026-03-02T10:00:00.000000Z',
      paid_at: null,
      metadata: { auto_topup: 'true' },
    });
    const [line] = response.body.line_items;
    expect(Object.keys(line)).toHaveLength(34);
    expect(line).toMatchObject({
      display_name: '100 credits',
      quantity: '2',
      amount: '198',
      line_item_discount: '9.9',
    });
    expect(Object.keys(response.body.taxes[0])).toHaveLength(19);
    expect(response.body.taxes[0]).toMatchObject({ tax_amount: '39.51', taxable_amount: '188.1' });
  });

  it('are shown to the account in integer minor units', async () => {
    const invoice = await create({
      lines: [{ description: '100 credits', quantity: 2, unitAmountMinor: 9900, discountMinor: 990, taxMinor: 3951 }],
      discounts: [{ description: 'Coupon', amountMinor: 990 }],
      taxes: [{ name: 'VAT', ratePercent: '21', amountMinor: 3951 }],
      isPaid: true,
    });
    const date = Date.UTC(2026, 2, 2, 10) / 1000;
    expect(renderAccountInvoice(invoice)).toEqual({
      id: invoice.id,
      sub_total: 19_800,
      total: 22_761,
      amount_due: 22_761,
      amount_paid: 22_761,
      currency_code: 'USD',
      credits_applied: 0,
      line_items: [
        {
          quantity: 2,
          description: '100 credits',
          unit_amount: 9900,
          tax_amount: 3951,
          discount_amount: 990,
          amount: 22_761,
          date_from: date,
          date_to: date,
        },
      ],
      discounts: [{ description: 'Coupon', amount: 990 }],
      taxes: [{ tax_name: 'VAT', tax_rate: '21', tax_amount: 3951 }],
    });
  });

  it('know currencies without and with three decimals', async () => {
    const lines = [{ description: 'credits', quantity: 1, unitAmountMinor: 1234 }];
    expect(renderInvoice(await create({ currency: 'jpy', lines })).total).toBe('1234');
    expect(renderInvoice(await create({ currency: 'kwd', lines })).total).toBe('1.234');
  });

  it('are one for each top-up, and nobody else’s', async () => {
    const { id } = await create({ topUpId: 'topup_2' });
    await expect(create({ topUpId: 'topup_2' })).rejects.toThrow('invoice_top_up_unique');
    expect(await invoices.findByTopUp(client.scope, 'topup_2')).toMatchObject({ id });
    client = await newTenantClient(service);
    expect((await client.get(`/v1/invoices/${id}`)).status).toBe(404);
    expect(await invoices.findByTopUp(client.scope, 'topup_2')).toBeUndefined();
  });

  it('refuse discounts and taxes that are not those of the lines', async () => {
    await expect(create({ discounts: [{ description: 'Coupon', amountMinor: 1 }] })).rejects.toThrow('discounts');
    await expect(create({ taxes: [{ name: 'VAT', ratePercent: '21', amountMinor: 1 }] })).rejects.toThrow('taxes');
  });
});
