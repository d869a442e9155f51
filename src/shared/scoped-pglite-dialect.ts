import { setFlagsFromString } from 'node:v8';
import type { PGlite } from '@electric-sql/pglite';
import { CompiledQuery, type DatabaseConnection, PGliteDialect, PGliteDriver } from 'kysely';
import { ToldSight } from './scoped-connections.js';

/** The embedded database with the second wall: its one connection sees what the work that has it at the moment sees. */
export class ScopedPgliteDialect extends PGliteDialect {
  readonly #folder: string;

  constructor(folder: string) {
    super({ pglite: () => open(folder) });
    this.#folder = folder;
  }

  override createDriver(): PGliteDriver {
    return new ScopedPgliteDriver({ pglite: () => open(this.#folder) });
  }
}

class ScopedPgliteDriver extends PGliteDriver {
  #told: ToldSight | undefined;

  /** Kysely lets one at a time have the connection: a statement, or a whole transaction. */
  override async acquireConnection(): Promise<DatabaseConnection> {
    const connection = await super.acquireConnection();
    this.#told ??= new ToldSight((sql, parameters) => connection.executeQuery(CompiledQuery.raw(sql, parameters)));
    try {
      await this.#told.tell();
      return connection;
    } catch (error) {
      // Thrown here, it would leave the next one waiting for a connection that nobody gives back.
      return new RefusedConnection(connection, error);
    }
  }

  override async beginTransaction(connection: Connection): Promise<void> {
    await super.beginTransaction(inner(connection));
  }

  override async commitTransaction(connection: Connection): Promise<void> {
    await super.commitTransaction(inner(connection));
  }

  override async rollbackTransaction(connection: Connection): Promise<void> {
    await super.rollbackTransaction(inner(connection));
  }
}

type Connection = Parameters<PGliteDriver['beginTransaction']>[0];

/** What whoever has not said what they see gets for a connection: its statements fail, and it is given back as any other. */
class RefusedConnection implements DatabaseConnection {
  constructor(
    readonly inner: DatabaseConnection,
    private readonly reason: unknown,
  ) {}

  async executeQuery(): Promise<never> {
    throw this.reason;
  }

  streamQuery(): AsyncIterableIterator<never> {
    throw this.reason;
  }
}

function inner(connection: Connection): Connection {
  return connection instanceof RefusedConnection ? (connection.inner as Connection) : connection;
}

const opened = new Map<string, PGlite>();

/** Whether the embedded database in that folder takes statements: known without sending one behind the work of others. */
export function isOpen(folder: string): boolean {
  const database = opened.get(folder);
  return database !== undefined && database.ready && !database.closed;
}

const asText = (text: string): string => text;

/**
 * Its own cache, in the process's memory: a start touches all of it. PostgreSQL's 128 MB are no faster here, since the files
 * are in the system's cache, too.
 */
const CACHE = ['-c', 'shared_buffers=16MB'];

/**
 * WebAssembly stays as it is compiled when it is first called. To optimize the largest functions of PostgreSQL took half a
 * gigabyte and a second of a core at each start, and made statements about single rows no faster (ADR 34).
 */
const COMPILED_ONCE = ['--no-wasm-dynamic-tiering', '--no-wasm-tier-up'];

/** Loaded when it is opened: on PostgreSQL it never is. Dates and times stay as they are, MikroORM reads them itself. */
async function open(dataDir: string): Promise<PGlite> {
  for (const flag of COMPILED_ONCE) setFlagsFromString(flag);
  const { PGlite, types } = await import('@electric-sql/pglite');
  const { DATE, TIMESTAMP, TIMESTAMPTZ, INTERVAL } = types;
  const parsers = Object.fromEntries([DATE, TIMESTAMP, TIMESTAMPTZ, INTERVAL].map((type) => [type, asText]));
  const database = await PGlite.create({ dataDir, parsers, startParams: [...PGlite.defaultStartParams, ...CACHE] });
  opened.set(dataDir, database);
  return database;
}
