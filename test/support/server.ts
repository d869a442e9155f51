import { migrateTemplate } from './database.js';
import { type PostgresServer, startPostgres } from './postgres-server.js';

let server: PostgresServer | undefined;

/** Starts PostgreSQL once for the whole run, unless TEST_DATABASE_URL names one, and migrates the template database. */
export async function startServer(): Promise<void> {
  const given = process.env['TEST_DATABASE_URL'];
  server = given ? undefined : await startPostgres();
  process.env['REFILL_TEST_SERVER_URL'] = given ?? server?.url;
  try {
    await migrateTemplate();
  } catch (error) {
    stopServer();
    throw error;
  }
}

export function stopServer(): void {
  server?.stop();
}
