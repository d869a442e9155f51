import { randomBytes } from 'node:crypto';
import { EntityManager } from '@mikro-orm/postgresql';
import pg from 'pg';
import { withinEveryScope } from '../src/shared/sight.js';
import { newTenantClient } from './support/api-client.js';
import { startTestApp, type TestApp } from './support/app.js';
import { createEmptyDatabase, createTestDatabase, onServer, type TestDatabase } from './support/database.js';

/** The address of a database as another login. */
function as(login: string, { url }: TestDatabase): string {
  const other = new URL(url as string);
  [other.username, other.password] = [login, 'secret'];
  return other.toString();
}

describe('the roles of a database', () => {
  const mark = randomBytes(4).toString('hex');
  const [owner, login] = [`refill_owner_${mark}`, `refill_login_${mark}`];
  const opened: { service?: TestApp; database: TestDatabase }[] = [];

  beforeAll(async () => {
    await onServer(`create role ${owner} login password 'secret'`);
    await onServer(`create role ${login} login password 'secret'`);
  });
  afterAll(async () => {
    for (const { service, database } of opened) await (service ? service.close() : database.drop());
    await onServer(`drop role ${owner}`);
    await onServer(`drop role ${login}`);
  });

  async function start(urls: (database: TestDatabase) => { url: string; migrationUrl?: string }): Promise<TestApp> {
    const database = await createEmptyDatabase();
    opened.push({ database });
    const name = new URL(database.url).pathname.slice(1);
    await onServer(`alter database ${name} owner to ${owner}`);
    const { url, migrationUrl } = urls(database);
    const config = migrationUrl === undefined ? {} : { databaseMigrationUrl: migrationUrl };
    const service = await startTestApp({ database: { ...database, url }, config });
    opened.splice(-1, 1, { service, database });
    return service;
  }

  const roleOf = async (service: TestApp): Promise<unknown> => {
    const em = service.app.get(EntityManager).fork();
    const [role] = await withinEveryScope(() => em.execute<object[]>('select session_user::text, current_user::text'));
    return role;
  };

  async function expectWalls(service: TestApp): Promise<void> {
    const [ours, theirs] = [await newTenantClient(service), await newTenantClient(service)];
    const { body } = await theirs.post('/v1/customers', { external_id: 'a', name: 'A' }).expect(201);
    await ours.get(`/v1/customers/${(body as { id: string }).id}`).expect(404);
  }

  it('are two where two logins are named: one migrates, the other takes on what cannot pass the wall', async () => {
    // The role is there already, made by a superuser, as an operator would.
    await onServer(`grant refill_app to ${owner} with admin option`);
    const service = await start((database) => ({ url: as(login, database), migrationUrl: as(owner, database) }));
    expect(await roleOf(service)).toEqual({ session_user: login, current_user: 'refill_app' });
    await expectWalls(service);
  });

  it('are one where the only login may take on no other: policies count for the owner, too', async () => {
    await onServer(`revoke refill_app from ${owner} cascade`);
    const service = await start((database) => ({ url: as(owner, database) }));
    expect(await roleOf(service)).toEqual({ session_user: owner, current_user: owner });
    await expectWalls(service);
  });

  it('let the service at a table that is new since the last start', async () => {
    const database = await createTestDatabase();
    const asked = new pg.Client(database.url);
    await asked.connect();
    try {
      await asked.query('create table later ()');
      await (await startTestApp({ database: { ...database, drop: async () => undefined } })).close();
      const { rows } = await asked.query(`select has_table_privilege('refill_app', 'later', 'insert') as may`);
      expect(rows).toEqual([{ may: true }]);
    } finally {
      await asked.end();
      await database.drop();
    }
  });
});
