import { type RawBuilder, sql } from 'kysely';
import type { Scope } from '../shared/scope.js';
import { shardOf } from '../shared/shard.js';
import type { TransactionSearch } from './transactions.dto.js';

/** What may be there on a list that chooses by wallet and time alone. */
const NOT_FILTERS = ['id', 'limit', 'offset', 'order', 'sort', 'expand', 'start_time', 'end_time', 'at', 'status'];

type Sql = RawBuilder<unknown>;

/**
 * How many transactions there are, in a statement whose `head` knows the number of the wallet's last entry. A count
 * reads all that it counts, which for a wallet of 1,000,000 takes a hundred times as long as the page; entries are
 * numbered without gaps, so their number is a difference of two.
 * @param counted what counts them one by one
 */
export function totalSql(scope: Scope, search: TransactionSearch, counted: Sql): Sql {
  const listed = whatIsListed(search);
  const isOfAllTime = !search.start_time && !search.end_time;
  if (listed === 'some' || (!search.id && !isOfAllTime)) return counted;
  const entries = search.id ? countOf(numbersOf(search.id, search)) : allEntries(scope);
  const others = othersSql(scope, search, listed);
  return listed === 'all' ? sql`${entries} + ${others}` : sql`${entries} - ${others}`;
}

/** The numbers of a wallet's entries in a time: the last before it and the last in it; 0 for none. */
export function numbersOf(
  walletId: string,
  { start_time, end_time, at }: TransactionSearch,
): { after: Sql; upTo: Sql } {
  const lastAt = (comparison: string, instant: Date) =>
    sql`coalesce((select sequence from entry
      where ${ofWallet(walletId)} and created_at ${sql.raw(comparison)} ${instant.toISOString()}::timestamptz
      order by created_at desc, sequence desc limit 1), 0)`;
  const end = end_time && at ? (end_time < at ? end_time : at) : (end_time ?? at);
  return {
    after: start_time ? lastAt('<', start_time) : sql`0`,
    upTo: end ? lastAt('<=', end) : sql`head.last_sequence`,
  };
}

/** How a list of all of a time differs from the entries of it: by the pending credits; one of debits: by the credits. */
export function othersSql(scope: Scope, search: TransactionSearch, listed: 'all' | 'debits', and: Sql = sql``): Sql {
  const owner = ownerSql(scope, search);
  return listed === 'all' ? pendingSql(owner, search, and) : creditsSql(owner, search, and);
}

function ownerSql({ tenantId, environmentId }: Scope, { id }: TransactionSearch): Sql {
  return id ? ofWallet(id) : sql`tenant_id = ${tenantId} and environment_id = ${environmentId}`;
}

export function ofWallet(walletId: string): Sql {
  return sql`shard = ${shardOf(walletId)} and wallet_id = ${walletId}`;
}

/** Credits among the entries: so few beside the debits that counting them is the way to count those. */
function creditsSql(owner: Sql, search: TransactionSearch, and: Sql): Sql {
  return sql`(select count(*) from entry where ${owner} and type = 'credit' and reason <> 'MANUAL_BALANCE_DEBIT'
    ${since(search.start_time)} ${until(search.end_time)} ${until(search.at)} ${and})`;
}

function pendingSql(owner: Sql, { start_time, end_time, at }: TransactionSearch, and: Sql): Sql {
  const isPending = at
    ? sql`(pending_status <> 'completed' or updated_at > ${at.toISOString()}::timestamptz)`
    : sql`pending_status <> 'completed'`;
  return sql`(select count(*) from pending_credit where ${owner} and ${isPending}
    ${since(start_time)} ${until(end_time)} ${until(at)} ${and})`;
}

function countOf({ after, upTo }: { after: Sql; upTo: Sql }): Sql {
  return sql`greatest(0, ${upTo} - ${after})`;
}

function allEntries({ tenantId, environmentId }: Scope): Sql {
  return sql`(select coalesce(sum(sequence), 0) from wallet
    where tenant_id = ${tenantId} and environment_id = ${environmentId})`;
}

function since(instant: Date | null | undefined): Sql {
  return instant ? sql`and created_at >= ${instant.toISOString()}::timestamptz` : sql``;
}

function until(instant: Date | null | undefined): Sql {
  return instant ? sql`and created_at <= ${instant.toISOString()}::timestamptz` : sql``;
}

export function whatIsListed(search: TransactionSearch): 'all' | 'debits' | 'some' {
  const filters = Object.entries(search).filter(
    ([name, value]) => value != null && !(Array.isArray(value) && value.length === 0) && !NOT_FILTERS.includes(name),
  );
  if (filters.length === 0) return 'all';
  return filters.length === 1 && search.type === 'debit' ? 'debits' : 'some';
}
