import { createRequire } from 'node:module';
import { CustomerPortal, type Flexprice } from '@flexprice/sdk';
import type { TransactionReason } from '@flexprice/sdk/sdk/models';
import { EntityManager } from '@mikro-orm/postgresql';
import { TopUpEngine } from '../src/top-ups/purchases/top-up-engine.js';
import { type ApiClient, newTenantClient } from './support/api-client.js';
import { startTestApp, type TestApp } from './support/app.js';
import { expectSoundLedger } from './support/invariants.js';
import { refused, sdkWith } from './support/sdk-scene.js';

/**
 * Every method of SDK 2.0.1 that our service serves, with its successes and its errors. With the newest zod the SDK
 * throws on any answer that lacks a key, so a call that returns has had all of them.
 */
describe('the whole of the SDK’s surface', () => {
  let service: TestApp;
  let client: ApiClient;
  let sdk: Flexprice;
  let customerId: string;
  let walletId: string;

  beforeAll(async () => {
    service = await startTestApp();
  });
  beforeEach(async () => {
    client = await newTenantClient(service);
    sdk = sdkWith(service, client.key);
    customerId = (await sdk.customers.createCustomer({ externalId: 'acme', name: 'Acme' })).id as string;
    const wallet = { customerId, currency: 'USD', initialCreditsToLoad: '25' };
    walletId = (await sdk.wallets.createWallet(wallet)).id as string;
  });
  afterEach(() => expectSoundLedger(service.get(EntityManager)));
  afterAll(() => service.close());

  const below = (threshold: number) => ({ threshold, condition: 'below' as const });

  it('is driven with the zod that a fresh install gets', () => {
    const { version } = createRequire(import.meta.url)('zod/package.json') as { version: string };
    const [major, minor] = version.split('.').map(Number);
    expect(major === 4 && (minor as number) >= 4).toBe(true);
  });

  describe('customers', () => {
    it('are created with all that they can have, read, changed, found and deleted', async () => {
      const created = await sdk.customers.createCustomer({
        externalId: 'ac me/1',
        name: 'Ac Me',
        email: 'me@acme.example',
        addressLine1: '1 Main Street',
        addressLine2: 'Floor 2',
        addressCity: 'Springfield',
        addressState: 'IL',
        addressPostalCode: '62701',
        addressCountry: 'US',
        metadata: { plan: 'gold' },
        skipOnboardingWorkflow: true,
        taxRateOverrides: [],
        integrationEntityMapping: [],
      });
      const id = created.id as string;
      expect(await sdk.customers.getCustomer(id)).toEqual(created);
      expect(await sdk.customers.getCustomerByExternalId('ac me/1')).toEqual(created);
      const byId = await sdk.customers.updateCustomer({ name: 'New', metadata: { tier: '1' } }, id);
      expect(byId).toMatchObject({ name: 'New', metadata: { tier: '1' }, addressCity: 'Springfield' });
      const byBoth = await sdk.customers.updateCustomer({ addressCity: 'Porto' }, id, 'ac me/1');
      expect(byBoth).toMatchObject({ name: 'New', addressCity: 'Porto' });
      const byExternal = await sdk.customers.updateCustomer({ externalId: 'acme-2' }, undefined, 'ac me/1');
      expect(byExternal).toMatchObject({ id, externalId: 'acme-2' });
      const found = await sdk.customers.queryCustomer({
        customerIds: [id, customerId],
        externalIds: ['acme-2', 'acme'],
        filters: [{ field: 'name', operator: 'contains', dataType: 'string', value: { string: 'ne' } }],
        sort: [{ field: 'name', direction: 'asc' }],
        startTime: '2026-01-01T00:00:00Z',
        status: 'published',
        limit: 5,
      });
      expect(found).toMatchObject({ items: [{ id }], pagination: { total: 1, limit: 5, offset: 5 } });
      expect(await sdk.customers.deleteCustomer(id)).toBeUndefined();
      await refused(sdk.customers.getCustomer(id), 404);
      expect((await sdk.customers.createCustomer({ externalId: 'acme-2', name: 'Again' })).id).not.toBe(id);
    });

    it('are refused in words that the SDK can read', async () => {
      await refused(sdk.customers.createCustomer({ externalId: 'acme', name: 'Twice' }), 409);
      await refused(sdk.customers.createCustomer({ externalId: '', name: 'x' }), 400, /external_id/);
      await refused(sdk.customers.createCustomer({ externalId: 'x', name: 'x', email: 'nobody' }), 400, /email/);
      await refused(sdk.customers.createCustomer({ externalId: 'x', name: 'x', addressCountry: 'XX' }), 400);
      await refused(sdk.customers.getCustomer('cust_missing'), 404);
      await refused(sdk.customers.getCustomerByExternalId('missing'), 404);
      await refused(sdk.customers.updateCustomer({ name: 'x' }), 400);
      await refused(sdk.customers.updateCustomer({ name: 'x' }, customerId, 'other'), 400);
      await refused(sdk.customers.updateCustomer({ name: 'x' }, 'cust_missing'), 404);
      await refused(sdk.customers.queryCustomer({ limit: 1001 }), 400, /limit/);
      await refused(sdk.customers.queryCustomer({ sort: [{ field: 'secret', direction: 'asc' }] }), 400);
      await refused(sdk.customers.deleteCustomer(customerId), 400, /active wallets/);
      await refused(sdk.customers.deleteCustomer('cust_missing'), 404);
    });
  });

  describe('wallets', () => {
    it('are opened with all that they can have', async () => {
      const wallet = await sdk.wallets.createWallet({
        externalCustomerId: 'acme',
        currency: 'EUR',
        walletType: 'POST_PAID',
        conversionRate: '0.5',
        topupConversionRate: '0.25',
        initialCreditsToLoad: '8',
        initialCreditsToLoadExpiryDate: 20300101,
        description: 'Second',
        metadata: { team: 'a' },
        autoTopup: { enabled: true, threshold: 1, amount: 50, invoicing: true },
        alertSettings: { alertEnabled: true, critical: { threshold: 1, condition: 'below' } },
      });
      expect(wallet).toMatchObject({
        walletType: 'POST_PAID',
        creditBalance: '8',
        balance: '4',
        conversionRate: '0.5',
        topupConversionRate: '0.25',
        config: { allowedPriceTypes: ['ALL'] },
        autoTopup: { enabled: true, threshold: 1, amount: 50, invoicing: true },
        alertSettings: { alertEnabled: true, critical: { threshold: 1, condition: 'below' } },
        alertState: 'ok',
      });
      const balance = await sdk.wallets.getWalletBalance(wallet.id as string);
      expect(balance).toMatchObject({ realTimeBalance: '4', realTimeCreditBalance: '8', currentPeriodUsage: '0' });
    });

    it('are read one by one, by customer and by filter', async () => {
      expect(await sdk.wallets.getWallet(walletId)).toMatchObject({ id: walletId, name: 'Prepaid Wallet - USD' });
      const expanded = await sdk.wallets.getWalletBalance(walletId, 'credits_available_breakdown');
      expect(expanded.creditsAvailableBreakdown).toEqual({ free: '25', purchased: '0' });
      expect((await sdk.wallets.getWalletBalance(walletId)).creditsAvailableBreakdown).toBeUndefined();
      const searched = await sdk.wallets.queryWallet({
        walletIds: [walletId],
        status: 'active',
        alertEnabled: false,
        sort: 'created_at',
        order: 'asc',
        expand: 'credits_available_breakdown',
        limit: 1,
      });
      expect(searched).toMatchObject({
        items: [{ id: walletId, creditsAvailableBreakdown: { free: '25' } }],
        pagination: { total: 1, limit: 1, offset: 1 },
      });
      expect((await sdk.wallets.queryWallet({})).items).toHaveLength(1);
      expect((await sdk.wallets.queryWallet({ status: 'closed' })).items).toEqual([]);
      const options = { includeRealTimeBalance: true, fromCache: true, minus: 5 } as const;
      expect(await sdk.wallets.getCustomerWallets({ lookupKey: 'acme', ...options })).toHaveLength(1);
      expect(await sdk.wallets.getCustomerWallets({ id: customerId })).toHaveLength(1);
      expect(await sdk.wallets.getWalletsByCustomerId(customerId)).toMatchObject([{ id: walletId }]);
      expect(await sdk.wallets.getWalletsByCustomerId('cust_missing')).toEqual([]);
    });

    it('are changed, field by field', async () => {
      const updated = await sdk.wallets.updateWallet(walletId, {
        name: 'Main',
        description: 'Of Acme',
        metadata: { a: 'b' },
        config: { allowedPriceTypes: ['USAGE', 'FIXED'] },
        autoTopup: { enabled: false, threshold: 5, amount: 10.5, invoicing: false },
        alertSettings: { alertEnabled: true, critical: { threshold: 2, condition: 'below' } },
      });
      expect(updated).toMatchObject({ name: 'Main', description: 'Of Acme', metadata: { a: 'b' } });
      expect(updated.autoTopup).toMatchObject({ enabled: false, threshold: 5, amount: 10.5 });
      const merged = await sdk.wallets.updateWallet(walletId, { autoTopup: { threshold: 6 } });
      expect(merged.autoTopup).toMatchObject({ threshold: 6, amount: 10.5 });
      expect((await sdk.wallets.updateWallet(walletId, { name: '' })).name).toBe('Main');
    });

    it('are terminated, once', async () => {
      expect(await sdk.wallets.terminateWallet(walletId)).toMatchObject({ walletStatus: 'closed', creditBalance: '0' });
      await refused(sdk.wallets.terminateWallet(walletId), 400);
      await refused(sdk.wallets.updateWallet(walletId, { name: 'x' }), 400, /closed/);
      const topUp = sdk.wallets.topUpWallet(walletId, { creditsToAdd: '1', transactionReason: 'FREE_CREDIT_GRANT' });
      await refused(topUp, 400, /closed/);
    });

    it('are refused in words that the SDK can read', async () => {
      const { wallets } = sdk;
      await refused(wallets.createWallet({ customerId, currency: 'usd' }), 409);
      await refused(wallets.createWallet({ customerId, currency: 'dollars' }), 400, /currency/);
      await refused(wallets.createWallet({ currency: 'eur' }), 400, /customer_id/);
      await refused(wallets.createWallet({ externalCustomerId: 'missing', currency: 'eur' }), 404);
      await refused(wallets.createWallet({ customerId, currency: 'eur', conversionRate: '-1' }), 400);
      await refused(wallets.createWallet({ customerId, currency: 'eur', priceUnit: 'token' }), 404, /price unit/);
      await refused(wallets.getWallet('wallet_missing'), 404);
      await refused(wallets.getWalletBalance('wallet_missing'), 404);
      await refused(wallets.updateWallet('wallet_missing', { name: 'x' }), 404);
      await refused(wallets.updateWallet(walletId, { autoTopup: { enabled: true } }), 400, /auto_topup/);
      const inverted = { critical: below(9), warning: below(3) };
      await refused(wallets.updateWallet(walletId, { alertSettings: { alertEnabled: true, ...inverted } }), 400);
      await refused(wallets.terminateWallet('wallet_missing'), 404);
      await refused(wallets.getCustomerWallets(), 400);
      await refused(wallets.getCustomerWallets({ id: customerId, lookupKey: 'acme' }), 400);
      await refused(wallets.getCustomerWallets({ lookupKey: 'missing' }), 404);
      await refused(wallets.queryWallet({ expand: 'customer' }), 400, /expand/);
    });
  });

  describe('transactions', () => {
    it.each([
      'FREE_CREDIT_GRANT',
      'SUBSCRIPTION_CREDIT_GRANT',
      'PURCHASED_CREDIT_DIRECT',
      'CREDIT_NOTE',
      'INVOICE_VOID_REFUND',
    ])('come from a top-up for %s', async (transactionReason) => {
      const answer = await sdk.wallets.topUpWallet(walletId, {
        amount: '10',
        transactionReason: transactionReason as TransactionReason,
        expiryDateUtc: '2030-01-01T00:00:00Z',
        priority: 2,
        description: 'More',
        metadata: { a: 'b' },
        idempotencyKey: `key-${transactionReason}`,
      });
      expect(answer.walletTransaction).toMatchObject({
        type: 'credit',
        transactionReason,
        creditAmount: '10',
        priority: 2,
      });
      expect(answer.wallet?.creditBalance).toBe('35');
      expect(answer.invoiceId).toBeUndefined();
    });

    it('are listed and searched by everything the SDK can say', async () => {
      const key = { idempotencyKey: 'k1', priority: 3, expiryDateUtc: '2030-01-01T00:00:00Z' };
      await sdk.wallets.topUpWallet(walletId, {
        creditsToAdd: '5',
        transactionReason: 'PURCHASED_CREDIT_DIRECT',
        ...key,
      });
      const page = await sdk.wallets.getWalletTransactions({
        idPathParameter: walletId,
        idQueryParameter: 'wallet_other',
        type: 'credit',
        transactionStatus: 'completed',
        transactionReason: 'PURCHASED_CREDIT_DIRECT',
        referenceType: 'EXTERNAL',
        referenceId: 'k1',
        creditsAvailableGt: 4.5,
        priority: 3,
        expiryDateAfter: '2029-01-01T00:00:00Z',
        expiryDateBefore: '2031-01-01T00:00:00Z',
        status: 'published',
        createdBy: 'whoever',
        order: 'asc',
        limit: 10,
        offset: 0,
      });
      expect(page).toMatchObject({ items: [{ creditAmount: '5' }], pagination: { total: 1, limit: 10, offset: 10 } });
      const found = await sdk.wallets.queryWalletTransaction({
        id: walletId,
        creditsAvailableGt: 4,
        filters: [{ field: 'credit_amount', operator: 'gt', dataType: 'number', value: { number: 6 } }],
        sort: [{ field: 'created_at', direction: 'desc' }],
        expand: 'customer,wallet,created_by_user',
      });
      expect(found.items).toMatchObject([
        { creditAmount: '25', customer: { id: customerId }, wallet: { id: walletId } },
      ]);
      expect((await sdk.wallets.queryWalletTransaction({})).items).toHaveLength(2);
      expect((await sdk.wallets.queryWalletTransaction({ status: 'deleted' })).items).toEqual([]);
    });

    it('are refused in words that the SDK can read', async () => {
      const { wallets } = sdk;
      const topUp = (more: object) =>
        wallets.topUpWallet(walletId, { creditsToAdd: '1', transactionReason: 'FREE_CREDIT_GRANT', ...more });
      await refused(topUp({ transactionReason: 'MANUAL_BALANCE_DEBIT' }), 400, /transaction_reason/);
      await refused(topUp({ creditsToAdd: undefined }), 400, /credits_to_add/);
      await refused(topUp({ creditsToAdd: '-1' }), 400);
      await refused(topUp({ priority: -1 }), 400, /priority/);
      await refused(topUp({ expiryDateUtc: '2020-01-01T00:00:00Z' }), 400, /expiry_date_utc/);
      await refused(
        wallets.topUpWallet('wallet_missing', { creditsToAdd: '1', transactionReason: 'CREDIT_NOTE' }),
        404,
      );
      await topUp({ idempotencyKey: 'once' });
      await topUp({ idempotencyKey: 'once' });
      await refused(topUp({ idempotencyKey: 'once', creditsToAdd: '2' }), 409);
      await refused(wallets.getWalletTransactions({ idPathParameter: 'wallet_missing' }), 404);
      await refused(wallets.getWalletTransactions({ idPathParameter: walletId, referenceType: 'EXTERNAL' }), 400);
      await refused(wallets.queryWalletTransaction({ expand: 'tenant' }), 400, /expand/);
    });
  });

  describe('invoices, alerts and the rest', () => {
    it('pays the invoice of a top-up, in parts', async () => {
      const asked = await sdk.wallets.topUpWallet(walletId, {
        creditsToAdd: '10',
        transactionReason: 'PURCHASED_CREDIT_INVOICED',
      });
      const invoiceId = asked.invoiceId as string;
      expect(await sdk.invoices.getInvoice(invoiceId)).toMatchObject({ paymentStatus: 'PENDING', amountDue: '10' });
      const part = await sdk.invoices.updateInvoicePaymentStatus(invoiceId, {
        paymentStatus: 'SUCCEEDED',
        amount: '4',
      });
      expect(part).toMatchObject({ paymentStatus: 'PENDING', amountPaid: '4', amountRemaining: '6' });
      const paid = await sdk.invoices.updateInvoicePaymentStatus(invoiceId, { paymentStatus: 'SUCCEEDED' });
      expect(paid).toMatchObject({ paymentStatus: 'SUCCEEDED', lineItems: [{ amount: '10' }] });
      expect((await sdk.wallets.getWallet(walletId)).creditBalance).toBe('35');
      await refused(sdk.invoices.updateInvoicePaymentStatus(invoiceId, { paymentStatus: 'FAILED' }), 400);
      await refused(sdk.invoices.updateInvoicePaymentStatus(invoiceId, { paymentStatus: 'REFUNDED' }), 400);
      await refused(sdk.invoices.updateInvoicePaymentStatus('inv_missing', { paymentStatus: 'SUCCEEDED' }), 404);
    });

    it('searches alerts', async () => {
      const critical = below(30);
      await sdk.wallets.updateWallet(walletId, { alertSettings: { alertEnabled: true, critical } });
      const { items } = await sdk.alerts.queryAlertLog({
        entityType: 'wallet',
        entityId: walletId,
        customerId,
        alertType: 'low_ongoing_balance',
        alertStatus: 'in_alarm',
        expand: 'customer,wallet',
        startTime: '2026-01-01T00:00:00Z',
        sort: [{ field: 'created_at', direction: 'desc' }],
        limit: 5,
      });
      expect(items).toMatchObject([
        { alertInfo: { valueAtTime: 25 }, customer: { externalId: 'acme' }, wallet: { id: walletId } },
      ]);
      await refused(sdk.alerts.queryAlertLog({ expand: 'tenant' }), 400, /expand/);
      await refused(sdk.alerts.queryAlertLog({ limit: -1 }), 400, /limit/);
    });

    it('makes, lists and revokes API keys', async () => {
      const { secret, apiKey } = await sdk.secrets.createApiKey({
        name: 'Second',
        type: 'private_key',
        expiresAt: '2030-01-01T00:00:00Z',
      });
      const second = sdkWith(service, apiKey as string);
      expect((await second.wallets.getWallet(walletId)).id).toBe(walletId);
      const { items } = await sdk.secrets.listApiKeys(10, 0, 'published');
      expect(items?.map(({ id }) => id)).toContain(secret?.id);
      expect(await sdk.secrets.deleteApiKey(secret?.id as string)).toBeUndefined();
      await refused(second.wallets.getWallet(walletId), 401);
      expect((await sdk.secrets.listApiKeys(10, 0, 'deleted')).items).toMatchObject([{ id: secret?.id }]);
      await refused(sdk.secrets.deleteApiKey('secret_missing'), 404);
      await refused(sdk.secrets.createApiKey({ name: '', type: 'private_key' }), 400, /name/);
    });

    it('makes and changes environments, reads and changes the tenant, and knows who calls', async () => {
      const environment = await sdk.environments.createEnvironment({ name: 'Staging', type: 'development' });
      const renamed = await sdk.environments.updateEnvironment(environment.id as string, { name: 'QA' });
      expect(renamed).toMatchObject({ id: environment.id, name: 'QA', type: 'development' });
      await refused(sdk.environments.createEnvironment({ name: 'x', type: 'staging' }), 400, /type/);
      await refused(sdk.environments.updateEnvironment('env_missing', { name: 'x' }), 404);
      const billingDetails = { email: 'billing@acme.example', address: { addressCity: 'Porto' } };
      const tenant = await sdk.tenants.updateTenant({ name: 'Acme', billingDetails, metadata: { a: 'b' } });
      expect(tenant).toMatchObject({ name: 'Acme', metadata: { a: 'b' }, billingDetails });
      expect(await sdk.tenants.getTenantById(tenant.id as string)).toEqual(tenant);
      await refused(sdk.tenants.getTenantById('tenant_missing'), 404);
      await refused(sdk.tenants.updateTenant({ billingDetails: { email: 'x' } }), 400, /email/);
      expect(await sdk.users.getUserInfo()).toMatchObject({ roles: ['super_admin'], tenant });
    });

    it('serves the SDK’s customer portal what there is', async () => {
      const portal = new CustomerPortal({ serverURL: `${service.url}/v1`, apiKeyAuth: client.key });
      const data = await portal.getDashboardData('acme');
      expect(data).toMatchObject({
        customer: { id: customerId },
        walletBalance: { id: walletId },
        summary: { customerId, summaries: [] },
        usage: { customerId, features: [] },
        entitlements: { customerId, features: [] },
      });
      expect(data.metadata.errors).toBeUndefined();
    });

    it('refuses a wrong key everywhere with 401', async () => {
      const stranger = sdkWith(service, 'sk_wrong');
      await refused(stranger.wallets.getWallet(walletId), 401);
      await refused(stranger.customers.deleteCustomer(customerId), 401);
      await refused(stranger.environments.createEnvironment({ name: 'x', type: 'development' }), 401);
      await service.get(TopUpEngine).idle();
    });
  });
});
