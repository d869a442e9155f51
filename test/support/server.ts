import { rmSync } from 'node:fs';
import { compileService } from './compile-service.js';
import { findNodes } from './cluster.js';
import { dropTemplate, migrateTemplate } from './database.js';
import { type PostgresServer, startPostgres } from './postgres-server.js';
import { RunFolder } from './run-folder.js';

/** Its log of changes goes round in less room: it may be in memory. */
const IN_LITTLE_ROOM = ['max_wal_size=256MB'];

let folder: RunFolder | undefined;
let server: PostgresServer | undefined;

/** Starts PostgreSQL once for the whole run, unless TEST_DATABASE_URL names one, and migrates the template database. */
export async function startServer(): Promise<void> {
  folder = new RunFolder();
  const given = process.env['TEST_DATABASE_URL'];
  server = given ? undefined : await startPostgres(IN_LITTLE_ROOM);
  // Also when the tests are interrupted; after the server, whose files say how it is stopped.
  process.once('exit', () => folder?.remove());
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
  if (server) server.stop();
  else await dropTemplate();
  folder?.remove();
}
