import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { createTestDatabase, type TestDatabase } from './support/database.js';
import { ServiceProcess } from './support/service-process.js';

const EMAIL = 'ada@acme.example';
const PASSWORD = 'correct horse battery staple';
const WRONG = 'incorrect horse';

describe('the log of sign-ups and logins', () => {
  let database: TestDatabase & { url: string };
  let folder: string;
  let service: ServiceProcess;

  beforeAll(async () => {
    database = await createTestDatabase();
    folder = mkdtempSync(join(tmpdir(), 'refill-users-'));
    service = await ServiceProcess.start({ DATA_DIR: folder, DATABASE_URL: database.url, LOG_LEVEL: 'trace' });
  });
  afterAll(async () => {
    await service.end('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
    await database.drop();
  });

  async function post(route: string, body: object): Promise<{ status: number; token: string }> {
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    const response = await fetch(`${service.url}/v1/auth/${route}`, init);
    const { token } = (await response.json()) as { token?: string | null };
    return { status: response.status, token: token ?? '' };
  }

  it('has no password, no token and no hash in it, also when the database refuses', async () => {
    const right = { email: EMAIL, password: PASSWORD };
    const answers = [
      await post('signup', right),
      await post('signup', right),
      await post('login', right),
      await post('login', { ...right, password: WRONG }),
      await post('login', { ...right, email: [EMAIL] }),
    ];
    await onDatabase('alter table app_user add constraint nobody check (false) not valid');
    answers.push(await post('signup', { email: 'eve@acme.example', password: PASSWORD }));
    await onDatabase('alter table app_user rename to nobody');
    answers.push(await post('login', right));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 401, 400, 500, 500]);
    const { stderr } = await service.end('SIGTERM');
    const requests = service.log.filter(({ msg }) => msg === 'request');
    expect(requests.map(({ path, status }) => [path, status])).toContainEqual(['/v1/auth/login', 401]);
    expect(service.log.filter(({ msg }) => msg === 'request failed')).toHaveLength(2);
    const written = JSON.stringify(service.log) + stderr;
    expect(written).toContain('violates check constraint');
    const secrets = [PASSWORD, WRONG, '$scrypt$', ...answers.flatMap(({ token }) => token || [])];
    for (const secret of secrets) expect(written).not.toContain(secret);
  });

  async function onDatabase(sql: string): Promise<void> {
    const client = new pg.Client(database.url);
    await client.connect();
    await client.query(sql);
    await client.end();
  }
});
