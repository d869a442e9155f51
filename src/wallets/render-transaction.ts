import { formatTimestamp, formatTimestampOrNull } from '../shared/clock.js';
import { formatDecimal, multiplyByRate, ZERO } from '../shared/decimal.js';
import type { Columns } from '../shared/sql-table.js';
import { availableOfLot } from '../ledger/live-lots.js';
import type { PendingCredit } from '../ledger/pending-credit.entity.js';
import type { EntryRecord, LotRecord, WalletRecord } from '../ledger/wallet-state.js';
import type { Transaction } from './transaction.entity.js';
import type { TransactionDto } from './transactions.dto.js';

/** An entry that was booked just now, with the lot it granted if it is a credit. */
export function renderEntry(entry: EntryRecord, lot: LotRecord | undefined): TransactionDto {
  return renderTransaction({
    ...entry,
    creditAmount: entry.credits.abs(),
    transactionStatus: 'completed',
    expiresAt: lot?.expiresAt ?? null,
    priority: lot?.priority ?? null,
    creditsAvailable: lot ? availableOfLot(lot, entry.createdAt) : ZERO,
  });
}

/** A credit that waits for its invoice to be paid. */
export function renderPending(pending: PendingCredit | undefined, wallet: WalletRecord): TransactionDto {
  if (!pending) throw new Error(`no credit is pending in wallet ${wallet.id}`);
  return renderTransaction({
    id: pending.id,
    walletId: pending.walletId,
    tenantId: pending.tenantId,
    environmentId: pending.environmentId,
    customerId: pending.customerId,
    currency: wallet.currency,
    type: 'credit',
    creditAmount: pending.credits,
    balanceBefore: pending.balance,
    balanceAfter: pending.balance,
    transactionStatus: pending.pendingStatus,
    rate: wallet.topupConversionRate,
    reason: pending.reason,
    referenceType: 'EXTERNAL',
    referenceId: pending.referenceId,
    description: pending.description,
    metadata: pending.metadata,
    idempotencyKey: pending.idempotencyKey,
    parentId: null,
    expiresAt: pending.expiresAt ?? null,
    priority: pending.priority ?? null,
    creditsAvailable: ZERO,
    createdAt: pending.createdAt,
    createdBy: pending.createdBy,
  });
}

/** A transaction as the wallets API shows it: amounts without a sign, the direction is `type`. */
export function renderTransaction(
  transaction: Omit<Columns<Transaction>, 'shard' | 'sequence' | 'visibleUntil'>,
): TransactionDto {
  const isCredit = transaction.type === 'credit';
  const rate = formatDecimal(transaction.rate);
  return {
    id: transaction.id,
    wallet_id: transaction.walletId,
    customer_id: transaction.customerId,
    currency: transaction.currency,
    type: transaction.type,
    amount: formatDecimal(multiplyByRate(transaction.creditAmount, transaction.rate)),
    credit_amount: formatDecimal(transaction.creditAmount),
    credit_balance_before: formatDecimal(transaction.balanceBefore),
    credit_balance_after: formatDecimal(transaction.balanceAfter),
    transaction_status: transaction.transactionStatus,
    reference_type: transaction.referenceType,
    reference_id: transaction.referenceId,
    description: transaction.description,
    metadata: transaction.metadata,
    expiry_date: formatTimestampOrNull(transaction.expiresAt),
    credits_available: formatDecimal(transaction.creditsAvailable),
    transaction_reason: transaction.reason,
    priority: transaction.priority,
    parent_transaction_id: transaction.parentId,
    conversion_rate: isCredit ? null : rate,
    topup_conversion_rate: isCredit ? rate : null,
    // The contract's key of a termination; stored, it would be in the way of a client's own key that is the same.
    idempotency_key: transaction.reason === 'WALLET_TERMINATION' ? transaction.walletId : transaction.idempotencyKey,
    environment_id: transaction.environmentId,
    tenant_id: transaction.tenantId,
    status: 'published',
    created_at: formatTimestamp(transaction.createdAt),
    updated_at: formatTimestamp(transaction.createdAt),
    created_by: transaction.createdBy,
    updated_by: transaction.createdBy,
    customer: null,
    created_by_user: null,
    wallet: null,
  };
}
