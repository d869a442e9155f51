import type { Stripe } from 'stripe';
import { noSuch } from '../wire/stripe-failure.js';

type Created = Stripe.RangeQueryParam | number | undefined;
type PageParams = Stripe.PaginationParams & { created?: Created };

const DEFAULT_LIMIT = 10;

/** A page of a list, newest first, as every list of Stripe's is. @param rows oldest first, filtered already. */
export function pageOf<Row extends { id: string; created: number }>(
  rows: readonly Row[],
  url: string,
  params: PageParams,
): Stripe.ApiList<Row> {
  const newestFirst = rows.filter((row) => isIn(row.created, params.created)).toReversed();
  const limit = params.limit ?? DEFAULT_LIMIT;
  const [data, hasMore] = params.ending_before
    ? pageBefore(newestFirst, indexOf(newestFirst, params.ending_before, 'ending_before'), limit)
    : pageAfter(newestFirst, params.starting_after, limit);
  return { object: 'list', data, has_more: hasMore, url };
}

function pageAfter<Row extends { id: string }>(
  rows: Row[],
  after: string | undefined,
  limit: number,
): [Row[], boolean] {
  const from = after === undefined ? 0 : indexOf(rows, after, 'starting_after') + 1;
  return [rows.slice(from, from + limit), rows.length > from + limit];
}

function pageBefore<Row>(rows: Row[], before: number, limit: number): [Row[], boolean] {
  const from = Math.max(0, before - limit);
  return [rows.slice(from, before), from > 0];
}

function indexOf(rows: readonly { id: string }[], id: string, param: string): number {
  const index = rows.findIndex((row) => row.id === id);
  if (index < 0) throw noSuch('object', id, param);
  return index;
}

function isIn(created: number, range: Created): boolean {
  if (range === undefined) return true;
  if (typeof range === 'number') return created === range;
  const { gt, gte, lt, lte } = range;
  return !(
    (gt !== undefined && created <= gt) ||
    (gte !== undefined && created < gte) ||
    (lt !== undefined && created >= lt) ||
    (lte !== undefined && created > lte)
  );
}
