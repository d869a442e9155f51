import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { MikroORM } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import { type Config, ConfigError, readConfig } from './config.js';
import { type DatabaseOptions, databaseOptions } from './database.js';
import { lockDataFolder } from './ops/data-folder-lock.js';
import { embeddedDatabaseFolder } from './ops/embedded-database.js';
import { readSchemaState, refuseNewerSchema } from './ops/schema-state.js';
import { anchorLine, checkAnchor, isUnsigned, readAnchor } from './ops/verify/anchors.js';
import { verifyLedger } from './ops/verify/verify-ledger.js';
import { SecretBox } from './settings/secret-box.js';
import { withinEveryScope } from './shared/sight.js';

const USAGE = `npm run verify -- [--anchor <day>] [--anchors <file>]
  --anchor   also print the line of a day that ended an hour ago or earlier, like 2026-11-21: to be kept elsewhere
  --anchors  also compare with the lines of this file
looks at every wallet, beside a service or without one, and changes nothing;
ends with 0 where all holds, 1 where something does not, 2 where this was misspelt
`;

const DAY_MS = 86_400_000;
const SETTLED_MS = 3_600_000;

/** `npm run verify`: every invariant and every hash chain of a database. */
async function main(): Promise<number> {
  const wish = await readWish();
  if (!wish) {
    process.stderr.write(USAGE);
    return 2;
  }
  const config = Object.assign(readConfig(process.env), { databasePoolSize: 2 });
  const orm = await open(config);
  try {
    const em = orm.em.fork() as EntityManager;
    const box = new SecretBox(config);
    const breaches = await verify(em);
    for (const line of wish.anchors) breaches.push(...sentence(await checkAnchor(em, line, box)));
    for (const breach of breaches) process.stdout.write(`BREACH  ${breach}\n`);
    if (wish.anchors.length > 0) process.stdout.write(comparedText(wish.anchors));
    if (wish.anchor) process.stdout.write(`${anchorLine(await readAnchor(em, wish.anchor), box)}\n`);
    return breaches.length === 0 ? 0 : 1;
  } finally {
    await orm.close();
  }
}

async function verify(em: EntityManager): Promise<string[]> {
  const { wallets, entries, breaches } = await verifyLedger(em);
  const verdict = breaches.length === 0 ? 'all invariants and hash chains hold' : `${breaches.length} breaches`;
  process.stdout.write(`${wallets} wallets, ${entries} entries: ${verdict}\n`);
  return breaches;
}

function comparedText(lines: string[]): string {
  const unsigned = lines.filter(isUnsigned).length;
  return `${lines.length} anchors compared${unsigned > 0 ? `, ${unsigned} of them without a signature` : ''}\n`;
}

function sentence(fault: string | undefined): string[] {
  return fault === undefined ? [] : [`anchor ${fault}`];
}

/** @throws ConfigError where there is no such database, its schema is another, or a service has the embedded one */
async function open(config: Config) {
  if (!config.databaseUrl) {
    if (!existsSync(embeddedDatabaseFolder(config.dataDir))) {
      throw new ConfigError(`DATA_DIR ${config.dataDir} has no database in it`);
    }
    lockDataFolder(config.dataDir);
  }
  const orm = await MikroORM.init(withoutTimeout(databaseOptions(config)));
  try {
    const state = await readSchemaState(orm.em.fork() as EntityManager);
    refuseNewerSchema(state, config.allowNewerSchema);
    if (state.pending.length === 0) return orm;
    throw new ConfigError('the schema of the database is older than this version: start the service once');
  } catch (error) {
    await orm.close();
    throw error;
  }
}

/** A wallet may have any number of entries. The embedded database knows no timeout. */
function withoutTimeout(options: DatabaseOptions): DatabaseOptions {
  const { driverOptions } = options;
  return typeof driverOptions === 'object'
    ? { ...options, driverOptions: { ...driverOptions, statement_timeout: 0 } }
    : options;
}

interface Wish {
  anchor: string | undefined;
  anchors: string[];
}

/** @returns undefined where it cannot be read */
async function readWish(): Promise<Wish | undefined> {
  const text = { type: 'string' } as const;
  try {
    const { values } = parseArgs({ options: { anchor: text, anchors: text } });
    if (values.anchor !== undefined && !isPast(values.anchor)) return undefined;
    const lines = values.anchors === undefined ? [] : (await readFile(values.anchors, 'utf8')).split('\n');
    return { anchor: values.anchor, anchors: lines.map((line) => line.trim()).filter((line) => line !== '') };
  } catch {
    return undefined;
  }
}

/** A day that is not over changes; so may one whose last commits are under way. */
function isPast(day: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(day) && Date.parse(`${day}T00:00:00Z`) + DAY_MS + SETTLED_MS < Date.now();
}

try {
  process.exitCode = await withinEveryScope(main);
} catch (error) {
  process.stderr.write(`refill: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
