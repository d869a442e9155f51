import type { Pool, PoolClient } from 'pg';
import { currentSight } from './sight.js';

/** The role that sees what its connection says and nothing else; it owns no table and passes no policy by. */
export const APP_ROLE = 'refill_app';

/**
 * Takes on the role of the work: the one that is walled in, where this login may (a server on which it could not be made
 * has none), or the login's own for whoever changes tables.
 */
const TAKE_ROLE = `select set_config('role', case when $1::boolean then 'none' else coalesce((
    select rolname::text from pg_roles where rolname = '${APP_ROLE}' and pg_has_role(session_user, oid, 'member')), 'none') end, false),
  set_config('refill.scope', $2, false)`;
const TELL_ROWS = `select set_config('refill.scope', $1, false)`;

type Query = (text: unknown, ...rest: unknown[]) => unknown;
/** Sends one statement; answered once it has run. */
type Send = (sql: string, parameters: unknown[]) => Promise<unknown>;

/** What the server was told last over one connection, and so need not be told again. */
export class ToldSight {
  #rows = '';
  #isOwner: boolean | undefined;

  constructor(private readonly send: Send) {}

  /** A connection that nobody uses yet: it has its role, and sees nothing. */
  async begin(): Promise<void> {
    await this.send(TAKE_ROLE, [false, '']);
    this.#isOwner = false;
  }

  /** Tells what the work that is under way may see; undefined where that is known there already. */
  tell(): Promise<unknown> | undefined {
    const { rows, isOwner } = currentSight();
    if (rows === this.#rows && isOwner === this.#isOwner) return undefined;
    const told = isOwner === this.#isOwner ? this.send(TELL_ROWS, [rows]) : this.send(TAKE_ROLE, [isOwner, rows]);
    this.#rows = rows;
    this.#isOwner = isOwner;
    return told.catch((error: unknown) => {
      this.#isOwner = undefined;
      throw error;
    });
  }
}

/** As the pool has it: a connection is handed out when this has resolved. Its published type says that it returns nothing. */
interface AwaitedOptions {
  onConnect?: (client: PoolClient) => Promise<void>;
}

/** The pool's connections see what the work that uses them sees. */
export function scopeConnections(pool: Pool): void {
  (pool.options as AwaitedOptions).onConnect = async (client) => {
    const query = client.query.bind(client) as unknown as Query;
    const told = new ToldSight((sql, parameters) => query(sql, parameters) as Promise<unknown>);
    await told.begin();
    client.query = withSight(query, told) as PoolClient['query'];
  };
}

/**
 * Before the first statement of each piece of work the server is told what it sees: in the same round trip, and only if
 * that is something else than before. A transaction keeps what it began with. Should the telling fail, so does the
 * statement that came with it.
 */
function withSight(query: Query, told: ToldSight): Query {
  let isInTransaction = false;
  let telling: Promise<unknown> | undefined;
  return (text, ...rest) => {
    const isEnd = text === 'commit' || text === 'rollback';
    // Ending is always possible, also for who was refused: a connection that nothing ends is given back by nobody.
    if (!isInTransaction && !isEnd) {
      telling = told.tell();
      telling?.catch(() => undefined);
    }
    isInTransaction = !isEnd && (isInTransaction || text === 'begin');
    const answer = query(text, ...rest);
    // `begin` is sent with the statement after it, so that one waits for both.
    if (!telling || text === 'begin' || !(answer instanceof Promise)) return answer;
    const both = Promise.all([telling, answer]);
    telling = undefined;
    return both.then(([, result]) => result as unknown);
  };
}
