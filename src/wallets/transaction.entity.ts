import { defineEntity, type EntityManager, p } from '@mikro-orm/core';
import { availableSql } from '../ledger/live-lots.js';
import { AmountColumn, RateColumn } from '../shared/decimal-column.js';

/** Of the lot that a credit granted. Debits have none: not to look spares most of the rows a look-up. */
const ofLot = (expression: string) =>
  `case when e.type = 'credit' then (select ${expression} from lot l where l.shard = e.shard and l.wallet_id = e.wallet_id and l.id = e.id) end`;
const ofWallet = (column: string) =>
  `(select w.${column} from wallet w where w.shard = p.shard and w.id = p.wallet_id)`;

/**
 * Entries and the pending credits, as one list. A completed pending credit is an entry: what it was before then is
 * there too, visible until it was completed. Each side is one table, without a join or a condition, and columns have
 * the same types on both: only then does PostgreSQL read both in the order of their indexes and stop at the end of the
 * page (measured: otherwise the first page of a million entries sorts the million).
 */
const transactionsAt = (instant: string) => `
  select e.shard, e.id, e.wallet_id, e.tenant_id, e.environment_id, e.customer_id, e.currency, e.sequence, e.type,
    abs(e.credits) as credit_amount, e.balance_before, e.balance_after, 'completed' as transaction_status, e.rate,
    e.reason, e.reference_type, e.reference_id, e.description, e.metadata, e.idempotency_key, e.parent_id,
    ${ofLot('l.expires_at')} as expires_at, ${ofLot('l.priority')} as priority,
    coalesce(${ofLot(availableSql('l').replace('?', instant))}, 0) as credits_available, e.created_at, e.created_by,
    null::timestamptz as visible_until
  from entry e
  union all
  select p.shard, p.id, p.wallet_id, p.tenant_id, p.environment_id, p.customer_id, ${ofWallet('currency')} as currency,
    null as sequence, 'credit' as type, p.credits as credit_amount, p.balance as balance_before,
    p.balance as balance_after,
    case when p.pending_status = 'completed' then 'pending' else p.pending_status end as transaction_status,
    ${ofWallet('topup_conversion_rate')} as rate, p.reason, 'EXTERNAL' as reference_type,
    p.reference_id, p.description, p.metadata, p.idempotency_key, null as parent_id, p.expires_at, p.priority,
    0::numeric as credits_available, p.created_at, p.created_by,
    case when p.pending_status = 'completed' then p.updated_at end as visible_until
  from pending_credit p`;

const INSTANT = 'transactions';

/** What credits have available depends on when it is asked: every read of transactions says its instant. */
export function transactionsAsOf<Em extends EntityManager>(em: Em, now: Date): Em {
  em.setFilterParams(INSTANT, { now });
  return em;
}

function instantOf(em: EntityManager): string {
  const now: unknown = em.getFilterParams(INSTANT)?.['now'];
  if (!(now instanceof Date)) throw new Error('transactions are read as of an instant');
  return `timestamptz '${now.toISOString()}'`;
}

const TransactionSchema = defineEntity({
  name: 'Transaction',
  expression: (em: EntityManager) => transactionsAt(instantOf(em)),
  properties: {
    shard: p.smallint(),
    id: p.text(),
    walletId: p.text(),
    tenantId: p.text(),
    environmentId: p.text(),
    customerId: p.text(),
    currency: p.text(),
    sequence: p.integer().nullable(),
    type: p.text(),
    creditAmount: p.type(AmountColumn),
    balanceBefore: p.type(AmountColumn),
    balanceAfter: p.type(AmountColumn),
    transactionStatus: p.text(),
    rate: p.type(RateColumn),
    reason: p.text(),
    referenceType: p.text(),
    referenceId: p.text(),
    description: p.text(),
    metadata: p.json<Record<string, string>>(),
    idempotencyKey: p.text(),
    parentId: p.text().nullable(),
    expiresAt: p.datetime(3).nullable(),
    priority: p.integer().nullable(),
    creditsAvailable: p.type(AmountColumn),
    createdAt: p.datetime(3),
    createdBy: p.text(),
    /** When it became an entry, on a pending credit that has; such rows are only of interest to reads of the past. */
    visibleUntil: p.datetime(3).nullable(),
  },
});

/** A wallet transaction as the wallets API lists it. Read only. */
export class Transaction extends TransactionSchema.class {}
TransactionSchema.setClass(Transaction);
