import type { EntityManager } from '@mikro-orm/postgresql';
import type { Clock } from '../shared/clock.js';
import type { Scope } from '../shared/scope.js';
import { toDate } from '../shared/sql-table.js';

/** Work that a column says the instant of. Two indexes carry `where`: on `due`, and on the environment and `due`. */
export interface DueWork {
  table: string;
  /** What is taken of each row. */
  columns: string;
  due: string;
  /** The predicate of both indexes. */
  where: string;
  /** What else must hold, which no index knows. */
  also?: string;
}

export interface DueSearch {
  now: Date;
  limit: number;
  /** Wallets that are left out: they failed and have their own time. */
  without?: readonly string[];
  /** How many more may be taken up of an environment; without bound by default. */
  roomOf?: (environmentId: string) => number;
  lock?: 'for update skip locked';
  /** Whether the table is distributed: rows of several workers cannot be locked, so whoever takes one asks again whether it is due. */
  isSpread?: boolean;
}

/** A wallet that something is due for. */
export interface WalletRef {
  walletId: string;
  scope: Scope;
}

export interface WalletRow {
  wallet_id: string;
  tenant_id: string;
  environment_id: string;
}

/** The query that finds the rows, to be put into a larger statement. */
interface DueRows {
  sql: string;
  parameters: unknown[];
}

/**
 * What is due, the oldest first, and where it is more than can be taken up at once of every environment an equal share:
 * one tenant's flood, of any size, delays no other. Nobody's backlog is read: whose turn it is, is looked up with one
 * probe of the index for each environment, and only while there is a backlog.
 * @returns undefined when nothing is due
 */
export async function dueRows(em: EntityManager, work: DueWork, search: DueSearch): Promise<DueRows | undefined> {
  const { now, limit, without = [], roomOf = () => limit, lock = '', isSpread = false } = search;
  const at = now.toISOString();
  const others = without.length === 0 ? '' : `and wallet_id not in (${without.map(() => '?').join(', ')})`;
  const isDue = `${work.where} and ${work.due} <= ? ${work.also ? `and ${work.also}` : ''} ${others}`;
  const parameters = [at, ...without];
  const first = await em.execute<{ environment_id: string }[]>(
    `select environment_id from ${work.table} where ${isDue} order by ${work.due} limit ${limit + 1}`,
    parameters,
  );
  if (first.length === 0) return undefined;
  const isCrowded = first.length > limit;
  const waiting = isCrowded
    ? await (isSpread ? whoWaitsAnywhere : whoWaits)(em, work, isDue, parameters)
    : [...new Set(first.map((row) => row.environment_id))];
  const share = isCrowded ? Math.ceil(limit / waiting.length) : limit;
  const turns = waiting.map((id) => [id, Math.min(share, roomOf(id))] as const).filter(([, places]) => places > 0);
  if (turns.length === 0) return undefined;
  if (isSpread) return gathered(em, work, isDue, parameters, turns);
  return {
    sql: `select d.* from (values ${turns.map(() => '(?, ?::int)').join(', ')}) as e (id, places)
      cross join lateral (
        select ${work.columns} from ${work.table} where environment_id = e.id and ${isDue}
        order by ${work.due} limit e.places ${lock}
      ) d`,
    parameters: [...turns.flat(), ...parameters],
  };
}

/** The same of a table that is distributed: read here, an environment after the other, and handed on as values. */
async function gathered(
  em: EntityManager,
  { table, columns, due }: DueWork,
  isDue: string,
  parameters: unknown[],
  turns: (readonly [id: string, places: number])[],
): Promise<DueRows | undefined> {
  const rows: Record<string, unknown>[] = [];
  for (const [id, places] of turns) {
    const sql = `select ${columns}, ${due} from ${table} where environment_id = ? and ${isDue} order by ${due} limit ${places}`;
    rows.push(...(await em.execute<Record<string, unknown>[]>(sql, [id, ...parameters])));
  }
  const [first] = rows;
  if (!first) return undefined;
  const values = rows.map((row) => `(${Object.keys(row).fill('?').join(', ')})`).join(', ');
  return {
    sql: `select * from (values ${values}) as d (${Object.keys(first).join(', ')})`,
    parameters: rows.flatMap((row) => Object.values(row)),
  };
}

/**
 * Takes rows of a distributed table for this process, for which they say their key and the instant that they were due at: of
 * several processes that have read the same the first moves it, and the others find it elsewhere.
 * @returns those that were taken
 */
export async function takeSpread<Row>(
  em: EntityManager,
  { table, due }: Pick<DueWork, 'table' | 'due'>,
  rows: readonly Record<string, unknown>[],
  until: Date,
  returning: string,
): Promise<Row[]> {
  const [first] = rows;
  if (!first) return [];
  const names = Object.keys(first);
  const values = rows.map(() => `(${names.map(() => '?').join(', ')})`).join(', ');
  return em.execute<Row[]>(
    `update ${table} set ${due} = ? where (${names.join(', ')}) in (${values}) returning ${returning}`,
    [until.toISOString(), ...rows.flatMap((row) => Object.values(row))],
  );
}

/** Asked of every worker, and all of a backlog. */
async function whoWaitsAnywhere(
  em: EntityManager,
  { table }: DueWork,
  isDue: string,
  parameters: unknown[],
): Promise<string[]> {
  const rows = await em.execute<{ id: string }[]>(
    `select distinct environment_id as id from ${table} where ${isDue}`,
    parameters,
  );
  return rows.map(({ id }) => id);
}

/** Environments with something due. The recursion jumps from one to the next in the index: rows of the same are not read. */
async function whoWaits(em: EntityManager, work: DueWork, isDue: string, parameters: unknown[]): Promise<string[]> {
  const { table, where } = work;
  const rows = await em.execute<{ id: string }[]>(
    `with recursive environments (id) as (
       (select environment_id from ${table} where ${where} order by environment_id limit 1)
       union all
       select (
         select environment_id from ${table} where ${where} and environment_id > e.id order by environment_id limit 1
       ) from environments e where e.id is not null
     )
     select e.id from environments e
     where e.id is not null and exists (select 1 from ${table} where environment_id = e.id and ${isDue})`,
    parameters,
  );
  return rows.map(({ id }) => id);
}

/**
 * The instant that claims are made by. The database's, as that of the ledger: a process whose clock is fast takes no
 * lease for ended, and looks at nothing that the ledger would find to be early.
 */
export async function claimInstant(em: EntityManager, clock: Clock): Promise<Date> {
  return clock.inTransaction(async () => {
    const [row] = await em.execute<{ now: string }[]>('select clock_timestamp()::timestamptz(3) as now');
    if (!row) throw new Error('the database has no time');
    return toDate(row.now);
  });
}

export function walletRef(row: WalletRow): WalletRef {
  return { walletId: row.wallet_id, scope: { tenantId: row.tenant_id, environmentId: row.environment_id } };
}
