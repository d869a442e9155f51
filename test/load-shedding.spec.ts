import { once } from 'node:events';
import { connect } from 'node:net';
import { Controller, Get, Module } from '@nestjs/common';
import { LoadShedding } from '../src/http/admission/load-shedding.js';
import { LoopDelay } from '../src/http/admission/loop-delay.js';
import { RequireScope } from '../src/auth/caller.js';
import { type ApiClient, newTenantClient } from './support/api-client.js';
import { startTestApp, type TestApp } from './support/app.js';

/** More than are let in however late the loop is. */
const LOUD = 140;
const waiting = new Set<() => void>();

@Controller('v1/test')
class PatientController {
  /** Answers when the test says so. */
  @Get('patient')
  @RequireScope('wallets:read')
  async wait(): Promise<object> {
    await new Promise<void>((resolve) => waiting.add(resolve));
    return {};
  }
}

@Module({ controllers: [PatientController] })
class PatientModule {}

describe('an event loop that is late', () => {
  let service: TestApp;
  let loud: ApiClient;
  let quiet: ApiClient;
  let delayMs: number;
  let underWay: Promise<unknown>[];
  beforeAll(async () => {
    service = await startTestApp({ config: { lateLoopMs: 50 }, imports: [PatientModule] });
    service.get(LoopDelay).read = () => delayMs;
    [loud, quiet] = [await newTenantClient(service), await newTenantClient(service)];
    await quiet.get('/v1/wallets').expect(200);
    await loud.get('/v1/wallets').expect(200);
  });
  afterAll(() => service.close());
  beforeEach(async () => {
    delayMs = 0;
    // As after some seconds on time: nothing is limited any more.
    for (let look = 0; look < 40; look += 1) service.get(LoadShedding).look();
    underWay = Array.from({ length: LOUD }, () => loud.get('/v1/test/patient').then(({ status }) => status));
    while (waiting.size < LOUD) await new Promise((resolve) => setTimeout(resolve, 5));
  });
  afterEach(async () => {
    for (const resolve of waiting) resolve();
    waiting.clear();
    expect(await Promise.all(underWay)).toEqual(Array(LOUD).fill(200));
  });

  function beLate(): void {
    delayMs = 500;
    service.get(LoadShedding).look();
  }

  it('lets those who send most wait, refuses them after a second, and nobody else', async () => {
    beLate();
    const asked = performance.now();
    const refused = await loud.get('/v1/wallets');
    expect(performance.now() - asked).toBeGreaterThan(900);
    expect(refused.status).toBe(503);
    expect(refused.headers['retry-after']).toBe('1');
    expect(refused.headers['x-request-id']).toMatch(/^req_/);
    expect(refused.body).toMatchObject({ code: 'service_unavailable', http_status_code: 503, success: false });
    const credits = await loud.get('/account/credits/?page=1');
    expect(credits.body).toEqual({ detail: expect.any(String) });
    await quiet.get('/v1/wallets').expect(200);
  });

  it('answers who waits as soon as others have been answered', async () => {
    beLate();
    const waits = loud.get('/v1/wallets').then((response) => response);
    await new Promise((resolve) => setTimeout(resolve, 50));
    for (const resolve of waiting) resolve();
    waiting.clear();
    expect((await waits).status).toBe(200);
  });

  it('says that the service is well, to whoever has a key and to whoever has none', async () => {
    beLate();
    const answers = await Promise.all(['/health', '/health/live', '/health/ready'].map((path) => loud.get(path)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  it('reads nothing of a body that it refuses', async () => {
    beLate();
    const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
    socket.write(`POST /v1/wallets/debits/batch HTTP/1.1\r\nHost: x\r\nx-api-key: ${loud.key}\r\n`);
    socket.write('Content-Type: application/json\r\nContent-Length: 1000000\r\n\r\n{"debits":[');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 503 /);
    socket.destroy();
  });

  it('takes everything again when it is on time', async () => {
    beLate();
    await loud.get('/v1/wallets').expect(503);
    delayMs = 0;
    for (let look = 0; look < 3; look += 1) service.get(LoadShedding).look();
    await loud.get('/v1/wallets').expect(200);
  });
});
