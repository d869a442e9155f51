import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEmptyDatabase, createTestDatabase, onServer, type TestDatabase } from './support/database.js';
import { copyPgliteTemplate } from './support/pglite-template.js';
import { ServiceProcess } from './support/service-process.js';

describe('the process', () => {
  let database: TestDatabase & { url: string };
  let folder: string;
  const running: ServiceProcess[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
  });

  afterAll(() => database.drop());

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'refill-lifecycle-'));
  });

  afterEach(async () => {
    await Promise.all(running.splice(0).map((service) => service.end('SIGKILL')));
    rmSync(folder, { recursive: true, force: true });
  });

  async function start(environment: Record<string, string> = {}): Promise<ServiceProcess> {
    const service = await ServiceProcess.start({ DATA_DIR: folder, ...environment });
    running.push(service);
    return service;
  }

  it('serves on an embedded database, and starts again at once after kill -9', async () => {
    const first = await start();
    expect(await (await fetch(`${first.url}/health/ready`)).json()).toMatchObject({ status: 'ok' });
    await first.end('SIGKILL');
    expect(existsSync(join(folder, 'refill.lock'))).toBe(true);
    const second = await start();
    expect((await fetch(`${second.url}/health/ready`)).status).toBe(200);
  });

  it('refuses a data folder that another process uses, in one line', async () => {
    await copyPgliteTemplate(folder);
    const first = await start();
    const { code, stderr } = await ServiceProcess.run({ DATA_DIR: folder });
    expect(code).toBe(1);
    expect(stderr).toBe(
      `refill: DATA_DIR ${folder} is in use by process ${first.pid}: stop it, or set DATA_DIR to another folder\n`,
    );
    expect((await fetch(`${first.url}/health/ready`)).status).toBe(200);
  });

  it('lets only one of several that start at once have the folder, also when a dead one left its lock', async () => {
    await copyPgliteTemplate(folder);
    await (await start()).end('SIGKILL');
    const rivals = await Promise.allSettled([start(), start(), start()]);
    const losers = rivals.filter(({ status }) => status === 'rejected');
    expect(losers).toHaveLength(2);
    for (const loser of losers) expect(String((loser as PromiseRejectedResult).reason)).toContain('is in use by');
  });

  it('answers a request under way when it is told to stop, then ends with code 0 and no lock', async () => {
    await copyPgliteTemplate(folder);
    const service = await start();
    const { hostname, port } = new URL(service.url);
    // As browsers open them for what may come: nothing is ever sent on it, and nobody waits for it.
    const silent = connect(Number(port), hostname).on('error', () => {});
    await once(silent, 'connect');
    const socket = connect(Number(port), hostname);
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk.toString();
    });
    socket.write('POST /health HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{');
    // The first request is at the service once a second one, sent later, was answered.
    await fetch(`${service.url}/health`);
    service.signal('SIGTERM');
    await refusesConnections(Number(port), hostname);
    socket.write('}');
    await once(socket, 'close');
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(answer).toContain('{"status":"ok"}');
    expect(await service.ended).toMatchObject({ code: 0, stderr: '' });
    expect(existsSync(join(folder, 'refill.lock'))).toBe(false);
  });

  it('says in one line which setting is wrong', async () => {
    expect(await ServiceProcess.run({ PORT: 'abc' })).toMatchObject({
      code: 1,
      stderr: 'refill: PORT must be a whole number from 0 to 65535: it is "abc"\n',
    });
  });

  it('says in one line that the port is taken', async () => {
    const { port } = new URL((await start({ DATABASE_URL: database.url })).url);
    const { code, stderr } = await ServiceProcess.run({ DATA_DIR: folder, DATABASE_URL: database.url, PORT: port });
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `refill: PORT ${port} is in use by another program: stop it, or set PORT to another one\n`,
    });
  });

  it('says in one line that the database cannot be reached, without its password', async () => {
    const { code, stderr } = await ServiceProcess.run({
      DATABASE_URL: 'postgresql://refill:hunter2@127.0.0.1:1/refill',
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^refill: DATABASE_URL cannot be reached: [^\n]*ECONNREFUSED[^\n]*\n$/);
    expect(stderr).not.toContain('hunter2');
  });

  it('starts several times at once on an empty database, which one of them migrates', async () => {
    const empty = await createEmptyDatabase();
    const services = await Promise.all([1, 2, 3].map(() => start({ DATABASE_URL: empty.url })));
    for (const { url } of services) expect((await fetch(`${url}/health/ready`)).status).toBe(200);
    await Promise.all(services.map((service) => service.end('SIGTERM')));
    await empty.drop();
  });

  it('refuses a database that acknowledges what it may lose, unless told otherwise', async () => {
    const unsafe = await createTestDatabase();
    await onServer(`alter database ${new URL(unsafe.url).pathname.slice(1)} set synchronous_commit = off`);
    const settings = { DATA_DIR: folder, DATABASE_URL: unsafe.url };
    const { code, stderr } = await ServiceProcess.run(settings);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^refill: DATABASE_URL is a server with synchronous_commit off, [^\n]*\n$/);
    await (await start({ ...settings, ALLOW_UNSAFE_DATABASE: 'true' })).end('SIGTERM');
    await unsafe.drop();
  });

  it('logs a line for each request, with its id and without what must stay secret', async () => {
    const service = await start({ DATABASE_URL: database.url });
    const headers = { 'X-Request-ID': 'order-17', 'x-api-key': 'sk_hunter2', Authorization: 'Bearer hunter2' };
    await fetch(`${service.url}/v1/customers?key=hunter2`, { headers });
    await service.end('SIGTERM');
    const lines = service.log.filter(({ requestId }) => requestId === 'order-17');
    expect(lines).toMatchObject([{ level: 'info', method: 'GET', path: '/v1/customers', status: 401 }]);
    expect(JSON.stringify(service.log)).not.toContain('hunter2');
  });
});

/** Connections are refused from the moment the service stops listening. */
async function refusesConnections(port: number, host: string): Promise<void> {
  for (;;) {
    const probe = connect(port, host);
    try {
      await once(probe, 'connect');
      probe.destroy();
    } catch {
      return;
    }
  }
}
