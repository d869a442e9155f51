import { randomBytes } from 'node:crypto';
import { MikroORM } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import pg from 'pg';
import { Config } from '../../src/config.js';
import { databaseOptions } from '../../src/database.js';
import { migrate } from '../../src/ops/prepare-database.js';
import { distribute } from '../../src/ops/distribute.js';
import { asOwner } from '../../src/shared/sight.js';
import { cloneOnNodes, clusterNodes, isCluster, joinNodes, onNode } from './cluster.js';

/** A migrated, empty database of a test file's own. */
export interface TestDatabase {
  kind: 'postgres' | 'pglite';
  /** Undefined on PGlite: it lives in `dataDir`. */
  url: string | undefined;
  drop(): Promise<void>;
}

/** Clones the template database: some 50 to 150 ms, and every test file starts from nothing. */
export async function createTestDatabase(): Promise<TestDatabase & { url: string }> {
  return createDatabase(templateName());
}

/** A copy of a database that nobody is connected to: a backup of it as it is, or the restoring of one. */
export async function copyDatabase({ url }: { url: string }): Promise<TestDatabase & { url: string }> {
  return createDatabase(new URL(url).pathname.slice(1));
}

/** A database that nothing has migrated yet. */
export async function createEmptyDatabase(): Promise<TestDatabase & { url: string }> {
  return createDatabase('template0');
}

/** PGlite in the data folder of the app, which migrates it when it starts. */
export function createPgliteDatabase(): TestDatabase {
  return { kind: 'pglite', url: undefined, drop: async () => undefined };
}

/** The databases that the core of the suite runs on. */
export const DATABASES: [name: string, create: () => Promise<TestDatabase>][] = [
  ['PostgreSQL', createTestDatabase],
  ['PGlite', async () => createPgliteDatabase()],
];

/** Makes and migrates the template, once a run. */
export async function migrateTemplate(): Promise<void> {
  await onServer(`create database ${templateName()}`);
  const nodes = clusterNodes();
  if (nodes.length > 1) await joinNodes(templateName(), nodes);
  await withTemplate((em, config) => migrate(em, config));
  if (nodes.length > 1) await withTemplate((em) => distribute(em.fork(), { pieces: 8, tell: () => undefined }));
}

async function withTemplate(work: (em: EntityManager, config: Config) => Promise<void>): Promise<void> {
  const config = Object.assign(new Config(), { databaseUrl: urlOf(templateName()) });
  const orm = await MikroORM.init(databaseOptions(config));
  await asOwner(() => work(orm.em as EntityManager, config));
  await orm.close();
}

export async function dropTemplate(): Promise<void> {
  await onServer(`drop database if exists ${templateName()} with (force)`);
}

async function createDatabase(template: string): Promise<TestDatabase & { url: string }> {
  const name = `refill_test_${randomBytes(6).toString('hex')}`;
  await (isCluster() && template !== 'template0'
    ? cloneOnNodes(name, template)
    : onServer(`create database ${name} template ${template}`));
  const drop = () => onServer(`drop database if exists ${name} with (force)`);
  return { kind: 'postgres', url: urlOf(name), drop };
}

function templateName(): string {
  return process.env['REFILL_TEST_TEMPLATE'] as string;
}

function urlOf(database: string): string {
  const url = new URL(process.env['REFILL_TEST_SERVER_URL'] as string);
  url.pathname = `/${database}`;
  return url.toString();
}

/** Runs a statement in the maintenance database, of each node where there are several. Cloning needs the template to itself, so test files take turns. */
export async function onServer(statement: string): Promise<void> {
  const [coordinator, ...workers] = clusterNodes();
  const client = new pg.Client(coordinator);
  await client.connect();
  try {
    await client.query('select pg_advisory_lock(7346552)');
    await client.query(statement);
    for (const worker of workers) await onNode(worker, [statement]);
  } finally {
    await client.end();
  }
}
