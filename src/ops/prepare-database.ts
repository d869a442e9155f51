import { MikroORM } from '@mikro-orm/core';
import { Migrator } from '@mikro-orm/migrations';
import { EntityManager, PostgreSqlDriver } from '@mikro-orm/postgresql';
import { type INestApplicationContext, Logger } from '@nestjs/common';
import { type Config, ConfigError } from '../config.js';
import { placeOf } from '../shared/database-address.js';
import { Distribution } from '../shared/distribution.js';
import { LaneUse } from '../shared/lane-use.js';
import { asOwner, withinEveryScope } from '../shared/sight.js';
import { sqlStateOf } from '../shared/sql-state.js';
import { refuseLeftTables } from './distribute.js';
import { letAppIn, unwalledRole } from './let-app-in.js';
import { readSchemaState, refuseNewerSchema, signSchema } from './schema-state.js';

const OLDEST_VERSION = 150_000;
/** Any number that is ours: it keeps two starting processes from migrating at once. */
const MIGRATION_LOCK = 7_346_551;
/** How long one process waits for another to finish migrating. */
const MIGRATION_WAIT = '300s';
const NO_SUCH_DATABASE = '3D000';

/** A database of a server: the variable that names it, for whoever has to correct it, and its address. */
interface Named {
  variable: 'DATABASE_URL' | 'DATABASE_MIGRATION_URL';
  url: string;
}

/**
 * Checks that the database is there, keeps what it acknowledges and is of no newer release, brings its schema up to date,
 * and lets the service's role in. Databases are never made (ADR 31).
 * @throws ConfigError when it cannot be reached, is too old, is of a newer release, would lose commits in a crash, or is
 * distributed in part
 */
export async function prepareDatabase(app: INestApplicationContext, config: Config): Promise<void> {
  const em = app.get(EntityManager);
  const server = await checkConnection(app, config);
  const { databaseMigrationUrl: ownersUrl } = config;
  if (server && ownersUrl) {
    await withOwner(em, ownersUrl, async (owner) => {
      const named = { variable: 'DATABASE_MIGRATION_URL', url: ownersUrl } as const;
      const { database } = await readServer(owner.fork(), named);
      if (database !== server.database)
        throw new ConfigError(`${named.variable} is another database than DATABASE_URL`);
      await migrate(owner, config);
    });
  } else {
    await asOwner(() => migrate(em, config));
  }
  await withinEveryScope(() => checkWall(em.fork()));
  const distribution = app.get(Distribution);
  await withinEveryScope(async () => {
    await distribution.read(em.fork());
    if (distribution.isDistributed) await refuseLeftTables(em.fork());
  });
  app.get(LaneUse).shareFor(distribution.pieces);
}

/**
 * Whether DATABASE_URL answers, and may be used. Nothing to be asked where the database is embedded.
 * @throws ConfigError
 */
export async function checkConnection(app: INestApplicationContext, config: Config): Promise<Server | undefined> {
  const { databaseUrl: url } = config;
  if (!url) return undefined;
  return asOwner(() => checkServer(app.get(EntityManager).fork(), { variable: 'DATABASE_URL', url }, config));
}

/** Brings the schema up to date and lets the service's role at it. One process at a time. */
export async function migrate(em: EntityManager, config: Config): Promise<void> {
  if (!config.databaseUrl) {
    await migrateUp(em.fork(), em, config);
    await letAppIn(em.fork(), undefined);
    return;
  }
  const login = decodeURIComponent(new URL(config.databaseUrl).username);
  await em.fork().transactional(async (holder) => {
    await holder.execute(
      `set local lock_timeout = '${MIGRATION_WAIT}'; set local statement_timeout = '${MIGRATION_WAIT}'`,
    );
    await holder.execute(`select pg_advisory_xact_lock(${MIGRATION_LOCK})`);
    await migrateUp(holder, em, config);
    await letAppIn(holder, login);
  });
}

/** Nothing is written before it is known that the schema is of no newer release. */
async function migrateUp(reader: EntityManager, em: EntityManager, config: Config): Promise<void> {
  const state = await readSchemaState(reader);
  refuseNewerSchema(state, config.allowNewerSchema);
  if (state.unknown.length > 0) {
    new Logger('Refill').warn({ msg: 'the schema is of a newer release (ALLOW_NEWER_SCHEMA)', madeBy: state.madeBy });
  }
  if (state.pending.length === 0) return;
  await new Migrator(em).up();
  await signSchema(reader, state);
}

/** With a connection of the role that owns the tables, where that is another login than the service's. */
async function withOwner(
  em: EntityManager,
  clientUrl: string,
  work: (owner: EntityManager) => Promise<void>,
): Promise<void> {
  const owner = await MikroORM.init({
    driver: PostgreSqlDriver,
    clientUrl,
    entities: [],
    discovery: { warnWhenNoEntities: false },
    extensions: [Migrator],
    migrations: em.config.get('migrations'),
    logger: () => undefined,
    ensureDatabase: false,
    // Policies count for the owner, too: a migration changes the rows of all.
    driverOptions: { application_name: 'refill migrations', options: '-c refill.scope=*' },
  });
  try {
    await work(owner.em);
  } finally {
    await owner.close();
  }
}

/** The first wall stands without the second: said once, for whoever runs it to decide. */
async function checkWall(em: EntityManager): Promise<void> {
  const role = await unwalledRole(em);
  if (role === undefined) return;
  new Logger('Refill').warn({
    msg: 'row-level security is passed by: this role is above it, and may not take on refill_app (docs/running.md)',
    role,
  });
}

async function checkServer(em: EntityManager, named: Named, config: Config): Promise<Server> {
  const server = await readServer(em, named);
  if (server.version < OLDEST_VERSION) throw new ConfigError(`${named.variable} must be PostgreSQL 15 or later`);
  if (config.allowUnsafeDatabase) return server;
  for (const setting of ['fsync', 'synchronous_commit'] as const) {
    if (server[setting] !== 'off') continue;
    throw new ConfigError(
      `${named.variable} is a server with ${setting} off, which loses acknowledged debits in a crash: switch it on, or set ALLOW_UNSAFE_DATABASE=true`,
    );
  }
  return server;
}

interface Server {
  version: number;
  fsync: string;
  synchronous_commit: string;
  /** The same for two connections to one database, by whatever names they reach it. */
  database: string;
}

async function readServer(em: EntityManager, named: Named): Promise<Server> {
  try {
    const [server] = await em.execute<Server[]>(
      `select current_setting('server_version_num')::int as version, current_setting('fsync') as fsync,
              current_setting('synchronous_commit') as synchronous_commit,
              oid || ' ' || extract(epoch from pg_postmaster_start_time()) as database
       from pg_database where datname = current_database()`,
    );
    if (server) return server;
  } catch (error) {
    throw new ConfigError(reasonOf(error, named));
  }
  throw new ConfigError(`${named.variable} does not answer like PostgreSQL`);
}

function reasonOf(error: unknown, { variable, url }: Named): string {
  const { host, name } = placeOf(url);
  if (sqlStateOf(error) === NO_SUCH_DATABASE) {
    return `${variable} names the database "${name}", which ${host} does not have: correct the name, or make the database first (\`createdb ${name}\`)`;
  }
  return `${variable} cannot be reached: ${sentenceOf(error)}`;
}

/** The driver's own sentence; it never holds the URL. A host with several addresses gives several errors and no message. */
function sentenceOf(error: unknown): string {
  const cause = error instanceof AggregateError ? error.errors[0] : error;
  const { message, code } = cause as NodeJS.ErrnoException;
  return (message || code || 'no answer').split('\n')[0] as string;
}
