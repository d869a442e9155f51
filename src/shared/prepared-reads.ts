import type { EntityManager } from '@mikro-orm/postgresql';
import { CompiledQuery, type Kysely, type RawBuilder } from 'kysely';
import { isKnownDistributed } from './distribution.js';
import { oneOffText, preparedText } from './prepared-statements.js';
import { ofOneShard } from './shard.js';

/**
 * Reads rows with a statement of native parameters ($1, $2, ...), prepared once per connection: for the few texts of a
 * view. Whatever a client may vary without end goes through `searchRows`.
 */
export async function readRows<Row>(em: EntityManager, text: string, parameters: unknown[]): Promise<Row[]> {
  const { rows } = await clientOf(em).executeQuery<Row>(
    CompiledQuery.raw(preparedText(inOnePlace(em, text)), parameters),
  );
  return rows;
}

/**
 * Reads rows with a statement that is composed of what was asked for.
 * @param isPrepared only where there are few such texts: a connection keeps each plan as long as it lives
 */
export async function searchRows<Row>(
  em: EntityManager,
  query: RawBuilder<unknown>,
  { isPrepared }: { isPrepared: boolean },
): Promise<Row[]> {
  const client = clientOf(em);
  const { sql, parameters } = query.compile(client);
  if (isPrepared) return readRows<Row>(em, sql, [...parameters]);
  return (await client.executeQuery<Row>(CompiledQuery.raw(oneOffText(inOnePlace(em, sql)), [...parameters]))).rows;
}

function inOnePlace(em: EntityManager, sql: string): string {
  return isKnownDistributed(em) ? ofOneShard(sql) : sql;
}

function clientOf(em: EntityManager): Kysely<unknown> {
  return em.getTransactionContext<Kysely<unknown>>() ?? em.getConnection().getClient<unknown>();
}

/** A `numeric` as both APIs write it (`formatDecimal`): plain notation without trailing zeros. */
export function amountText(expression: string): string {
  return `trim_scale(${expression})::text`;
}

/** A `timestamptz` as both APIs write it (`formatTimestamp`). */
export function timestampText(expression: string): string {
  return `to_char(${expression} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
}
