import type { FilterQuery } from '@mikro-orm/core';
import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { filterConditions, type FilterFields, sortOrder } from '../http/filters.js';
import type { Columns } from '../ledger/wallet-state.js';
import { Wallet } from '../ledger/wallet.entity.js';
import { formatDecimal } from '../shared/decimal.js';
import { invalidField, notFound } from '../shared/errors.js';
import { type Scope, scopeOf } from '../shared/scope.js';
import { Expansions } from './expansions.js';
import { renderTransaction } from './render-transaction.js';
import { Transaction } from './transaction.entity.js';
import type { TransactionDto, TransactionSearchDto } from './transactions.dto.js';

const FIELDS: FilterFields = {
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

type Search = Omit<TransactionSearchDto, 'id' | 'filters' | 'sort' | 'expand'> &
  Partial<Pick<TransactionSearchDto, 'id' | 'filters' | 'sort' | 'expand'>>;

/** Transactions of one wallet or of all: entries, and the pending credits among them. */
@Injectable()
export class TransactionsService {
  constructor(
    private readonly em: EntityManager,
    private readonly expansions: Expansions,
  ) {}

  async ofWallet(scope: Scope, walletId: string, search: Search): Promise<{ items: TransactionDto[]; total: number }> {
    const known = await this.em.fork().count(Wallet, { id: walletId, ...scopeOf(scope) });
    if (known === 0) throw notFound('wallet', { wallet_id: walletId });
    return this.search(scope, { ...search, id: walletId });
  }

  async search(scope: Scope, search: Search): Promise<{ items: TransactionDto[]; total: number }> {
    const where = { ...scopeOf(scope), ...conditionsOf(search) } as FilterQuery<Transaction>;
    const orderBy = sortOrder(search.sort, FIELDS, search.order);
    const { limit, offset } = search;
    const em = this.em.fork();
    const found = await em.find(Transaction, where, { limit, offset, orderBy });
    const isWholeList = offset === 0 && found.length < limit;
    const total = isWholeList ? found.length : await em.count(Transaction, where);
    const items = found.map((transaction) => renderTransaction(transaction as unknown as Columns<Transaction>));
    await this.expansions.fillIn(scope, items, search.expand ?? [], (item) => item.wallet_id);
    return { items, total };
  }
}

function conditionsOf(search: Search): object {
  if (search.reference_type && !search.reference_id)
    throw invalidField('reference_id', 'is required with reference_type');
  if (search.start_time && search.end_time && search.end_time < search.start_time) {
    throw invalidField('end_time', 'must not be before start_time');
  }
  const between = (from: Date | null | undefined, to: Date | null | undefined) => ({
    ...(from ? { $gte: from } : {}),
    ...(to ? { $lte: to } : {}),
  });
  const created = between(search.start_time, search.end_time);
  const expires = between(search.expiry_date_after, search.expiry_date_before);
  return {
    ...(search.id ? { walletId: search.id } : {}),
    // Nothing is ever archived or deleted here: whoever asks for that gets none.
    ...(search.status && search.status !== 'published' ? { id: { $in: [] } } : {}),
    ...(search.type ? { type: search.type } : {}),
    ...(search.transaction_status ? { transactionStatus: search.transaction_status } : {}),
    ...(search.transaction_reason ? { reason: search.transaction_reason } : {}),
    ...(search.reference_type ? { referenceType: search.reference_type, referenceId: search.reference_id } : {}),
    ...(search.priority == null ? {} : { priority: search.priority }),
    ...(search.credits_available_gt ? { creditsAvailable: { $gt: formatDecimal(search.credits_available_gt) } } : {}),
    ...(Object.keys(created).length > 0 ? { createdAt: created } : {}),
    ...(Object.keys(expires).length > 0 ? { expiresAt: expires } : {}),
    $and: filterConditions(search.filters, FIELDS),
  };
}
