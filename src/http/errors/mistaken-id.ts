import { DomainError } from '../../shared/errors.js';
import type { IdPrefix } from '../../shared/ids.js';

/** What ids of ours name, by their prefix. */
const NAMES: Partial<Record<string, string>> = {
  alert: 'an alert',
  cust: 'a customer',
  dispute: 'a dispute',
  endpoint: 'a webhook endpoint',
  env: 'an environment',
  hold: 'a hold',
  inv: 'an invoice',
  pay: 'a payment',
  pm: 'a payment method',
  refund: 'a refund',
  secret: 'an API key',
  sys_event: 'a webhook event',
  tenant: 'a tenant',
  topup: 'a top-up',
  user: 'a user',
  wallet: 'a wallet',
  wtxn: 'a transaction',
} satisfies Partial<Record<IdPrefix, string>>;

/** The fields of a 404's details that hold the id which was not found, and the prefix that it should have. */
const EXPECTED: Readonly<Record<string, IdPrefix>> = {
  customer_id: 'cust',
  hold_id: 'hold',
  invoice_id: 'inv',
  payment_id: 'pay',
  payment_method_id: 'pm',
  top_up_id: 'topup',
  transaction_id: 'wtxn',
  wallet_id: 'wallet',
};

/** Where what was meant is found, by field and prefix of the id that was sent for it. */
const INSTEAD: Partial<Record<string, string>> = {
  'wallet_id cust': 'GET /v1/customers/{id}/wallets lists its wallets',
  'customer_id wallet': 'GET /v1/wallets/{id} says whose it is',
};

/** The same 404, which says so where the id is that of another kind of thing. Looks at the id only: what exists, it does not tell. */
export function withMistakenId(refusal: DomainError): DomainError {
  for (const [field, id] of Object.entries(refusal.details)) {
    const expected = EXPECTED[field];
    if (expected === undefined || typeof id !== 'string') continue;
    const prefix = id.slice(0, Math.max(0, id.lastIndexOf('_')));
    const name = prefix === expected ? undefined : NAMES[prefix];
    if (name === undefined) continue;
    const instead = INSTEAD[`${field} ${prefix}`];
    const message = `${refusal.message}: this is the id of ${name}${instead ? `; ${instead}` : ''}`;
    const told = new DomainError('not_found', message, { code: refusal.code, details: refusal.details });
    told.isReplayed = refusal.isReplayed;
    return told;
  }
  return refusal;
}
