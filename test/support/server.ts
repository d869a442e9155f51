import { rmSync } from 'node:fs';
import { compileService } from './compile-service.js';
import { findNodes } from './cluster.js';
import { dropTemplate, migrateTemplate } from './database.js';
import { pgliteTemplateFolder } from './pglite-template.js';
import { type PostgresServer, startPostgres } from './postgres-server.js';

let server: PostgresServer | undefined;

/** Starts PostgreSQL once for the whole run, unless TEST_DATABASE_URL names one, and migrates the template database. */
export async function startServer(): Promise<void> {
  const given = process.env['TEST_DATABASE_URL'];
  server = given ? undefined : await startPostgres();
  process.env['REFILL_TEST_SERVER_URL'] = given ?? server?.url;
  process.env['REFILL_TEST_NODES'] = given ? (await findNodes(given)).join(' ') : server?.url;
  // Of this run alone: others may use the same server at the same time.
  process.env['REFILL_TEST_TEMPLATE'] = `refill_template_${process.pid}`;
  try {
    const [service] = await Promise.all([compileService(), migrateTemplate()]);
    process.env['REFILL_TEST_SERVICE'] = service;
  } catch (error) {
    await stopServer();
    throw error;
  }
}

export async function stopServer(): Promise<void> {
  const compiled = process.env['REFILL_TEST_SERVICE'];
  if (compiled) rmSync(compiled, { recursive: true, force: true });
  rmSync(pgliteTemplateFolder(), { recursive: true, force: true });
  if (server) server.stop();
  else await dropTemplate();
}
