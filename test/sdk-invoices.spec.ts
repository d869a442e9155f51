import type { Flexprice } from '@flexprice/sdk';
import type { FilterOperatorType } from '@flexprice/sdk/sdk/models';
import { EntityManager } from '@mikro-orm/postgresql';
import { newTenantClient } from './support/api-client.js';
import { startTestApp, type TestApp } from './support/app.js';
import { DATABASES } from './support/database.js';
import { expectSoundLedger } from './support/invariants.js';
import { refused, SdkScene, sdkWith } from './support/sdk-scene.js';

/** `invoices` of SDK 2.0.1, every method. With the newest zod it throws on an answer that lacks a key. */
describe.each(DATABASES)('invoices of the SDK on %s', (_name, createDatabase) => {
  let service: TestApp;
  let scene: SdkScene;
  let sdk: Flexprice;
  let customerId: string;
  beforeAll(async () => {
    service = await startTestApp({ database: await createDatabase(), config: { paymentTimeoutMs: 1500 } });
  });
  beforeEach(async () => {
    scene = await SdkScene.create(service);
    ({ sdk, customerId } = scene);
  });
  afterEach(() => expectSoundLedger(service.get(EntityManager)));
  afterAll(() => service.close());

  const ids = async (filter: Parameters<Flexprice['invoices']['queryInvoice']>[0]) =>
    (await sdk.invoices.queryInvoice(filter)).items?.map(({ id }) => id);

  it('are found by every filter there is, and by none that fits none', async () => {
    const small = await scene.newInvoice('10');
    const middle = service.clock.now().toISOString();
    const big = await scene.newInvoice('30.5');
    const voided = await scene.newInvoice('20');
    await scene.pay(small, '4');
    await scene.pay(big);
    expect(await sdk.invoices.voidInvoice(voided)).toEqual({ message: 'invoice voided' });
    const other = await scene.newWallet('other');
    const others = await scene.newInvoice('5', other.walletId);

    expect(await ids({})).toEqual([others, voided, big, small]);
    expect(await ids({ order: 'asc' })).toEqual([small, big, voided, others]);
    expect(await ids({ customerId })).toEqual([voided, big, small]);
    expect(await ids({ externalCustomerId: 'other' })).toEqual([others]);
    expect(await ids({ externalCustomerId: 'other', customerId })).toEqual([]);
    expect(await ids({ externalCustomerId: 'nobody' })).toEqual([]);
    expect(await ids({ invoiceIds: [big, small, 'inv_unknown'] })).toEqual([big, small]);
    expect(await ids({ invoiceStatus: ['VOIDED'] })).toEqual([voided]);
    expect(await ids({ invoiceStatus: ['FINALIZED', 'DRAFT'] })).toEqual([others, big, small]);
    expect(await ids({ paymentStatus: ['SUCCEEDED', 'OVERPAID'] })).toEqual([big]);
    expect(await ids({ paymentStatus: ['INITIATED'] })).toEqual([]);
    expect(await ids({ amountDueGt: 10 })).toEqual([voided, big]);
    expect(await ids({ amountDueGt: 30.5 })).toEqual([]);
    expect(await ids({ amountRemainingGt: 5.99, customerId, invoiceStatus: ['FINALIZED'] })).toEqual([small]);
    expect(await ids({ amountRemainingGt: 6, customerId, invoiceStatus: ['FINALIZED'] })).toEqual([]);
    expect(await ids({ endTime: middle })).toEqual([small]);
    expect(await ids({ startTime: middle, customerId })).toEqual([voided, big, small]);
    expect(await ids({ invoiceType: 'ONE_OFF', status: 'published', customerId })).toHaveLength(3);
    for (const none of [
      { invoiceType: 'SUBSCRIPTION' },
      { status: 'archived' },
      { subscriptionId: 'sub_1' },
      { periodStartGte: middle },
      { periodStartLte: middle },
      { periodEndGte: middle },
      { periodEndLte: middle },
    ] as const) {
      expect(await ids(none)).toEqual([]);
    }
  });

  it('are filtered and sorted by their fields, amounts as they are shown in each currency', async () => {
    const dollars = await scene.newInvoice('99');
    const yen = await scene.newInvoice('100', (await scene.newWallet('tokyo', 'jpy')).walletId);
    const dinars = await scene.newInvoice('98.999', (await scene.newWallet('kuwait', 'kwd')).walletId);
    const by = (field: string, direction: 'asc' | 'desc' = 'asc') => ids({ sort: [{ field, direction }] });
    expect(await by('total')).toEqual([dinars, dollars, yen]);
    expect(await by('amount_remaining', 'desc')).toEqual([yen, dollars, dinars]);
    expect(await by('currency')).toEqual([yen, dinars, dollars]);
    expect(await ids({ amountDueGt: 98.9985 })).toEqual([dinars, yen, dollars]);
    expect(await ids({ amountDueGt: 98.999 })).toEqual([yen, dollars]);
    const filter = (field: string, operator: FilterOperatorType, value: object) =>
      ids({ filters: [{ field, operator, value }] });
    expect(await filter('total', 'lt', { number: 100 })).toEqual([dinars, dollars]);
    expect(await filter('amount_due', 'eq', { string: '99.00' })).toEqual([dollars]);
    expect(await filter('currency', 'in', { array: ['jpy', 'kwd'] })).toEqual([dinars, yen]);
    expect(await filter('invoice_number', 'contains', { string: '000002' })).toEqual([yen]);
    expect(await filter('created_at', 'after', { date: '2100-01-01T00:00:00Z' })).toEqual([]);
  });

  it('come in pages whose offset is the next one', async () => {
    const made: string[] = [];
    for (let count = 0; count < 5; count += 1) made.push(await scene.newInvoice());
    const page = await sdk.invoices.queryInvoice({ limit: 2, offset: 2, order: 'asc', skipLineItems: true });
    expect(page.items?.map(({ id }) => id)).toEqual(made.slice(2, 4));
    expect(page.items?.[0]).toMatchObject({ lineItems: [], total: '10' });
    expect(page.pagination).toEqual({ total: 5, limit: 2, offset: 4 });
    expect(await ids({ limit: 2, offset: 4, order: 'asc' })).toEqual(made.slice(4));
    const listed = await scene.client.get('/v1/invoices?limit=1&payment_status=PENDING,FAILED&skip_line_items=true');
    expect(listed.body).toMatchObject({
      items: [{ id: made[4], line_items: [] }],
      pagination: { total: 5, limit: 1, offset: 1 },
    });
    expect(await sdk.invoices.queryInvoice({ expand: 'customer,subscription', limit: 1 })).toMatchObject({
      items: [{ customer: { id: customerId, externalId: 'acme' }, lineItems: [{ amount: '10' }] }],
    });
  });

  it('are read one by one, and as PDF', async () => {
    const id = await scene.newInvoice();
    expect(await sdk.invoices.getInvoice(id, true, ['source'])).toMatchObject({ id, amountDue: '10' });
    const file = await new Response(await sdk.invoices.getInvoicePdf(id)).bytes();
    expect(Buffer.from(file).toString('latin1')).toMatch(/^%PDF-[^]*%%EOF\s*$/);
    const { headers } = await scene.client.get(`/v1/invoices/${id}/pdf?url=false`).expect(200);
    expect(headers).toMatchObject({
      'content-type': 'application/pdf',
      'content-disposition': expect.stringMatching(/^attachment; filename="INV-0+1.pdf"$/),
    });
    await refused(sdk.invoices.getInvoicePdf(id, true), 400, /url/);
    await refused(sdk.invoices.getInvoicePdf('inv_missing'), 404);
  });

  it('are summed up for a customer, by currency', async () => {
    const summary = (id = customerId) => sdk.invoices.getCustomerInvoiceSummary(id);
    expect(await summary()).toEqual({ customerId, defaultCurrency: undefined, summaries: [] });
    await scene.client.put('/v1/settings/invoice_config', { value: { due_days: 3 } }).expect(200);
    await scene.pay(await scene.newInvoice('10.1'));
    await scene.pay(await scene.newInvoice('20'), '7.3');
    await sdk.invoices.voidInvoice(await scene.newInvoice('40'));
    const euros = await sdk.wallets.createWallet({ customerId, currency: 'eur' });
    await scene.pay(await scene.newInvoice('3', euros.id), '5');
    expect(await summary()).toEqual({
      customerId,
      defaultCurrency: 'usd',
      summaries: [
        {
          customerId,
          currency: 'usd',
          totalRevenueAmount: '17.4',
          totalUnpaidAmount: '12.7',
          totalOverdueAmount: '0',
          totalInvoiceCount: 2,
          unpaidInvoiceCount: 1,
          overdueInvoiceCount: 0,
          unpaidFixedCharges: '12.7',
          unpaidUsageCharges: '0',
        },
        expect.objectContaining({ currency: 'eur', totalRevenueAmount: '5', totalUnpaidAmount: '0' }),
      ],
    });
    await refused(summary('cust_missing'), 404);
  });

  it('count as overdue once their day has passed', async () => {
    await scene.client.put('/v1/settings/invoice_config', { value: { due_days: 3 } }).expect(200);
    await scene.buyWhenLow(scene.walletId, true);
    const overdue = async () => (await sdk.invoices.getCustomerInvoiceSummary(customerId)).summaries?.[0];
    expect(await overdue()).toMatchObject({ totalUnpaidAmount: '50', overdueInvoiceCount: 0 });
    service.clock.advance(4 * 86_400_000);
    expect(await overdue()).toMatchObject({ totalOverdueAmount: '50', overdueInvoiceCount: 1 });
  });

  it('are refused in words that the SDK can read when the search is wrong', async () => {
    const { invoices } = sdk;
    await refused(invoices.queryInvoice({ expand: 'tenant' }), 400, /expand/);
    await refused(invoices.queryInvoice({ limit: 1001 }), 400, /limit/);
    await refused(invoices.queryInvoice({ paymentStatus: ['PAID' as never] }), 400, /payment_status/);
    await refused(invoices.queryInvoice({ invoiceStatus: ['SENT' as never] }), 400, /invoice_status/);
    await refused(invoices.queryInvoice({ startTime: 'yesterday' }), 400, /start_time/);
    await refused(invoices.queryInvoice({ sort: [{ field: 'total_minor' }] }), 400, /sort/);
    const filters = [{ field: 'secret', operator: 'eq' as const, value: { string: 'x' } }];
    await refused(invoices.queryInvoice({ filters }), 400, /filters/);
    const turned = { startTime: '2026-02-01T00:00:00Z', endTime: '2026-01-01T00:00:00Z' };
    await refused(invoices.queryInvoice(turned), 400, /end_time/);
  });

  it('are nobody else’s: another tenant finds nothing of them and reads as if they were not there', async () => {
    const id = await scene.newInvoice();
    await scene.pay(id);
    const rich = await scene.newWallet('rich');
    await scene.charge('pm_sandbox_approve', rich);
    const { items } = await sdk.payments.listPayments();
    const stranger = sdkWith(service, (await newTenantClient(service)).key);
    expect(items).toHaveLength(2);
    for (const { id: paymentId } of items ?? []) await refused(stranger.payments.getPayment(paymentId as string), 404);
    const paymentIds = items?.map((payment) => payment.id as string) ?? [];
    const nothing = { items: [], pagination: { total: 0 } };
    for (const filter of [{}, { destinationId: id }, { paymentIds }, { currency: 'usd' }]) {
      expect(await stranger.payments.listPayments(filter)).toMatchObject(nothing);
    }
    for (const filter of [{}, { invoiceIds: [id] }, { customerId }, { externalCustomerId: 'acme' }]) {
      expect(await stranger.invoices.queryInvoice(filter)).toMatchObject(nothing);
    }
    await refused(stranger.invoices.getInvoice(id), 404);
    await refused(stranger.invoices.getInvoicePdf(id), 404);
    await refused(stranger.invoices.voidInvoice(id), 404);
    await refused(stranger.invoices.getCustomerInvoiceSummary(customerId), 404);
  });

  it('need the scope of the other reads of wallets, and of writes what is refused', async () => {
    const { body } = await scene.client.post('/v1/secrets/api/keys', {
      name: 'Customers only',
      type: 'private_key',
      scopes: ['customers:read'],
    });
    const limited = sdkWith(service, body.api_key);
    await refused(limited.invoices.queryInvoice({}), 403, /wallets:read/);
    await refused(limited.invoices.getInvoicePdf('inv_x'), 403, /wallets:read/);
    await refused(limited.invoices.getCustomerInvoiceSummary(customerId), 403, /wallets:read/);
    await refused(limited.payments.listPayments(), 403, /wallets:read/);
    await refused(limited.payments.getPayment('pay_x'), 403, /wallets:read/);
    await refused(limited.payments.deletePayment('pay_x'), 403, /wallets:write/);
  });

  it('say why what there is no such thing as here is refused', async () => {
    const { invoices, payments } = sdk;
    const id = await scene.newInvoice();
    const money = { amount: '1', currency: 'usd', destinationId: id, destinationType: 'INVOICE' as const };
    const calls: [Promise<unknown>, RegExp][] = [
      [
        invoices.createInvoice({
          customerId,
          currency: 'usd',
          amountDue: '1',
          total: '1',
          subtotal: '1',
          invoiceType: 'ONE_OFF',
        }),
        /comes with the top-up/,
      ],
      [invoices.getInvoicePreview({ subscriptionId: 'sub_1' }), /no subscriptions/],
      [invoices.updateInvoice(id, { metadata: { a: 'b' } }), /does not change/],
      [invoices.finalizeInvoice(id), /no drafts/],
      [invoices.recalculateInvoice(id), /nothing is recalculated/],
      [invoices.triggerInvoiceCommsWebhook(id), /nothing is sent/],
      [invoices.attemptInvoicePayment(id), /not paid with credits/],
      [payments.createPayment({ ...money, paymentMethodType: 'OFFLINE' }), /reported on its invoice/],
      [payments.updatePayment('pay_1', { paymentStatus: 'SUCCEEDED' }), /does not change/],
      [payments.deletePayment('pay_1'), /not deleted/],
      [payments.processPayment('pay_1'), /by itself/],
    ];
    for (const [call, message] of calls) await refused(call, 400, message);
    expect(await sdk.invoices.getInvoice(id)).toMatchObject({
      amountPaid: '0',
      metadata: expect.not.objectContaining({ a: 'b' }),
    });
    expect((await payments.listPayments()).items).toEqual([]);
  });
});
