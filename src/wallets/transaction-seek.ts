import { type RawBuilder, sql } from 'kysely';
import type { Scope } from '../shared/scope.js';
import { numbersOf, ofWallet, othersSql, whatIsListed } from './transaction-counts.js';
import type { TransactionSearch } from './transactions.dto.js';

type Sql = RawBuilder<unknown>;

/** Fewer are walked sooner than it is looked up what is behind them. */
const WORTH_IT = 500;

/** Where a walk down a wallet's list begins, instead of at its head. */
export interface Seek {
  /** CTEs, the last of which, `place`, has one row: an instant, and how many of the list are before it. */
  place: Sql;
  /** Which transactions `t` are not before it. */
  condition: Sql;
  /** How many of those the page skips. */
  offset: Sql;
}

/**
 * Passes over what a page far down a wallet's list skips, by the numbers of the entries: they are without gaps, in the order
 * of time. The first `offset` of a list of all are at least `offset` entries less the pending credits, those of a list of
 * debits at least `offset`. At the instant of the entry with that number the list is split: how many entries are before it
 * is a difference of two numbers, and how many pending credits, or credits among them, is counted.
 * @param known SELECT of the wallet's `sequence`
 * @returns undefined where it gains nothing, or where the numbers say nothing: of a list that chooses or sorts by more
 */
export function seekPage(scope: Scope, search: TransactionSearch, known: Sql): Seek | undefined {
  const { id, offset, order } = search;
  const listed = whatIsListed(search);
  if (!id || offset < WORTH_IT || search.sort?.length || listed === 'some') return undefined;
  const isDown = order === 'desc';
  const { after, upTo } = numbersOf(id, search);
  const passed =
    listed === 'all' ? sql`greatest(0, ${offset}::int - ${othersSql(scope, search, listed)})` : sql`${offset}::bigint`;
  const number = isDown ? sql`greatest(1, up_to - ${passed})` : sql`least(last_sequence, after + 1 + ${passed})`;
  const [before, notBefore] = isDown ? ['>', '<='] : ['<', '>='];
  const othersBefore = othersSql(scope, search, listed, sql`and created_at ${sql.raw(before)} split.at`);
  const nearest = sql.raw(isDown ? 'created_at desc, sequence desc' : 'created_at, sequence');
  return {
    // Reckoned apart from where it is looked up: behind the wall between tenants nothing but a comparison goes by an index.
    place: sql`wanted as materialized (
        select after, up_to, (${number})::int as number from (
          select head.last_sequence, ${after} as after, ${upTo} as up_to
          from (select known.sequence as last_sequence from (${known}) known) head) bounds),
      place as materialized (
        select split.at, greatest(0, ${isDown ? sql`up_to - first` : sql`first - 1 - after`})
          ${sql.raw(listed === 'all' ? '+' : '-')} ${othersBefore} as skipped
        from wanted,
          lateral (select created_at as at from entry where ${ofWallet(id)} and sequence = wanted.number) split,
          lateral (select sequence as first from entry
            where ${ofWallet(id)} and created_at ${sql.raw(notBefore)} split.at order by ${nearest} limit 1) nearest)`,
    // A wallet without entries has no place, and is walked from its head. That is said inside, for the wall's sake again.
    condition: sql`t.created_at ${sql.raw(notBefore)}
      (select coalesce(max(at), ${sql.raw(isDown ? `'infinity'` : `'-infinity'`)}::timestamptz) from place)`,
    offset: sql`${offset}::int - coalesce((select skipped from place), 0)`,
  };
}
