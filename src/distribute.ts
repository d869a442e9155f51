import { parseArgs } from 'node:util';
import { MikroORM } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import { ConfigError, readConfig } from './config.js';
import { databaseOptions } from './database.js';
import { distribute } from './ops/distribute.js';
import { readSchemaState } from './ops/schema-state.js';
import { asOwner } from './shared/sight.js';

const USAGE = `npm run distribute -- [--pieces 32]
  --pieces   into how many pieces the ledger is cut, 2 to 256: at least as many as there will be workers; fixed at the first time
spreads wallets and what hangs on them over the workers of a Citus cluster, of which DATABASE_URL is the coordinator
(DATABASE_MIGRATION_URL where another role owns the tables); the service must be stopped; docs/scaling.md says when, and what it changes
`;

/** `npm run distribute`: makes a database a distributed one. */
async function main(): Promise<number> {
  const pieces = readPieces();
  if (pieces === undefined) {
    process.stderr.write(USAGE);
    return 2;
  }
  const config = Object.assign(readConfig(process.env), { databasePoolSize: 2 });
  if (config.databaseMigrationUrl) config.databaseUrl = config.databaseMigrationUrl;
  if (!config.databaseUrl) throw new ConfigError('the embedded database cannot be distributed: set DATABASE_URL');
  const orm = await MikroORM.init(databaseOptions(config));
  try {
    const em = orm.em.fork() as EntityManager;
    const { isEmpty, pending, unknown } = await readSchemaState(em);
    if (isEmpty || pending.length > 0 || unknown.length > 0) {
      throw new ConfigError('the schema is not that of this release: start the service once, and stop it again');
    }
    const tell = (line: string) => void process.stdout.write(`${line}\n`);
    await distribute(em, { pieces, tell });
    tell('the database is distributed: start the service');
    return 0;
  } finally {
    await orm.close();
  }
}

function readPieces(): number | undefined {
  try {
    const { values } = parseArgs({ options: { pieces: { type: 'string', default: '32' } } });
    const pieces = Number(values.pieces);
    return Number.isInteger(pieces) && pieces >= 2 && pieces <= 256 ? pieces : undefined;
  } catch {
    return undefined;
  }
}

try {
  process.exitCode = await asOwner(main);
} catch (error) {
  process.stderr.write(`refill: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
