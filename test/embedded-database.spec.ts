import { execFile } from 'node:child_process';
import { appendFileSync, cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { MikroORM } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Config } from '../src/config.js';
import { databaseOptions } from '../src/database.js';
import { createEmbeddedDatabase, embeddedDatabaseFolder } from '../src/ops/embedded-database.js';
import { migrate } from '../src/ops/prepare-database.js';
import { asOwner } from '../src/shared/sight.js';
import { startTestApp } from './support/app.js';
import { createPgliteDatabase } from './support/database.js';

const run = promisify(execFile);

/** All that a schema is made of, one line for each: what a dump would say. */
const SCHEMA = `
  select concat_ws(' | ', kind, name, says) as line from (
    select 'table', relname::text, concat_ws(' ', relkind, relacl, relrowsecurity, relforcerowsecurity, reloptions,
      obj_description(oid, 'pg_class')) from pg_class where relnamespace = 'public'::regnamespace
    union all
    select 'column', table_name || '.' || column_name, concat_ws(' ', ordinal_position, data_type, numeric_precision,
      numeric_scale, datetime_precision, character_maximum_length, is_nullable, column_default, is_identity,
      generation_expression) from information_schema.columns where table_schema = 'public'
    union all
    select 'constraint', conname::text, conrelid::regclass || ' ' || pg_get_constraintdef(oid) from pg_constraint
      where connamespace = 'public'::regnamespace
    union all
    select 'index', indexname::text, indexdef from pg_indexes where schemaname = 'public'
    union all
    select 'function', oid::regprocedure::text, concat_ws(' ', pg_get_functiondef(oid), proacl) from pg_proc
      where pronamespace = 'public'::regnamespace and prokind = 'f'
    union all
    select 'trigger', tgname::text, pg_get_triggerdef(oid) from pg_trigger where not tgisinternal
    union all
    select 'policy', policyname::text, concat_ws(' ', tablename, permissive, roles, cmd, qual, with_check) from pg_policies
    union all
    select 'role', rolname::text, concat_ws(' ', rolsuper, rolbypassrls, rolcanlogin, rolcreaterole) from pg_roles
    union all
    select 'migration', name, id::text from mikro_orm_migrations
  ) as made(kind, name, says) order by line`;
const TABLES = `select relname as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace`;

/** With the tables' owner on an embedded database. */
async function within<Result>(folder: string, work: (em: EntityManager) => Promise<Result>): Promise<Result> {
  const orm = await MikroORM.init(databaseOptions(new Config(), folder));
  try {
    return await asOwner(() => work(orm.em.fork() as EntityManager));
  } finally {
    await orm.close();
  }
}

async function linesOf(em: EntityManager): Promise<string[]> {
  return (await em.execute<{ line: string }[]>(SCHEMA)).map(({ line }) => line);
}

describe('what an embedded database begins as', () => {
  const service = process.env['REFILL_TEST_SERVICE'] as string;
  /** Where imports of packages find them. */
  const modules = join(service, `modules-${process.pid}`);
  let folder: string;
  let made: string;
  const build = () => run(process.execPath, ['scripts/make-embedded-database.js', modules, made]);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'refill-embedded-'));
    made = join(folder, 'embedded-database');
    cpSync(join(service, 'modules'), modules, { recursive: true });
    await build();
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
    rmSync(modules, { recursive: true, force: true });
  });

  it('has the schema that the migrations make, and rows of nobody', async () => {
    const data = join(folder, 'copied');
    cpSync(made, data, { recursive: true });
    const filled = async (em: EntityManager) => {
      const tables = await em.execute<{ name: string }[]>(TABLES);
      const counts = tables.map(({ name }) => `select '${name}' as name, exists (select from "${name}") as is_filled`);
      const rows = await em.execute<{ name: string; is_filled: boolean }[]>(counts.join(' union all '));
      return rows.filter((row) => row.is_filled).map(({ name }) => name);
    };
    const { lines, withRows } = await within(embeddedDatabaseFolder(data), async (em) => ({
      lines: await linesOf(em),
      withRows: await filled(em),
    }));
    expect(withRows).toEqual(['mikro_orm_migrations']);
    const migrated = await within('memory://', async (em) => {
      await migrate(em, new Config());
      return linesOf(em);
    });
    expect(lines.length).toBeGreaterThan(500);
    expect(lines).toEqual(migrated);
  });

  it('may be read by whoever starts the service, and its copy by nobody else', async () => {
    const entries = readdirSync(made, { recursive: true }).map((name) => statSync(join(made, String(name))));
    expect(entries.filter(({ mode }) => (mode & 0o044) !== 0o044)).toEqual([]);
    const dataDir = mkdtempSync(join(folder, 'data-'));
    await createEmbeddedDatabase(dataDir, embeddedDatabaseFolder(made));
    expect(statSync(embeddedDatabaseFolder(dataDir)).mode & 0o777).toBe(0o700);
  });

  it('is copied by a first start, which serves on it, and never over what is there', async () => {
    const dataDir = mkdtempSync(join(folder, 'data-'));
    await createEmbeddedDatabase(dataDir, embeddedDatabaseFolder(made));
    const first = await startTestApp({ database: createPgliteDatabase(), dataDir });
    const { status } = await fetch(`${first.url}/health/ready`);
    await first.close();
    expect(status).toBe(200);
    const control = join(embeddedDatabaseFolder(dataDir), 'global', 'pg_control');
    const before = readFileSync(control);
    await createEmbeddedDatabase(dataDir, embeddedDatabaseFolder(made));
    expect(readFileSync(control).equals(before)).toBe(true);
  });

  it('is kept by the next build, and never by one whose migrations are others', async () => {
    const { ino } = statSync(made);
    await build();
    expect(statSync(made).ino).toBe(ino);
    appendFileSync(join(modules, 'migrations', 'Migration20261121010000_auth.js'), `\nthrow new Error('another');\n`);
    await expect(build()).rejects.toThrow('another');
    expect(existsSync(made)).toBe(false);
  });
});
