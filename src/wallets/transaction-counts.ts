import type { FilterQuery } from '@mikro-orm/core';
import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { BalanceHistoryService } from '../ledger/balance-history.service.js';
import { Entry } from '../ledger/entry.entity.js';
import { PendingCredit } from '../ledger/pending-credit.entity.js';
import { type Scope, scopeOf } from '../shared/scope.js';
import type { TransactionSearch } from './transactions.dto.js';
import { Clock } from '../shared/clock.js';
import { inWallet } from '../shared/shard.js';
import { Transaction, transactionsAsOf } from './transaction.entity.js';

/** What may be there on a list that chooses by wallet and time alone. */
const NOT_FILTERS = ['id', 'limit', 'offset', 'order', 'sort', 'expand', 'start_time', 'end_time', 'at', 'status'];

/**
 * How many transactions there are. A count reads all that it counts, which for a wallet of 1,000,000 takes a hundred
 * times as long as the page; entries are numbered without gaps, so their number is a difference of two.
 */
@Injectable()
export class TransactionCounts {
  constructor(
    private readonly em: EntityManager,
    private readonly history: BalanceHistoryService,
    private readonly clock: Clock,
  ) {}

  async count(scope: Scope, search: TransactionSearch, where: FilterQuery<Transaction>): Promise<number> {
    const em = transactionsAsOf(this.em.fork(), this.clock.now());
    const choice = choiceOf(search);
    const isOfAllTime = !search.start_time && !search.end_time;
    if (choice === 'some' || (!search.id && !isOfAllTime)) return em.count(Transaction, where);
    const entries = search.id ? await this.#entriesOf(search.id, search) : await this.#allEntries(scope);
    if (choice === 'all') return entries + (await this.#pending(scope, search));
    return entries - (await this.#credits(scope, search));
  }

  /** Credits among the entries: so few beside the debits that counting them is the way to count those. */
  async #credits(scope: Scope, { id, start_time, end_time, at }: TransactionSearch): Promise<number> {
    const from = start_time ? [{ createdAt: { $gte: start_time } }] : [];
    const to = [end_time, at].flatMap((end) => (end ? [{ createdAt: { $lte: end } }] : []));
    return this.em.fork().count(Entry, {
      ...(id ? inWallet(id) : scopeOf(scope)),
      type: 'credit',
      $and: [{ reason: { $ne: 'MANUAL_BALANCE_DEBIT' } }, ...from, ...to],
    });
  }

  async #pending(scope: Scope, { id, start_time, end_time, at }: TransactionSearch): Promise<number> {
    const created = { ...(start_time ? { $gte: start_time } : {}), ...(end_time ? { $lte: end_time } : {}) };
    return this.em.fork().count(PendingCredit, {
      ...(id ? inWallet(id) : scopeOf(scope)),
      $and: [
        ...(start_time || end_time ? [{ createdAt: created }] : []),
        at
          ? { createdAt: { $lte: at }, $or: [{ pendingStatus: { $ne: 'completed' } }, { updatedAt: { $gt: at } }] }
          : { pendingStatus: { $ne: 'completed' } },
      ],
    });
  }

  async #entriesOf(walletId: string, { start_time, end_time, at }: TransactionSearch): Promise<number> {
    const last = end_time && at ? (end_time < at ? end_time : at) : (end_time ?? at);
    const [before, upTo] = await Promise.all([
      start_time ? this.history.lastSequence(walletId, start_time, '<') : 0,
      this.history.lastSequence(walletId, last ?? undefined, '<='),
    ]);
    return Math.max(0, upTo - before);
  }

  async #allEntries(scope: Scope): Promise<number> {
    const [row] = await this.em
      .fork()
      .execute<{ total: string }[]>(
        'select coalesce(sum(sequence), 0)::text as total from wallet where tenant_id = ? and environment_id = ?',
        [scope.tenantId, scope.environmentId],
      );
    return Number(row?.total ?? 0);
  }
}

function choiceOf(search: TransactionSearch): 'all' | 'debits' | 'some' {
  const filters = Object.entries(search).filter(
    ([name, value]) => value != null && !(Array.isArray(value) && value.length === 0) && !NOT_FILTERS.includes(name),
  );
  if (filters.length === 0) return 'all';
  return filters.length === 1 && search.type === 'debit' ? 'debits' : 'some';
}
