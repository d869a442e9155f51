import type { OpenAPIObject } from '@nestjs/swagger';
import { type Operation, operationsOf } from './operations-of.js';

/** Where a route's own words make no good name. */
const NAMES: Readonly<Record<string, string>> = {
  'POST /v1/secrets/api/keys': 'createApiKey',
  'GET /v1/secrets/api/keys': 'listApiKeys',
  'DELETE /v1/secrets/api/keys/{id}': 'revokeApiKey',
  'PUT /v1/tenants/update': 'updateTenant',
  'POST /v1/auth/signup': 'signUp',
  'POST /v1/auth/login': 'logIn',
  'POST /v1/auth/logout': 'logOut',
  'POST /v1/session': 'openSession',
  'DELETE /v1/session': 'endSession',
  'PUT /v1/session/environment': 'changeSessionEnvironment',
  'POST /v1/auth/invitations/open': 'openInvitation',
  'POST /v1/auth/invitations/accept': 'acceptInvitation',
  'GET /v1/users/me': 'getMe',
  'POST /v1/users/me/password': 'changePassword',
  'POST /v1/payments/webhooks/stripe/{environment_id}': 'receiveStripeEvent',
  'POST /v1/payments/webhooks/tenant/{environment_id}': 'receiveBillingEvent',
  'PUT /v1/customers': 'updateCustomerByReference',
  'GET /v1/customers/external/{external_id}': 'getCustomerByExternalId',
  'GET /v1/customers/lookup/{external_id}': 'lookUpCustomer',
  'POST /v1/customers/{customer_id}/setup': 'beginCardSetup',
  'POST /v1/customers/{customer_id}/setup/{setup_id}': 'lookAtCardSetup',
  'GET /v1/customers/wallets': 'findCustomerWallets',
  'GET /v1/customers/{id}/wallets': 'listCustomerWallets',
  'POST /pay/{top_up_id}/payment': 'openConfirmation',
  'POST /pay/{top_up_id}/outcome': 'lookAtConfirmation',
  'POST /v1/wallets/debits/batch': 'debitWallets',
  'GET /v1/customers/portal/{external_id}': 'startPortalSession',
  'DELETE /v1/customers/portal/{external_id}': 'endPortalSessions',
  'DELETE /v1/customers/portal/{external_id}/sessions/{id}': 'endPortalSession',
  'POST /v1/customer/portal/wallets': 'listPortalWallets',
  'GET /v1/customer/portal/session': 'getPortalSession',
  'POST /v1/customer/portal/purchases': 'buyInPortal',
  'GET /v1/customer/portal/packs': 'listPortalPacks',
  'GET /v1/customer/portal/top-ups': 'listPortalTopUps',
  'POST /v1/customer/portal/top-ups/{id}/cancel': 'cancelPortalTopUp',
  'POST /v1/customer/portal/card/setup': 'beginPortalCardSetup',
  'POST /v1/customer/portal/card/setup/{setup_id}': 'lookAtPortalCardSetup',
  'GET /v1/customer/portal/usage/report': 'getPortalUsageReport',
  'POST /v1/webhooks/endpoints/{id}/rotate-secret': 'rotateWebhookSecret',
  'POST /v1/customer/portal/invoices': 'listPortalInvoices',
  'GET /v1/tenant/billing': 'lookUpTenantBilling',
  'GET /v1/taxes/associations': 'listTaxAssociations',
  'POST /v1/taxes/associations/search': 'searchTaxAssociations',
  'GET /v1/events': 'listUsageEvents',
  'POST /v1/events/query': 'queryUsageEvents',
  'GET /v1/customers/usage': 'findCustomerUsage',
  'GET /v1/customers/{id}/grants/upcoming': 'listCustomerUpcomingGrants',
  'GET /v1/subscriptions/{id}/grants/upcoming': 'listSubscriptionUpcomingGrants',
  'POST /account/credits/top-up/': 'buyCreditsPack',
  'POST /account/billing/payment-method/': 'addAccountPaymentMethod',
  'DELETE /account/billing/payment-method/': 'removeAccountPaymentMethod',
  'GET /account/billing/payment-methods/': 'listAccountPaymentMethods',
  'POST /account/billing/payment-method/setup/': 'beginAccountCardSetup',
  'POST /account/billing/payment-method/setup/{setup_id}/': 'lookAtAccountCardSetup',
  'PUT /account/billing/payment-method/backup/': 'chooseAccountBackupCard',
  'DELETE /account/billing/payment-method/backup/': 'dropAccountBackupCard',
  'GET /v1/find': 'find',
  'POST /health': 'getHealthByPost',
};
/** What a method does to what its path names, where the path's last word does not say it. */
const VERBS: Readonly<Record<string, string>> = { PUT: 'update', PATCH: 'change', DELETE: 'delete' };

/**
 * Gives every operation the name that generated clients call it by, out of its method and path: `debitWallet`,
 * `listWalletLots`. Nest's own names are those of classes.
 * @throws Error when two operations have one name
 */
export function nameOperations(document: OpenAPIObject): void {
  const taken = new Map<string, string>();
  for (const { method, path, operation } of operationsOf(document)) {
    const route = `${method} ${path}`;
    const name = NAMES[route] ?? nameOf(method, path, handlerOf(operation));
    const other = taken.get(name);
    if (other) throw new Error(`${route} and ${other} would both be called ${name}: name one of them in NAMES`);
    taken.set(name, route);
    operation.operationId = name;
  }
}

function nameOf(method: string, path: string, handler: string): string {
  const words = path.split('/').filter((word) => word !== '' && word !== 'v1');
  const nouns = words.flatMap((word, index) => {
    if (isParameter(word)) return [];
    return isParameter(words[index + 1]) ? [singular(word)] : [word];
  });
  const last = words.at(-1) as string;
  // `…/{id}/debit` says what is done; `…/holds` what there is one more of.
  const isAction = method === 'POST' && !isParameter(last) && !last.endsWith('s');
  if (isAction) return camel([last, ...others(nouns.slice(0, -1))]);
  if (method === 'POST') return camel(['create', ...nouns.map(singular)]);
  const verb = VERBS[method] ?? (handler.startsWith('list') ? 'list' : 'get');
  return camel([verb, ...others(nouns)]);
}

/** All but the last are each one of theirs. */
function others(nouns: string[]): string[] {
  return nouns.map((noun, index) => (index < nouns.length - 1 ? singular(noun) : noun));
}

/** Nest's `WalletsController_get`, or `…_get[0]` where a handler has several paths. */
function handlerOf({ operationId = '' }: Operation): string {
  return operationId.split('_').at(-1) as string;
}

function isParameter(word: string | undefined): boolean {
  return word?.startsWith('{') ?? false;
}

function singular(noun: string): string {
  return noun.replace(/ies$/, 'y').replace(/([^s])s$/, '$1');
}

function camel(words: string[]): string {
  const [first = '', ...rest] = words.flatMap((word) => word.split('-'));
  return [first, ...rest.map((word) => word.charAt(0).toUpperCase() + word.slice(1))].join('');
}
