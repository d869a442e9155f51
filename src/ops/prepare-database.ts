import { MikroORM } from '@mikro-orm/core';
import { Migrator } from '@mikro-orm/migrations';
import { EntityManager, PostgreSqlDriver } from '@mikro-orm/postgresql';
import { type INestApplicationContext, Logger } from '@nestjs/common';
import { type Config, ConfigError } from '../config.js';
import { asOwner, withinEveryScope } from '../shared/sight.js';
import { letAppIn, unwalledRole } from './let-app-in.js';

const OLDEST_VERSION = 150_000;
/** Any number that is ours: it keeps two starting processes from migrating at once. */
const MIGRATION_LOCK = 7_346_551;
/** How long one process waits for another to finish migrating. */
const MIGRATION_WAIT = '300s';

/**
 * Checks that the database keeps what it acknowledges, brings its schema up to date, and lets the service's role in.
 * @throws ConfigError when it cannot be reached, is too old, or would lose commits in a crash
 */
export async function prepareDatabase(app: INestApplicationContext, config: Config): Promise<void> {
  const em = app.get(EntityManager);
  if (config.databaseUrl) await asOwner(() => checkServer(em.fork(), config));
  if (config.databaseMigrationUrl) await withOwner(em, config.databaseMigrationUrl, (owner) => migrate(owner, config));
  else await asOwner(() => migrate(em, config));
  await withinEveryScope(() => checkWall(em.fork()));
}

/** Brings the schema up to date and lets the service's role at it. One process at a time. */
export async function migrate(em: EntityManager, config: Config): Promise<void> {
  const migrator = new Migrator(em);
  if (!config.databaseUrl) {
    await migrator.up();
    await letAppIn(em.fork(), undefined);
    return;
  }
  const login = decodeURIComponent(new URL(config.databaseUrl).username);
  await em.fork().transactional(async (holder) => {
    await holder.execute(
      `set local lock_timeout = '${MIGRATION_WAIT}'; set local statement_timeout = '${MIGRATION_WAIT}'`,
    );
    await holder.execute(`select pg_advisory_xact_lock(${MIGRATION_LOCK})`);
    await migrator.up();
    await letAppIn(holder, login);
  });
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

async function checkServer(em: EntityManager, config: Config): Promise<void> {
  const server = await readServer(em);
  if (server.version < OLDEST_VERSION) throw new ConfigError('DATABASE_URL must be PostgreSQL 15 or later');
  if (config.allowUnsafeDatabase) return;
  for (const setting of ['fsync', 'synchronous_commit'] as const) {
    if (server[setting] !== 'off') continue;
    throw new ConfigError(
      `DATABASE_URL is a server with ${setting} off, which loses acknowledged debits in a crash: switch it on, or set ALLOW_UNSAFE_DATABASE=true`,
    );
  }
}

interface Server {
  version: number;
  fsync: string;
  synchronous_commit: string;
}

async function readServer(em: EntityManager): Promise<Server> {
  try {
    const [server] = await em.execute<Server[]>(
      `select current_setting('server_version_num')::int as version, current_setting('fsync') as fsync,
              current_setting('synchronous_commit') as synchronous_commit`,
    );
    if (server) return server;
  } catch (error) {
    throw new ConfigError(`DATABASE_URL cannot be reached: ${reasonOf(error)}`);
  }
  throw new ConfigError('DATABASE_URL does not answer like PostgreSQL');
}

/** The driver's own sentence; it never holds the URL. A host with several addresses gives several errors and no message. */
function reasonOf(error: unknown): string {
  const cause = error instanceof AggregateError ? error.errors[0] : error;
  const { message, code } = cause as NodeJS.ErrnoException;
  return (message || code || 'no answer').split('\n')[0] as string;
}
