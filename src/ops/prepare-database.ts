import { MikroORM } from '@mikro-orm/core';
import { Migrator } from '@mikro-orm/migrations';
import { EntityManager } from '@mikro-orm/postgresql';
import type { INestApplicationContext } from '@nestjs/common';
import { type Config, ConfigError } from '../config.js';

const OLDEST_VERSION = 150_000;
/** Any number that is ours: it keeps two starting processes from migrating at once. */
const MIGRATION_LOCK = 7_346_551;

/** Checks that the database keeps what it acknowledges, and brings its schema up to date. */
export async function prepareDatabase(app: INestApplicationContext, config: Config): Promise<void> {
  const em = app.get(EntityManager).fork();
  if (config.databaseUrl) await checkServer(em, config);
  const migrator = new Migrator(app.get(MikroORM).em as never);
  if (!config.databaseUrl) {
    await migrator.up();
    return;
  }
  await em.transactional(async (holder) => {
    await holder.execute(`select pg_advisory_xact_lock(${MIGRATION_LOCK})`);
    await migrator.up();
  });
}

async function checkServer(em: EntityManager, config: Config): Promise<void> {
  const [server] = await em.execute<{ version: number; fsync: string; commit: string }[]>(
    `select current_setting('server_version_num')::int as version, current_setting('fsync') as fsync,
            current_setting('synchronous_commit') as commit`,
  );
  if (!server) throw new ConfigError('DATABASE_URL does not answer like PostgreSQL');
  if (server.version < OLDEST_VERSION) throw new ConfigError('DATABASE_URL must be PostgreSQL 15 or later');
  if (config.allowUnsafeDatabase) return;
  for (const name of ['fsync', 'commit'] as const) {
    if (server[name] !== 'off') continue;
    const setting = name === 'commit' ? 'synchronous_commit' : name;
    throw new ConfigError(`DATABASE_URL has ${setting} off: acknowledged debits would be lost in a crash (ALLOW_UNSAFE_DATABASE=true overrides)`);
  }
}
