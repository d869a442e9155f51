import { filterConditions, type FilterFields } from '../http/filters.js';
import { formatDecimal } from '../shared/decimal.js';
import { invalidField } from '../shared/errors.js';
import { inWallet } from '../shared/shard.js';
import type { TransactionSearch } from './transactions.dto.js';

/** What lists of transactions may filter and sort by. */
export const TRANSACTION_FIELDS: FilterFields = {
  id: { property: 'id', type: 'text' },
  wallet_id: { property: 'walletId', type: 'text' },
  customer_id: { property: 'customerId', type: 'text' },
  currency: { property: 'currency', type: 'text' },
  type: { property: 'type', type: 'text' },
  credit_amount: { property: 'creditAmount', type: 'decimal' },
  transaction_status: { property: 'transactionStatus', type: 'text' },
  transaction_reason: { property: 'reason', type: 'text' },
  reference_type: { property: 'referenceType', type: 'text' },
  reference_id: { property: 'referenceId', type: 'text' },
  description: { property: 'description', type: 'text' },
  idempotency_key: { property: 'idempotencyKey', type: 'text' },
  priority: { property: 'priority', type: 'integer' },
  expiry_date: { property: 'expiresAt', type: 'timestamp' },
  credits_available: { property: 'creditsAvailable', type: 'decimal' },
  created_at: { property: 'createdAt', type: 'timestamp' },
};

/**
 * What a search asks for, as conditions on transactions.
 * @throws validation
 */
export function conditionsOf(search: TransactionSearch): Record<string, unknown> {
  if (search.reference_type && !search.reference_id)
    throw invalidField('reference_id', 'is required with reference_type');
  if (search.start_time && search.end_time && search.end_time < search.start_time) {
    throw invalidField('end_time', 'must not be before start_time');
  }
  const between = (from: Date | null | undefined, to: Date | null | undefined) => ({
    ...(from ? { $gte: from } : {}),
    ...(to ? { $lte: to } : {}),
  });
  const created = between(search.start_time, earlier(search.end_time, search.at));
  const expires = between(search.expiry_date_after, search.expiry_date_before);
  return {
    ...(search.id ? inWallet(search.id) : {}),
    ...(search.type ? { type: search.type } : {}),
    ...(search.transaction_status ? { transactionStatus: search.transaction_status } : {}),
    ...(search.transaction_reason ? { reason: search.transaction_reason } : {}),
    ...(search.reference_type ? { referenceType: search.reference_type, referenceId: search.reference_id } : {}),
    ...(search.priority == null ? {} : { priority: search.priority }),
    ...(search.credits_available_gt ? { creditsAvailable: { $gt: formatDecimal(search.credits_available_gt) } } : {}),
    ...(Object.keys(created).length > 0 ? { createdAt: created } : {}),
    ...(Object.keys(expires).length > 0 ? { expiresAt: expires } : {}),
    $and: [
      ...filterConditions(search.filters, TRANSACTION_FIELDS),
      search.at ? { $or: [{ visibleUntil: null }, { visibleUntil: { $gt: search.at } }] } : { visibleUntil: null },
      ...(isRare(search) ? [{ reason: { $ne: 'MANUAL_BALANCE_DEBIT' } }] : []),
    ],
  };
}

function earlier(a: Date | null | undefined, b: Date | null | undefined): Date | null | undefined {
  return a && b ? (a < b ? a : b) : (a ?? b);
}

/** Whether it can't be a plain debit, said in the words of the index that leaves those out. */
function isRare(search: TransactionSearch): boolean {
  return (
    search.type === 'credit' ||
    search.priority != null ||
    Boolean(search.expiry_date_before ?? search.expiry_date_after) ||
    Boolean(search.credits_available_gt?.gte(0))
  );
}
