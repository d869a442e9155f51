import type { Flexprice } from '@flexprice/sdk';
import { EntityManager } from '@mikro-orm/postgresql';
import { startTestApp, type TestApp } from './support/app.js';
import { DATABASES } from './support/database.js';
import { expectSoundLedger } from './support/invariants.js';
import { refused, SdkScene } from './support/sdk-scene.js';

/** `payments` of SDK 2.0.1, every method. With the newest zod it throws on an answer that lacks a key. */
describe.each(DATABASES)('payments of the SDK on %s', (_name, createDatabase) => {
  let service: TestApp;
  let scene: SdkScene;
  let sdk: Flexprice;
  beforeAll(async () => {
    service = await startTestApp({ database: await createDatabase(), config: { paymentTimeoutMs: 1500 } });
  });
  beforeEach(async () => {
    scene = await SdkScene.create(service);
    ({ sdk } = scene);
  });
  afterEach(() => expectSoundLedger(service.get(EntityManager)));
  afterAll(() => service.close());

  const list = async (filter: Parameters<Flexprice['payments']['listPayments']>[0] = {}) =>
    (await sdk.payments.listPayments(filter)).items ?? [];

  it('are the charges of cards, from the first try on, with each of them', async () => {
    await scene.charge('pm_sandbox_decline');
    const [declined] = await list();
    expect(declined).toMatchObject({
      destinationType: 'INVOICE',
      destinationId: undefined,
      amount: '50',
      currency: 'usd',
      paymentStatus: 'PENDING',
      paymentMethodType: 'CARD',
      paymentGateway: 'sandbox',
      errorMessage: 'The card has insufficient funds.',
      trackAttempts: true,
      attempts: [{ attemptNumber: 1, metadata: { outcome: 'declined', code: 'insufficient_funds' } }],
      succeededAt: undefined,
      failedAt: undefined,
    });
    await scene.charge('pm_sandbox_approve');
    const paid = await sdk.payments.getPayment(declined?.id as string);
    const [invoice] = (await sdk.invoices.queryInvoice({})).items ?? [];
    expect(paid).toMatchObject({
      destinationId: invoice?.id,
      invoiceNumber: invoice?.invoiceNumber,
      paymentStatus: 'SUCCEEDED',
      errorMessage: undefined,
      gatewayPaymentId: expect.any(String),
      paymentMethodId: expect.any(String),
      succeededAt: expect.any(String),
      attempts: [{ attemptNumber: 1 }, { attemptNumber: 2, metadata: { outcome: 'succeeded' } }],
    });
    expect(await list()).toEqual([paid]);
  });

  it.each([
    ['pm_sandbox_decline_hard', 'FAILED'],
    ['pm_sandbox_requires_action', 'PENDING'],
    ['pm_sandbox_hang', 'PROCESSING'],
    ['pm_sandbox_processing', 'PROCESSING'],
  ])('by the card %s are %s', async (card, status) => {
    await scene.charge(card);
    const [payment] = await list();
    expect(payment).toMatchObject({ paymentStatus: status, succeededAt: undefined });
    expect(Boolean(payment?.failedAt)).toBe(status === 'FAILED');
  });

  it('are none where nobody was asked for money', async () => {
    await scene.newInvoice();
    await sdk.wallets.topUpWallet(scene.walletId, { creditsToAdd: '1', transactionReason: 'PURCHASED_CREDIT_DIRECT' });
    expect(await list()).toEqual([]);
  });

  it('are those that were reported on invoices, each part of its own', async () => {
    const id = await scene.newInvoice();
    await scene.pay(id, '4.5');
    await scene.client
      .put(`/v1/invoices/${id}/payment`, {
        payment_status: 'SUCCEEDED',
        payment_reference: 'bank-1',
        idempotency_key: 'k1',
      })
      .expect(200);
    const payments = await list({ destinationId: id, order: 'asc', destinationType: 'INVOICE' });
    expect(payments).toMatchObject([
      { amount: '4.5', gatewayPaymentId: undefined, idempotencyKey: '', attempts: [], trackAttempts: false },
      { amount: '5.5', gatewayPaymentId: 'bank-1', idempotencyKey: 'k1' },
    ]);
    for (const payment of payments) {
      expect(payment).toMatchObject({
        id: expect.stringMatching(/^pay_/),
        destinationId: id,
        paymentStatus: 'SUCCEEDED',
        paymentMethodType: 'OFFLINE',
        paymentGateway: undefined,
      });
      expect(await sdk.payments.getPayment(payment.id as string)).toEqual(payment);
    }
  });

  it('that went back are refunded: those for a wallet that was closed', async () => {
    const id = await scene.newInvoice();
    await scene.pay(id, '4');
    await sdk.wallets.terminateWallet(scene.walletId);
    await scene.pay(id, '6');
    expect(await list({ paymentStatus: 'REFUNDED' })).toMatchObject([
      { amount: '6', refundedAt: expect.any(String) },
      { amount: '4', refundedAt: expect.any(String) },
    ]);
    expect(await list({ paymentStatus: 'SUCCEEDED' })).toEqual([]);
  });

  it('are found by every filter there is, sorted, and come in pages', async () => {
    const id = await scene.newInvoice('10');
    await scene.pay(id);
    const yen = await scene.newWallet('tokyo', 'jpy');
    await scene.pay(await scene.newInvoice('20', yen.walletId));
    const middle = service.clock.now().toISOString();
    const rich = await scene.newWallet('rich');
    await scene.charge('pm_sandbox_approve', rich);
    const all = await list();
    const [card, second, first] = all.map((payment) => payment.id as string) as [string, string, string];
    const found = async (filter: Parameters<typeof list>[0]) => (await list(filter)).map((payment) => payment.id);
    expect(all).toHaveLength(3);
    expect(await found({ paymentIds: [card, first, 'pay_x'] })).toEqual([card, first]);
    expect(await found({ currency: 'JPY' })).toEqual([second]);
    expect(await found({ paymentMethodType: 'CARD' })).toEqual([card]);
    expect(await found({ paymentMethodType: 'OFFLINE', destinationId: id })).toEqual([first]);
    expect(await found({ paymentGateway: 'sandbox', paymentStatus: 'SUCCEEDED' })).toEqual([card]);
    expect(await found({ destinationId: all[0]?.destinationId as string })).toEqual([card]);
    expect(await found({ gatewayPaymentId: all[0]?.gatewayPaymentId as string })).toEqual([card]);
    expect(await found({ startTime: middle })).toEqual([card, second]);
    expect(await found({ endTime: middle, order: 'asc', status: 'published' })).toEqual([first, second]);
    expect(await found({ sort: 'amount', order: 'asc' })).toEqual([first, second, card]);
    for (const none of [
      { gatewayTrackingId: 'x' },
      { status: 'deleted' },
      { paymentMethodType: 'ACH' },
      { paymentGateway: 'stripe' },
      { destinationId: 'inv_missing' },
    ] as const) {
      expect(await found(none)).toEqual([]);
    }
    const page = await sdk.payments.listPayments({ limit: 1, offset: 1 });
    expect(page).toMatchObject({ items: [{ id: second }], pagination: { total: 3, limit: 1, offset: 2 } });
  });

  it('are refused in words that the SDK can read', async () => {
    const { payments } = sdk;
    await refused(payments.getPayment('pay_missing'), 404, /payment not found/);
    await refused(payments.listPayments({ paymentStatus: 'PAID' }), 400, /payment_status/);
    await refused(payments.listPayments({ paymentMethodType: 'CASH' }), 400, /payment_method_type/);
    await refused(payments.listPayments({ destinationType: 'WALLET' }), 400, /destination_type/);
    await refused(payments.listPayments({ sort: 'secret' }), 400, /sort/);
    await refused(payments.listPayments({ startTime: 'now' }), 400, /start_time/);
    await refused(payments.listPayments({ limit: -1 }), 400, /limit/);
  });
});
