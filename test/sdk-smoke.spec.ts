import { Flexprice, FlexPriceError } from '@flexprice/sdk';
import { EntityManager } from '@mikro-orm/postgresql';
import { type ApiClient, newTenantClient } from './support/api-client.js';
import { startTestApp, type TestApp } from './support/app.js';
import { expectSoundLedger } from './support/invariants.js';

describe('the Flexprice SDK from npm, unchanged', () => {
  let service: TestApp;
  let client: ApiClient;
  let sdk: Flexprice;
  let walletId: string;
  let customerId: string;
  beforeAll(async () => {
    service = await startTestApp();
    client = await newTenantClient(service);
    sdk = new Flexprice({ serverURL: `${service.url}/v1`, apiKeyAuth: client.key });
    const customer = await sdk.customers.createCustomer({ externalId: 'acme', name: 'Acme' });
    customerId = customer.id as string;
    const wallet = await sdk.wallets.createWallet({
      externalCustomerId: 'acme',
      currency: 'USD',
      walletType: 'PRE_PAID',
      initialCreditsToLoad: '25',
    });
    walletId = wallet.id as string;
  });
  afterAll(async () => {
    await expectSoundLedger(service.get(EntityManager));
    await service.close();
  });

  const refused = async (call: Promise<unknown>): Promise<FlexPriceError> => {
    const error: unknown = await call.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(FlexPriceError);
    return error as FlexPriceError;
  };

  it('reads wallets, balances and lists', async () => {
    expect(await sdk.wallets.getWallet(walletId)).toMatchObject({
      walletStatus: 'active',
      creditBalance: '25',
      currency: 'usd',
    });
    const balance = await sdk.wallets.getWalletBalance(walletId, 'credits_available_breakdown');
    expect(balance).toMatchObject({ realTimeBalance: '25', creditsAvailableBreakdown: { free: '25', purchased: '0' } });
    expect((await sdk.wallets.queryWallet({ walletIds: [walletId], status: 'active', limit: 10 })).items).toHaveLength(
      1,
    );
    expect(await sdk.wallets.getCustomerWallets({ lookupKey: 'acme', includeRealTimeBalance: true })).toHaveLength(1);
    expect(await sdk.wallets.getWalletsByCustomerId(customerId)).toHaveLength(1);
  });

  it('tops up, and the same key again is the same top-up', async () => {
    const request = {
      creditsToAdd: '100',
      transactionReason: 'PURCHASED_CREDIT_DIRECT' as const,
      idempotencyKey: 'january',
      priority: 1,
      expiryDateUtc: '2030-01-01T00:00:00Z',
    };
    const answer = await sdk.wallets.topUpWallet(walletId, request);
    expect(answer.wallet?.creditBalance).toBe('125');
    expect(answer.walletTransaction).toMatchObject({
      creditAmount: '100',
      transactionStatus: 'completed',
      type: 'credit',
    });
    const again = await sdk.wallets.topUpWallet(walletId, request);
    expect(again.walletTransaction?.id).toBe(answer.walletTransaction?.id);
    const error = await refused(sdk.wallets.topUpWallet(walletId, { ...request, creditsToAdd: '7' }));
    expect(error.statusCode).toBe(409);
  });

  it('lists and searches transactions', async () => {
    const page = await sdk.wallets.getWalletTransactions({ idPathParameter: walletId, limit: 1 });
    expect(page.pagination).toMatchObject({ total: 2, limit: 1, offset: 1 });
    const found = await sdk.wallets.queryWalletTransaction({
      id: walletId,
      expand: 'customer,wallet',
      sort: [{ field: 'created_at', direction: 'asc' }],
      limit: 10,
    });
    expect(found.items).toHaveLength(2);
    expect(found.items?.[0]).toMatchObject({ customer: { externalId: 'acme' }, wallet: { id: walletId } });
  });

  it('asks for an invoiced top-up and completes it by paying the invoice', async () => {
    const asked = await sdk.wallets.topUpWallet(walletId, {
      creditsToAdd: '10',
      transactionReason: 'PURCHASED_CREDIT_INVOICED',
      idempotencyKey: 'invoiced',
    });
    expect(asked).toMatchObject({
      walletTransaction: { transactionStatus: 'pending' },
      wallet: { creditBalance: '125' },
    });
    const pending = await sdk.wallets.getWalletTransactions({
      idPathParameter: walletId,
      transactionStatus: 'pending',
    });
    expect(pending.items).toHaveLength(1);
    for (let twice = 0; twice < 2; twice += 1) {
      const paid = await sdk.invoices.updateInvoicePaymentStatus(asked.invoiceId as string, {
        paymentStatus: 'SUCCEEDED',
      });
      expect(paid).toMatchObject({ paymentStatus: 'SUCCEEDED', amountDue: '10' });
    }
    expect((await sdk.wallets.getWallet(walletId)).creditBalance).toBe('135');
    const all = await sdk.wallets.getWalletTransactions({ idPathParameter: walletId });
    expect(all.items?.find(({ id }) => id === asked.walletTransaction?.id)).toMatchObject({
      transactionStatus: 'completed',
    });
  });

  it('sets automatic top-up and alerts, which a debit then sets off', async () => {
    const updated = await sdk.wallets.updateWallet(walletId, {
      autoTopup: { enabled: true, threshold: 10, amount: 50, invoicing: false },
      alertSettings: { alertEnabled: true, critical: { threshold: 12, condition: 'below' } },
    });
    expect(updated).toMatchObject({ autoTopup: { threshold: 10, amount: 50 }, alertState: 'ok' });
    const body = { credits: '127', transaction_reason: 'MANUAL_BALANCE_DEBIT', idempotency_key: 'scan' };
    await client.post(`/v1/wallets/${walletId}/debit`, body).expect(200);
    const { TopUpEngine } = await import('../src/top-ups/purchases/top-up-engine.js');
    await service.get(TopUpEngine).idle();
    expect((await sdk.wallets.getWallet(walletId)).creditBalance).toBe('58');
    const alerts = await sdk.alerts.queryAlertLog({
      entityType: 'wallet',
      entityId: walletId,
      alertType: 'low_ongoing_balance',
    });
    expect(alerts.items?.map(({ alertStatus }) => alertStatus)).toEqual(['ok', 'in_alarm']);
  });

  it('gets errors it understands', async () => {
    expect((await refused(sdk.wallets.getWallet('wallet_missing'))).statusCode).toBe(404);
    const second = sdk.wallets.createWallet({ customerId, currency: 'usd' });
    expect((await refused(second)).statusCode).toBe(409);
    const stranger = new Flexprice({ serverURL: `${service.url}/v1`, apiKeyAuth: 'sk_wrong' });
    expect((await refused(stranger.wallets.getWallet(walletId))).statusCode).toBe(401);
    const bad = sdk.wallets.topUpWallet(walletId, { creditsToAdd: 'many', transactionReason: 'FREE_CREDIT_GRANT' });
    expect((await refused(bad)).statusCode).toBe(400);
  });

  it('terminates the wallet, which then takes nothing', async () => {
    expect(await sdk.wallets.terminateWallet(walletId)).toMatchObject({ walletStatus: 'closed', creditBalance: '0' });
    expect((await refused(sdk.wallets.terminateWallet(walletId))).statusCode).toBe(400);
    expect(await sdk.wallets.getWalletsByCustomerId(customerId)).toEqual([]);
  });
});
