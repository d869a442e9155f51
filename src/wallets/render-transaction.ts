import { formatTimestamp, formatTimestampOrNull } from '../shared/clock.js';
import { type Decimal, formatDecimal, multiplyByRate, ZERO } from '../shared/decimal.js';
import { availableOfLot } from '../ledger/live-lots.js';
import type { PendingCredit } from '../ledger/pending-credit.entity.js';
import type { EntryRecord, LotRecord, WalletRecord } from '../ledger/wallet-state.js';
import type { TransactionDto } from './transactions.dto.js';

/** An entry that was booked just now, or a credit that waits: what a transaction is made of. */
interface WrittenTransaction extends Pick<
  EntryRecord,
  | 'id'
  | 'walletId'
  | 'tenantId'
  | 'environmentId'
  | 'customerId'
  | 'currency'
  | 'type'
  | 'rate'
  | 'balanceBefore'
  | 'balanceAfter'
  | 'reason'
  | 'referenceType'
  | 'referenceId'
  | 'description'
  | 'metadata'
  | 'idempotencyKey'
  | 'parentId'
  | 'createdAt'
  | 'createdBy'
> {
  creditAmount: Decimal;
  creditsAvailable: Decimal;
  transactionStatus: string;
  expiresAt: Date | null;
  priority: number | null;
}

function renderWritten(transaction: WrittenTransaction): TransactionDto {
  return shapeTransaction(textsOf(transaction));
}

/** An entry that was booked just now, with the lot it granted if it is a credit. */
export function renderEntry(entry: EntryRecord, lot: LotRecord | undefined): TransactionDto {
  return renderWritten({
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
  return renderWritten({
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

/** A transaction whose amounts and instants are texts already, as its reader gets them; names are those of the answer. */
export interface TransactionTexts extends Pick<
  TransactionDto,
  | 'id'
  | 'wallet_id'
  | 'customer_id'
  | 'currency'
  | 'type'
  | 'amount'
  | 'credit_amount'
  | 'credit_balance_before'
  | 'credit_balance_after'
  | 'transaction_status'
  | 'reference_type'
  | 'reference_id'
  | 'description'
  | 'metadata'
  | 'expiry_date'
  | 'credits_available'
  | 'transaction_reason'
  | 'priority'
  | 'parent_transaction_id'
  | 'idempotency_key'
  | 'environment_id'
  | 'tenant_id'
  | 'created_at'
  | 'created_by'
> {
  /** Currency per credit: of buying for a credit, of spending for a debit. */
  rate: string;
}

/** A transaction as the wallets API shows it: amounts without a sign, the direction is `type`. */
export function shapeTransaction(transaction: TransactionTexts): TransactionDto {
  const isCredit = transaction.type === 'credit';
  return {
    id: transaction.id,
    wallet_id: transaction.wallet_id,
    customer_id: transaction.customer_id,
    currency: transaction.currency,
    type: transaction.type,
    amount: transaction.amount,
    credit_amount: transaction.credit_amount,
    credit_balance_before: transaction.credit_balance_before,
    credit_balance_after: transaction.credit_balance_after,
    transaction_status: transaction.transaction_status,
    reference_type: transaction.reference_type,
    reference_id: transaction.reference_id,
    description: transaction.description,
    metadata: transaction.metadata,
    expiry_date: transaction.expiry_date,
    credits_available: transaction.credits_available,
    transaction_reason: transaction.transaction_reason,
    priority: transaction.priority,
    parent_transaction_id: transaction.parent_transaction_id,
    conversion_rate: isCredit ? null : transaction.rate,
    topup_conversion_rate: isCredit ? transaction.rate : null,
    // The contract's key of a termination; stored, it would be in the way of a client's own key that is the same.
    idempotency_key:
      transaction.transaction_reason === 'WALLET_TERMINATION' ? transaction.wallet_id : transaction.idempotency_key,
    environment_id: transaction.environment_id,
    tenant_id: transaction.tenant_id,
    status: 'published',
    created_at: transaction.created_at,
    updated_at: transaction.created_at,
    created_by: transaction.created_by,
    updated_by: transaction.created_by,
    customer: null,
    created_by_user: null,
    wallet: null,
  };
}

/** What the reader's statement selects, of a transaction in memory. */
export function textsOf(transaction: WrittenTransaction): TransactionTexts {
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
    rate: formatDecimal(transaction.rate),
    reference_type: transaction.referenceType,
    reference_id: transaction.referenceId,
    description: transaction.description,
    metadata: transaction.metadata,
    expiry_date: formatTimestampOrNull(transaction.expiresAt),
    credits_available: formatDecimal(transaction.creditsAvailable),
    transaction_reason: transaction.reason,
    priority: transaction.priority,
    parent_transaction_id: transaction.parentId,
    idempotency_key: transaction.idempotencyKey,
    environment_id: transaction.environmentId,
    tenant_id: transaction.tenantId,
    created_at: formatTimestamp(transaction.createdAt),
    created_by: transaction.createdBy,
  };
}
