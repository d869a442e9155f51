import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import request from 'supertest';
import { lockDataFolder } from '../src/ops/data-folder-lock.js';
import { startTestApp, type TestApp } from './support/app.js';
import { FrozenClock } from './support/frozen-clock.js';
import { PASSWORD, TenantUsersScene, type TestUser } from './support/tenant-users.js';

const CACHE_MS = 5000;

interface Answer {
  code: number;
  stdout: string;
  stderr: string;
}

describe('npm run admin, beside the service', () => {
  let service: TestApp;
  let scene: TenantUsersScene;
  let user: TestUser;
  beforeAll(async () => {
    // The command has no clock of ours: a token must be of its day.
    service = await startTestApp({ clock: new FrozenClock(new Date()) });
    scene = await TenantUsersScene.create(service);
    user = await scene.user('owner');
  });
  afterAll(() => service.close());

  function admin(parameters: string[], input = '', environment: Record<string, string> = {}): Promise<Answer> {
    const command = join(process.env['REFILL_TEST_SERVICE'] as string, 'admin.js');
    const { databaseUrl = '', dataDir } = service.config;
    const env = { PATH: process.env['PATH'], DATA_DIR: dataDir, DATABASE_URL: databaseUrl, ...environment };
    return new Promise((resolve) => {
      const child = execFile(process.execPath, [command, ...parameters], { env }, (error, stdout, stderr) =>
        resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
      );
      child.stdin?.end(input);
    });
  }

  const logIn = (email: string, password: string) =>
    request(service.url).post('/v1/auth/login').send({ email, password });

  it('sets a password, printed once, and ends the tokens of before', async () => {
    const { code, stdout } = await admin(['set-password', user.email.toUpperCase()]);
    const [, password = ''] = /^password: (\S{24})\n/.exec(stdout) ?? [];
    expect([code, stdout]).toEqual([0, expect.stringContaining(`${user.email} is set; 1 tokens end`)]);
    await user.client.get('/v1/users/me').expect(401);
    await logIn(user.email, PASSWORD).expect(401);
    await logIn(user.email, password).expect(200);
    const given = await admin(['set-password', '--stdin', user.email], 'from a pipe, with spaces \n');
    expect(given).toMatchObject({ code: 0, stdout: expect.not.stringContaining('pipe') });
    await logIn(user.email, 'from a pipe, with spaces ').expect(200);
    expect(await admin(['set-password', '--stdin', user.email], 'short\n')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('must have at least 8 characters'),
    });
    expect(await admin(['set-password', 'nobody@acme.example'])).toMatchObject({
      code: 1,
      stderr: 'refill: user not found\n',
    });
  });

  it('suspends a tenant and lets it in again, within 5 s', async () => {
    const other = await scene.user('finance');
    expect(await admin(['suspend-tenant', scene.tenantId])).toMatchObject({ code: 0 });
    service.clock.advance(CACHE_MS);
    expect((await other.client.get('/v1/users/me').expect(403)).body.code).toBe('tenant_suspended');
    const listed = await admin(['tenants']);
    expect(listed.stdout).toContain(`${scene.tenantId}  suspended  Acme\n`);
    expect(await admin(['resume-tenant', scene.tenantId])).toMatchObject({ code: 0 });
    service.clock.advance(CACHE_MS);
    await other.client.get('/v1/users/me').expect(200);
  });

  it('says how it is used, and that a service has the embedded database', async () => {
    for (const wrong of [['drop-tenant'], ['tenants', '--all']]) {
      const { code, stderr } = await admin(wrong);
      expect([code, stderr]).toEqual([2, expect.stringContaining('suspend-tenant <tenant>')]);
    }
    const dataDir = mkdtempSync(join(tmpdir(), 'refill-admin-'));
    lockDataFolder(dataDir);
    const refused = await admin(['tenants'], '', { DATA_DIR: dataDir, DATABASE_URL: '' });
    rmSync(dataDir, { recursive: true, force: true });
    expect(refused).toEqual({
      code: 1,
      stdout: '',
      stderr: `refill: the embedded database belongs to one process, and process ${process.pid} has it: stop the service, run this command, start it again\n`,
    });
  });
});
