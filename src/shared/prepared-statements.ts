import { createHash } from 'node:crypto';
import type { Pool } from 'pg';

/** What statements begin with that are of a bounded number of texts, each worth planning once per connection. */
const PREPARED = '/* prepared */ ';
/** What those begin with that are one of too many texts to keep, each planned for its own values. */
const ONE_OFF = '/* one-off */ ';
const texts = new Map<string, string>();

/** A statement that is to be prepared: the same string for the same statement, so that its hash is computed once. */
export function preparedText(sql: string): string {
  const known = texts.get(sql);
  if (known) return known;
  const text = PREPARED + sql;
  texts.set(sql, text);
  return text;
}

/** A statement that is composed of what somebody asks for. */
export function oneOffText(sql: string): string {
  return ONE_OFF + sql;
}

type Query = (text: unknown, ...rest: unknown[]) => unknown;
const BEGUN = { command: 'BEGIN', rowCount: null, rows: [] };

/**
 * Makes the pool's connections prepare the statements that are marked so. Kysely and MikroORM know statements by their
 * text only, and the server would parse and plan the same few large ones again for every batch.
 */
export function prepareStatements(pool: Pool): void {
  const names = new Map<string, string>();
  const nameOf = (text: string): string => {
    const name = names.get(text) ?? createHash('sha256').update(text).digest('hex').slice(0, 32);
    names.set(text, name);
    return name;
  };
  pool.on('connect', (client) => {
    const query = client.query.bind(client) as unknown as Query;
    client.query = withLateBegin((text, ...rest) => {
      if (isPrepared(text)) return query({ name: nameOf(text), text }, ...rest);
      return isOneOff(text) ? plannedForItself(query, text, ...rest) : query(text, ...rest);
    }) as typeof client.query;
  });
}

/** In one round trip, over a connection that plans for whatever values (`connection-lanes.ts`). */
function plannedForItself(query: Query, text: string, ...rest: unknown[]): unknown {
  const set = (setting: string) => void (query(setting) as Promise<unknown>).catch(() => undefined);
  set('set plan_cache_mode = force_custom_plan');
  const answer = query(text, ...rest);
  set('reset plan_cache_mode');
  return answer;
}

/**
 * Sends `begin` with the transaction's first statement. In the ledger's transactions, which begin by reading, they
 * share a round trip; anywhere else the first statement waits, because after a `begin` that failed it would stand alone.
 */
function withLateBegin(query: Query): Query {
  let isBeginDue = false;
  return (text, ...rest) => {
    if (text === 'begin') {
      isBeginDue = true;
      return Promise.resolve(BEGUN);
    }
    if (!isBeginDue) return query(text, ...rest);
    isBeginDue = false;
    const begun = query('begin') as Promise<unknown>;
    return isPrepared(text)
      ? Promise.all([begun, query(text, ...rest)]).then(([, result]) => result)
      : begun.then(() => query(text, ...rest));
  };
}

function isPrepared(text: unknown): text is string {
  return typeof text === 'string' && text.startsWith(PREPARED);
}

function isOneOff(text: unknown): text is string {
  return typeof text === 'string' && text.startsWith(ONE_OFF);
}
