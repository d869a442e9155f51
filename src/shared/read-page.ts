import type { EntityManager } from '@mikro-orm/postgresql';
import { type RawBuilder, sql } from 'kysely';
import { isKnownDistributed } from './distribution.js';
import { searchRows } from './prepared-reads.js';
import type { SqlTable } from './sql-table.js';

/** Which rows of a table `t`, in which order. */
export interface PageChoice {
  /** SELECT of one row where there is something to look at, of none where whoever asks must not learn of it. */
  known?: RawBuilder<unknown>;
  where: RawBuilder<unknown>;
  /** Ends with what tells any two rows apart. */
  order: RawBuilder<unknown>;
  limit: number;
  offset: number;
  /** More columns of a row `t`, by name. */
  beside?: Readonly<Record<string, string>>;
  /** False where what is asked for makes many texts, of which each connection would keep a plan. */
  isPrepared?: boolean;
}

interface RecordPage<Row, Beside> {
  rows: (Row & Beside)[];
  total: number;
}

const ALL = sql`select 1`;

/**
 * A page of an entity's records with how many there are in all, by one statement. A first page that is not full has said
 * how many.
 * @returns undefined where `known` finds nothing
 */
export async function readPage<Row extends object, Beside extends object = object>(
  em: EntityManager,
  table: SqlTable<Row>,
  choice: PageChoice,
): Promise<RecordPage<Row, Beside> | undefined> {
  if (isKnownDistributed(em)) return readSpread(em, table, choice);
  const { known = ALL, where, order, limit, offset, beside = {}, isPrepared = true } = choice;
  const name = sql.raw(`"${table.name}" t`);
  const query = sql`with page as materialized (
      select t.* from ${name} where ${where} order by ${order} limit ${limit}::int offset ${offset}::int),
    head as materialized (select (select count(*)::int from page) as page_length from (${known}) known)
    select head.page_length as "page.length", case when ${offset}::int > 0 or head.page_length = ${limit}::int
      then (select count(*)::int from ${name} where ${where}) end as "page.total", ${columnsOf(table, beside)}
    from head left join page t on true order by ${order}`;
  const rows = await searchRows<Record<string, unknown>>(em, query, { isPrepared });
  const [head] = rows as { 'page.length': number; 'page.total': number | null }[];
  if (!head) return undefined;
  const length = head['page.length'];
  return { rows: recordsOf<Row, Beside>(table, beside, rows.slice(0, length)), total: head['page.total'] ?? length };
}

/** The same in several statements: each worker sorts what it has, and looks up nothing of a page that was gathered before. */
async function readSpread<Row extends object, Beside extends object>(
  em: EntityManager,
  table: SqlTable<Row>,
  { known, where, order, limit, offset, beside = {}, isPrepared = true }: PageChoice,
): Promise<RecordPage<Row, Beside> | undefined> {
  const name = sql.raw(`"${table.name}" t`);
  if (known && (await searchRows(em, known, { isPrepared })).length === 0) return undefined;
  const page = sql`select ${columnsOf(table, beside)} from ${name} where ${where} order by ${order}
    limit ${limit}::int offset ${offset}::int`;
  const rows = recordsOf<Row, Beside>(table, beside, await searchRows(em, page, { isPrepared }));
  if (offset === 0 && rows.length < limit) return { rows, total: rows.length };
  const count = sql`select count(*)::int as total from ${name} where ${where}`;
  const [counted] = await searchRows<{ total: number }>(em, count, { isPrepared });
  return { rows, total: counted?.total ?? 0 };
}

function columnsOf<Row extends object>(table: SqlTable<Row>, beside: PageChoice['beside'] = {}): RawBuilder<unknown> {
  const more = Object.entries(beside).map(([column, expression]) => `, ${expression} as ${column}`);
  return sql.raw(table.select('t') + more.join(''));
}

function recordsOf<Row extends object, Beside extends object>(
  table: SqlTable<Row>,
  beside: Readonly<Record<string, string>>,
  rows: Record<string, unknown>[],
): (Row & Beside)[] {
  const names = Object.keys(beside);
  return rows.map((row) => ({
    ...table.fromRow(row),
    ...(Object.fromEntries(names.map((column) => [column, row[column]])) as Beside),
  }));
}
