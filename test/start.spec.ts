import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { AppModule } from '../src/app.module.js';
import { generateApiKey } from '../src/auth/api-key-format.js';
import { ConfigError, readConfig } from '../src/config.js';
import { openApplication } from '../src/ops/open-application.js';
import { startTestApp } from './support/app.js';
import { createEmptyDatabase, createTestDatabase, onServer, type TestDatabase } from './support/database.js';
import { ServiceProcess } from './support/service-process.js';

const FUTURE = 'Migration20991231010000_future';

/** The same server, another database. */
function named(url: string, database: string): string {
  const other = new URL(url);
  other.pathname = `/${database}`;
  return other.toString();
}

describe('the start', () => {
  let folder: string;
  let database: TestDatabase & { url: string };
  let production: Record<string, string>;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'refill-start-'));
    database = await createTestDatabase();
    production = {
      NODE_ENV: 'production',
      DATA_DIR: folder,
      DATABASE_URL: database.url,
      BOOTSTRAP_API_KEY: generateApiKey('private_key'),
    };
  });
  afterAll(async () => {
    await database.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function ask<Row extends object>(sql: string, url = database.url): Promise<Row[]> {
    const client = new pg.Client(url);
    await client.connect();
    try {
      return (await client.query<Row>(sql)).rows;
    } finally {
      await client.end();
    }
  }

  /** What a command says that is started with these settings. */
  async function command(environment: Record<string, string>): Promise<unknown> {
    const config = Object.assign(readConfig(environment), { logLevel: 'silent', sweepIntervalMs: 0 });
    try {
      await (await openApplication(config, AppModule.register(config))).close();
      return undefined;
    } catch (error) {
      if (error instanceof ConfigError) return error.message;
      throw error;
    }
  }

  describe('on a database that is not there', () => {
    const typo = `refill_typo_${randomBytes(4).toString('hex')}`;
    const isThere = async () => (await ask(`select from pg_database where datname = '${typo}'`)).length > 0;

    it('makes none: it says which one, where, and what to do, and ends with 1', async () => {
      const url = named(database.url, typo);
      const { code, stderr } = await ServiceProcess.run({ ...production, DATABASE_URL: url });
      const { host, password } = new URL(url);
      const sentence = `DATABASE_URL names the database "${typo}", which ${host} does not have: correct the name, or make the database first (\`createdb ${typo}\`)`;
      expect([code, stderr]).toEqual([1, `refill: ${sentence}\n`]);
      expect(stderr).not.toContain(password);
      expect(await command({ ...production, DATABASE_URL: url })).toBe(sentence);
      await expect(startTestApp({ database: { ...database, url } })).rejects.toThrow(sentence);
      expect(await isThere()).toBe(false);
    });

    it('makes none either where only the owner of the tables is sent to it', async () => {
      const other = await createEmptyDatabase();
      const migratedBy = (url: string) => startTestApp({ database, config: { databaseMigrationUrl: url } });
      await expect(migratedBy(named(database.url, typo))).rejects.toThrow(
        `DATABASE_MIGRATION_URL names the database "${typo}"`,
      );
      await expect(migratedBy(other.url)).rejects.toThrow(
        'DATABASE_MIGRATION_URL is another database than DATABASE_URL',
      );
      expect(await isThere()).toBe(false);
      expect(await ask(`select from pg_tables where schemaname = 'public'`, other.url)).toEqual([]);
      await other.drop();
    });

    it('makes none for a command, which also refuses one that the service has never run on', async () => {
      const empty = await createEmptyDatabase();
      expect(await command({ DATABASE_URL: empty.url })).toMatch(/^the database has no tables of Refill/);
      expect(await ask(`select from pg_tables where schemaname = 'public'`, empty.url)).toEqual([]);
      expect(await command({ DATA_DIR: join(folder, 'misspelt') })).toMatch(/^DATA_DIR has no database: .*misspelt/);
      await empty.drop();
    });
  });

  it('refuses the schema of a newer release in a sentence, and writes nothing', async () => {
    const newer = await createTestDatabase();
    await ask(`insert into mikro_orm_migrations (name) values ('${FUTURE}')`, newer.url);
    await ask(`comment on table mikro_orm_migrations is 'Refill 9.9.9 (${FUTURE})'`, newer.url);
    const written = () =>
      ask('select sum(n_tup_ins + n_tup_upd + n_tup_del)::int as n from pg_stat_user_tables', newer.url);
    const rows = () =>
      ask('select (select count(*)::int from tenant), (select count(*)::int from mikro_orm_migrations)', newer.url);
    const [before, counted] = [await written(), await rows()];
    const settings = { ...production, DATABASE_URL: newer.url };
    const { code, stderr } = await ServiceProcess.run(settings);
    const version = (JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }).version;
    expect([code, stderr.split('\n')]).toEqual([1, [expect.any(String), '']]);
    expect(stderr).toContain(
      `newer than this release: it has ${FUTURE}, of Refill 9.9.9; this is Refill ${version}, which`,
    );
    expect(await command(settings)).toBe(stderr.trim().replace('refill: ', ''));
    expect([await written(), await rows()]).toEqual([before, counted]);
    const started = await startTestApp({ database: newer, config: { allowNewerSchema: FUTURE } });
    await started.close();
  });

  it('says on a first start which release has made the schema', async () => {
    const service = await startTestApp({ database: await createEmptyDatabase() });
    const said = await ask<{ said: string }>(
      `select obj_description('mikro_orm_migrations'::regclass) as said`,
      service.database.url,
    );
    expect(said).toEqual([{ said: expect.stringMatching(/^Refill \d+\.\d+\.\d+\S* \(Migration\d+_\w+\)$/) }]);
    await service.close();
  });

  it('warns of a key that lets nobody in and of credits that nobody is charged for, and says why it stops', async () => {
    const login = `refill_login_${randomBytes(4).toString('hex')}`;
    const password = `p@ss/w#rd%:? "x\\`;
    await onServer(`create role ${login} login password '${password}'`);
    writeFileSync(join(folder, 'password'), `${password}\n`);
    // The first start makes the tenant, with another key.
    const first = { kind: 'postgres', url: database.url, drop: async () => undefined } as const;
    await (await startTestApp({ database: first, config: { bootstrapApiKey: generateApiKey('private_key') } })).close();
    const { host, pathname } = new URL(database.url);
    const service = await ServiceProcess.start({
      ...production,
      DATABASE_URL: `postgresql://${login}@${host}${pathname}`,
      DATABASE_PASSWORD_FILE: join(folder, 'password'),
      DATABASE_MIGRATION_URL: database.url,
      REFILL_COMMIT: '0123abc',
    });
    const ready = await (await fetch(`${service.url}/health/ready`)).json();
    expect(ready).toMatchObject({ status: 'ok', details: { payments: { status: 'up', without_provider: 1 } } });
    const [environment] = await ask<{ id: string }>('select id from environment');
    expect(await service.end('SIGTERM')).toMatchObject({ code: 0, stderr: '' });
    expect(service.log).toMatchObject(
      expect.arrayContaining([
        expect.objectContaining({
          msg: 'starts',
          version: expect.stringMatching(/^\d+\.\d+\.\d+/),
          commit: '0123abc',
          mode: 'production',
          database: `postgresql://${host}${pathname}`,
        }),
        expect.objectContaining({ level: 'warn', msg: expect.stringMatching(/^ENCRYPTION_KEY is missing/) }),
        expect.objectContaining({
          level: 'warn',
          msg: expect.stringMatching(/^BOOTSTRAP_API_KEY lets nobody in.*create-key/),
        }),
        expect.objectContaining({
          level: 'warn',
          msg: expect.stringContaining('NOT CHARGED'),
          environments: [environment?.id],
        }),
        expect.objectContaining({
          msg: expect.stringMatching(/^stops/),
          signal: 'SIGTERM',
          connections: expect.any(Number),
        }),
        expect.objectContaining({ msg: 'stopped', signal: 'SIGTERM', durationMs: expect.any(Number) }),
      ]),
    );
    expect(JSON.stringify(service.log)).not.toContain('p@ss');
    await onServer(`drop role ${login}`);
  });
});
