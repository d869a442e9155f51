import type { Pool, PoolConfig } from 'pg';
import { ConnectionLane } from './connection-lane.js';
import type { LaneUse } from './shared/lane-use.js';
import { currentTurn, type Lane } from './shared/turn.js';

/** A search that takes longer is given up: there is one that is narrower. */
const SEARCH_TIMEOUT_MS = 3000;

/** PostgreSQL would give one search all its cores. */
const ON_ONE_CORE = '-c max_parallel_workers_per_gather=0';

/**
 * What is prepared is planned once, for whatever values. Left alone, PostgreSQL guesses of a page that a parameter limits that it
 * is a tenth of the list, finds that too dear, and plans the statement anew each time: three times the work of the page itself.
 * With such guesses it would compile plans, too.
 */
const PLANNED_ONCE = '-c plan_cache_mode=force_generic_plan -c jit=off';

/**
 * How many of so many connections each lane has. The writer has one for each group that it commits at once. What
 * has none of its own shares those of the rest, of which there are two at least: migrating takes two. Searches have fewer
 * than the rest: each may keep a core of the database busy. The rest has many, because a statement keeps its connection for
 * a turn of the event loop at least, however short it is.
 * @param pieces of a distributed database, each with a group of its own: then the writer has half of what is left, too
 */
export function placesOf(connections: number, pieces = 0): Record<Lane, number> {
  const alone = connections > 12 ? 2 : connections > 2 ? 1 : 0;
  const health = connections > 3 ? 1 : 0;
  const searches = connections > 4 ? Math.floor((connections - 1) / 4) : 0;
  const left = connections - alone - health - searches;
  const ledger = alone === 0 ? 0 : alone + Math.min(pieces, Math.floor(left / 2));
  return { ledger, health, searches, rest: connections - ledger - health - searches };
}

/**
 * Makes of a pool one for each lane, behind the one that MikroORM and Kysely know: for what searches or anybody's
 * requests hold, the ledger and the readiness check never wait. In a lane tenants take turns.
 * @param prepare what is done to each pool before anybody uses it
 * @param use is told how to read what is in use
 */
export function keepLanesApart(pool: Pool, waitMs: number, prepare: (pool: Pool) => void, use: LaneUse): void {
  const connections = pool.options.max;
  const places = placesOf(connections);
  const others: Pool[] = [];
  const rest = new ConnectionLane(pool, places.rest, waitMs);
  const laneOf = (lane: Lane, options: PoolConfig = {}): ConnectionLane => {
    if (places[lane] === 0) return rest;
    const other = poolLike(pool, { ...options, max: places[lane] });
    others.push(other);
    return new ConnectionLane(other, places[lane], waitMs);
  };
  const lanes: Record<Lane, ConnectionLane> = {
    ledger: laneOf('ledger'),
    health: laneOf('health'),
    searches: laneOf('searches', {
      statement_timeout: SEARCH_TIMEOUT_MS,
      options: withOptions(pool, ON_ONE_CORE, PLANNED_ONCE),
    }),
    rest,
  };
  // Of lanes that share their connections only one is read.
  const own = Object.entries(lanes).filter(([name, lane]) => name === 'rest' || lane !== rest);
  use.read = () => Object.fromEntries(own.map(([name, lane]) => [name, lane.figures]));
  use.shareFor = (pieces) => {
    const shares = placesOf(connections, pieces);
    if (lanes.ledger !== rest) lanes.ledger.resize(shares.ledger);
    rest.resize(shares.rest);
    // A cluster refuses a plan for whatever values, and plans each statement anyway.
    if (pieces > 0 && lanes.searches !== rest) lanes.searches.begin(withOptions(pool, ON_ONE_CORE));
  };
  others.forEach(survive);
  [pool, ...others].forEach(prepare);
  const end = pool.end.bind(pool);
  Object.assign(pool, {
    connect: () => lanes[currentTurn().lane].connect(currentTurn().party),
    end: async () => void (await Promise.all([end(), ...others.map((other) => other.end())])),
  });
}

/** What the operator has set in the connection's address stays. */
function withOptions({ options }: Pool, ...more: string[]): string {
  return [options.options ?? [], ...more].flat().join(' ');
}

/** The driver's own class with the driver's own options; a spread does not find the password among them. */
function poolLike(pool: Pool, options: PoolConfig): Pool {
  const PoolOfDriver = pool.constructor as new (config: PoolConfig) => Pool;
  return new PoolOfDriver({ ...pool.options, password: pool.options.password, ...options });
}

/** As MikroORM does for its own: a connection that the server drops must not take the process along. */
function survive(pool: Pool): void {
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
}
