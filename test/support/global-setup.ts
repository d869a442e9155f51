import { migrateTemplate } from './database.js';
import { startPostgres } from './postgres-server.js';

/** Starts PostgreSQL once for the whole run, unless TEST_DATABASE_URL names one, and migrates the template database. */
export default async function globalSetup(): Promise<void> {
  const given = process.env['TEST_DATABASE_URL'];
  if (!given) {
    const server = await startPostgres();
    process.env['REFILL_TEST_SERVER_URL'] = server.url;
    (globalThis as { refillTestServer?: { stop(): void } }).refillTestServer = server;
  } else {
    process.env['REFILL_TEST_SERVER_URL'] = given;
  }
  await migrateTemplate();
}
