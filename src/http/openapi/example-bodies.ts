import type { OpenAPIObject } from '@nestjs/swagger';
import { operationsOf } from './operations-of.js';

/**
 * Bodies that work as they stand with the demo's data, for whoever presses "Execute": Swagger UI would fill in every field
 * that there is, and fields that exclude one another. A test sends each.
 */
export const EXAMPLE_BODIES: Readonly<Record<string, object>> = {
  createWallet: { external_customer_id: 'demo-customer', currency: 'eur', initial_credits_to_load: '25' },
  previewWallet: { auto_topup: { enabled: true, threshold: '10', amount: '20', invoicing: false } },
  updateWallet: { auto_topup: { enabled: true, threshold: '10', amount: '20', invoicing: false } },
  searchWallets: { status: 'active', limit: 10 },
  topUpWallet: { credits_to_add: '100', transaction_reason: 'FREE_CREDIT_GRANT', idempotency_key: 'grant-1' },
  debitWallet: { credits: '2.5', transaction_reason: 'MANUAL_BALANCE_DEBIT', idempotency_key: 'order-1017' },
  modifyWallet: { modification_type: 'prepaid_to_postpaid', idempotency_key: 'postpaid-1' },
  createWalletHold: { credits: '5', overage: '1', idempotency_key: 'scan-1' },
  captureWalletHold: { credits: '3', final: true, idempotency_key: 'scan-1-done' },
  releaseWalletHold: { idempotency_key: 'scan-1-released' },
  reverseTransaction: { idempotency_key: 'order-1017-returned' },
  searchWalletTransactions: { type: 'debit', limit: 10 },
  searchAlerts: { limit: 10 },
  createCustomer: { external_id: 'acme', name: 'Acme', email: 'billing@acme.example' },
  updateCustomer: { name: 'Acme Ltd' },
  updateCustomerByReference: { name: 'Acme Ltd' },
  searchCustomers: { external_id: 'demo-customer' },
  createCustomerPaymentMethod: { token: 'pm_sandbox_approve' },
  searchInvoices: { limit: 10 },
  createApiKey: { name: 'Billing server' },
  createWebhookEndpoint: { url: 'https://example.com/webhooks', event_types: ['wallet.transaction.created'] },
  createCreditPack: { name: '250 credits', price_minor: 22_500, currency: 'usd', pack_amount: 250 },
  createCoupon: { name: 'Welcome', percent_off: 10 },
  createReconciliationRun: {},
  buyCreditsPack: { pack_id: 'pack_100' },
  updateAccountCreditTopUpSettings: { auto_top_up_on_insufficient: true, auto_top_up_credits_pack: { id: 'pack_100' } },
  changeAccountCreditTopUpSettings: { auto_top_up_on_expiration: true, auto_top_up_credits_pack: { id: 'pack_100' } },
  createAccountCreditHold: { credits: 5, description: 'Scan 17' },
  captureAccountCreditHold: { credits: 3, final: true },
  addAccountPaymentMethod: { token: 'pm_sandbox_approve' },
  updateAccountBilling: { name: 'Acme Ltd', city: 'London', country: 'GB' },
  changeAccountBilling: { city: 'London' },
};

/**
 * Puts the examples into the document, in JSON.
 * @throws Error for an example whose operation is not there
 */
export function exampleBodies(document: OpenAPIObject): void {
  const missing = new Set(Object.keys(EXAMPLE_BODIES));
  for (const { operation } of operationsOf(document)) {
    const { operationId = '', requestBody } = operation;
    const json = requestBody?.content['application/json'];
    const example = EXAMPLE_BODIES[operationId];
    if (json && example && missing.delete(operationId)) json.example = example;
  }
  if (missing.size > 0) throw new Error(`no operation with a body is called ${[...missing].join(', ')}`);
}
