import { once } from 'node:events';
import type { Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { Controller, Get, Module, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Public } from '../src/auth/caller.js';
import { type ApiClient, newTenantClient } from './support/api-client.js';
import { startTestApp, type TestApp } from './support/app.js';

const TIMEOUT_MS = 400;
const ANSWER_TIMEOUT_MS = 1000;
const LONG_BYTES = 32 * 1024 * 1024;
const PAUSE_BYTES = 2 * 1024 * 1024;

@Controller('v1/test')
class LongController {
  @Get('long')
  @Public()
  long(@Res() response: Response): void {
    response.send(Buffer.alloc(LONG_BYTES));
  }

  @Get('slow')
  @Public()
  async slow(): Promise<object> {
    await new Promise((resolve) => setTimeout(resolve, 1.5 * ANSWER_TIMEOUT_MS));
    return {};
  }
}

@Module({ controllers: [LongController] })
class LongModule {}

describe('the server', () => {
  let service: TestApp;
  let client: ApiClient;
  const sockets: Socket[] = [];
  beforeAll(async () => {
    const timeouts = {
      headersTimeoutMs: TIMEOUT_MS,
      requestTimeoutMs: 2 * TIMEOUT_MS,
      answerTimeoutMs: ANSWER_TIMEOUT_MS,
      maxConnections: 40,
    };
    service = await startTestApp({ config: timeouts, imports: [LongModule] });
    client = await newTenantClient(service);
    await client.get('/v1/wallets').expect(200);
  });
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
  });
  afterAll(() => service.close());

  function open(text: string): Socket {
    const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(text);
    sockets.push(socket);
    return socket;
  }

  function connections(): Promise<number> {
    const server: Server = service.app.getHttpServer();
    return new Promise((resolve, reject) => {
      server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
    });
  }

  async function until(isSo: () => Promise<boolean>): Promise<void> {
    for (let look = 0; look < 200 && !(await isSo()); look += 1)
      await new Promise((resolve) => setTimeout(resolve, 50));
  }

  /** @returns what was answered until the connection ended */
  async function untilClosed(socket: Socket): Promise<string> {
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1').slice(0, 100)));
    await once(socket, 'close', { signal: AbortSignal.timeout(10 * TIMEOUT_MS) });
    return text;
  }

  it('waits for headers no longer than it says', async () => {
    expect(await untilClosed(open('GET /health HTTP/1.1\r\nHost: x\r\n'))).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('waits for a body no longer than it says', async () => {
    expect(await untilClosed(open(upload(client, 1000)))).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('gives up who does not take an answer', async () => {
    const socket = open('GET /v1/test/long HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(socket, 'readable');
    await until(async () => (await connections()) === 0);
    let bytes = 0;
    const closed = once(socket, 'close');
    socket.on('data', (chunk: Buffer) => (bytes += chunk.length));
    await closed;
    expect(bytes).toBeLessThan(LONG_BYTES);
  });

  it('does not give up who takes it slowly, or waits for one that takes long', async () => {
    const response = await fetch(`${service.url}/v1/test/long`);
    let bytes = 0;
    let pauses = 0;
    for await (const chunk of response.body as ReadableStream<Uint8Array>) {
      bytes += chunk.length;
      if (bytes < pauses * PAUSE_BYTES) continue;
      pauses += 1;
      await new Promise((resolve) => setTimeout(resolve, (2 * ANSWER_TIMEOUT_MS * PAUSE_BYTES) / LONG_BYTES));
    }
    expect(bytes).toBe(LONG_BYTES);
    expect((await fetch(`${service.url}/v1/test/slow`)).status).toBe(200);
  });

  it('makes room when connections that only wait have taken all of it', async () => {
    const idle = Array.from({ length: 40 }, () => open('GET /health HTTP/1.1\r\nHost: x\r\n\r\n'));
    // Some are refused: then there is no room left.
    await Promise.allSettled(idle.map((socket) => Promise.race([once(socket, 'data'), once(socket, 'close')])));
    let status = 0;
    for (let attempt = 0; attempt < 20 && status !== 200; attempt += 1) {
      status = await client.get('/v1/wallets').then(
        (answer) => answer.status,
        () => 0,
      );
    }
    expect(status).toBe(200);
  });

  it('reads so many large bodies of one tenant at once, and others beside them', async () => {
    const uploads = Array.from({ length: 24 }, () => open(upload(client, 1_000_000)));
    const refused = uploads.map(async (socket) => {
      const [answer] = (await once(socket, 'data')) as [Buffer];
      return answer.toString().split('\r\n', 1)[0];
    });
    const answers = await Promise.all(refused);
    expect(answers.filter((line) => line?.includes('429'))).toHaveLength(8);
    expect(answers.filter((line) => line?.includes('408'))).toHaveLength(16);
    const other = await newTenantClient(service);
    const debits = Array.from({ length: 900 }, (_, index) => ({
      wallet_id: 'w',
      idempotency_key: `${index}-${'x'.repeat(60)}`,
    }));
    const [row] = (await other.post('/v1/wallets/debits/batch', { debits }).expect(200)).body.results as object[];
    expect(row).toMatchObject({ success: false });
  });
});

/** Half a batch of debits. */
function upload({ key }: ApiClient, length: number): string {
  return [
    'POST /v1/wallets/debits/batch HTTP/1.1',
    'Host: x',
    `x-api-key: ${key}`,
    'Content-Type: application/json',
    `Content-Length: ${length}`,
    '',
    '{"debits":[',
  ].join('\r\n');
}
