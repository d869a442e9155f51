import { MikroORM } from '@mikro-orm/core';
import { Migrator } from '@mikro-orm/migrations';
import { EntityManager } from '@mikro-orm/postgresql';
import { ConfigError } from '../config.js';
const OLDEST_VERSION = 150_000;
/** Any number that is ours: it keeps two starting processes from migrating at once. */
const MIGRATION_LOCK = 7_346_551;
/** How long one process waits for another to finish migrating. */
const MIGRATION_WAIT = '300s';
/**
 * Checks that the database keeps what it acknowledges, and brings its schema up to date.
 * @throws ConfigError when it cannot be reached, is too old, or would lose commits in a crash
 */
export async function prepareDatabase(app, config) {
    const em = app.get(EntityManager).fork();
    const migrator = new Migrator(app.get(MikroORM).em);
    if (!config.databaseUrl) {
        await migrator.up();
        return;
    }
    await checkServer(em, config);
    await em.transactional(async (holder) => {
        await holder.execute(`set local lock_timeout = '${MIGRATION_WAIT}'; set local statement_timeout = '${MIGRATION_WAIT}'`);
        await holder.execute(`select pg_advisory_xact_lock(${MIGRATION_LOCK})`);
        await migrator.up();
    });
}
async function checkServer(em, config) {
    const server = await readServer(em);
    if (server.version < OLDEST_VERSION)
        throw new ConfigError('DATABASE_URL must be PostgreSQL 15 or later');
    if (config.allowUnsafeDatabase)
        return;
    for (const setting of ['fsync', 'synchronous_commit']) {
        if (server[setting] !== 'off')
            continue;
        throw new ConfigError(`DATABASE_URL is a server with ${setting} off, which loses acknowledged debits in a crash: switch it on, or set ALLOW_UNSAFE_DATABASE=true`);
    }
}
async function readServer(em) {
    try {
        const [server] = await em.execute(`select current_setting('server_version_num')::int as version, current_setting('fsync') as fsync,
              current_setting('synchronous_commit') as synchronous_commit`);
        if (server)
            return server;
    }
    catch (error) {
        throw new ConfigError(`DATABASE_URL cannot be reached: ${reasonOf(error)}`);
    }
    throw new ConfigError('DATABASE_URL does not answer like PostgreSQL');
}
/** The driver's own sentence; it never holds the URL. A host with several addresses gives several errors and no message. */
function reasonOf(error) {
    const cause = error instanceof AggregateError ? error.errors[0] : error;
    const { message, code } = cause;
    return (message || code || 'no answer').split('\n')[0];
}
//# sourceMappingURL=prepare-database.js.map