import type { FilterQuery } from '@mikro-orm/core';
import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { filterConditions, type FilterFields, sortOrder } from '../http/filters.js';
import { BalanceHistoryService } from '../ledger/balance-history.service.js';
import { columnsOf } from '../shared/sql-table.js';
import { Wallet } from '../ledger/wallet.entity.js';
import { formatDecimal, ZERO } from '../shared/decimal.js';
import { invalidField, notFound } from '../shared/errors.js';
import { type Scope, scopeOf } from '../shared/scope.js';
import { Clock } from '../shared/clock.js';
import { inWallet, walletKey } from '../shared/shard.js';
import { Expansions } from './expansions.js';
import { renderTransaction } from './render-transaction.js';
import { TransactionCounts } from './transaction-counts.js';
import { Transaction, transactionsAsOf } from './transaction.entity.js';
import type { TransactionDto, TransactionSearch } from './transactions.dto.js';

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

interface Page {
  items: TransactionDto[];
  total: number;
}

/** Transactions of one wallet or of all: entries, and the pending credits among them. */
@Injectable()
export class TransactionsService {
  constructor(
    private readonly em: EntityManager,
    private readonly expansions: Expansions,
    private readonly history: BalanceHistoryService,
    private readonly counts: TransactionCounts,
    private readonly clock: Clock,
  ) {}

  async ofWallet(scope: Scope, walletId: string, search: TransactionSearch): Promise<Page> {
    if (!(await this.#isKnown(scope, walletId))) throw notFound('wallet', { wallet_id: walletId });
    const { at } = search;
    if (!at) return this.#find(scope, { ...search, id: walletId });
    if (at > this.clock.now()) throw invalidField('at', 'must not be in the future');
    if (search.credits_available_gt) throw invalidField('credits_available_gt', 'can not be combined with at');
    const page = await this.#find(scope, { ...search, id: walletId });
    await this.#rewind(walletId, page.items, at);
    return page;
  }

  async search(scope: Scope, search: TransactionSearch): Promise<Page> {
    if (!search.id || (await this.#isKnown(scope, search.id))) return this.#find(scope, search);
    // Refused like any other, although there would be nothing to find.
    conditionsOf(search);
    sortOrder(search.sort, FIELDS, search.order);
    return { items: [], total: 0 };
  }

  async #isKnown(scope: Scope, walletId: string): Promise<boolean> {
    return (await this.em.fork().count(Wallet, { ...walletKey(walletId), ...scopeOf(scope) })) > 0;
  }

  /** @param search of a wallet only if that is known to be the scope's */
  async #find(scope: Scope, search: TransactionSearch): Promise<Page> {
    // A known wallet says it all: more conditions only lead to worse plans.
    const where = { ...(search.id ? {} : scopeOf(scope)), ...conditionsOf(search) } as FilterQuery<Transaction>;
    // Nothing is ever archived or deleted here: whoever asks for that gets none.
    if (search.status && search.status !== 'published') return { items: [], total: 0 };
    const orderBy = sortOrder(search.sort, FIELDS, search.order);
    const { limit, offset } = search;
    const em = transactionsAsOf(this.em.fork(), this.clock.now());
    const found = await em.find(Transaction, where, { limit, offset, orderBy });
    const isWholeList = offset === 0 && found.length < limit;
    const total = isWholeList ? found.length : await this.counts.count(scope, search, where);
    const items = found.map((transaction) => renderTransaction(columnsOf<Transaction>(transaction)));
    await this.expansions.fillIn(scope, items, search.expand ?? [], (item) => item.wallet_id);
    return { items, total };
  }

  /** Lets credits show what they had left at the instant. */
  async #rewind(walletId: string, items: TransactionDto[], at: Date): Promise<void> {
    const sequence = await this.history.lastSequence(walletId, at);
    const credits = items.filter(({ type }) => type === 'credit');
    const ids = credits.map(({ id }) => id);
    const remaining = await this.history.liveAfter(walletId, sequence, at, ids);
    for (const item of credits) item.credits_available = formatDecimal(remaining.get(item.id) ?? ZERO);
  }
}

function conditionsOf(search: TransactionSearch): object {
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
      ...filterConditions(search.filters, FIELDS),
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
