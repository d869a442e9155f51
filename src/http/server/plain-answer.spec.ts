import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import express, { type Express } from 'express';
import { StreamableFile } from '@nestjs/common';
import { sendPlainly } from './plain-answer.js';

describe('an answer that is sent without Express', () => {
  const BODIES = [
    {},
    [],
    { text: 'a"b <&> ä € 😀', list: [1, null, { deep: true }], none: undefined },
    { long: 'ä'.repeat(2000) },
  ];
  let server: Server;
  let sentPlainly: boolean;
  let prepare: (response: express.Response) => unknown;

  beforeAll(async () => {
    const app: Express = express().disable('etag').disable('x-powered-by');
    app.all('/:how/:body', ({ params }, response) => {
      prepare(response);
      const body = BODIES[Number(params['body'])];
      sentPlainly = params['how'] === 'plain' && sendPlainly(response, body, 201);
      if (!sentPlainly) response.status(201).json(body);
    });
    server = createServer(app).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  beforeEach(() => (prepare = (response) => response.setHeader('X-Request-Id', 'one')));
  afterAll(() => void server.close());

  /** All bytes of the answer but its date. */
  async function answer(method: string, path: string, header = 'X-None: 1'): Promise<string> {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.write(`${method} ${path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n${header}\r\n\r\n`);
    let text = '';
    for await (const chunk of socket) text += String(chunk);
    return text.replace(/Date: .*\r\n/, '');
  }

  it.each(['GET', 'POST', 'HEAD'])('is byte by byte what Express sends, to a %s', async (method) => {
    for (const index of BODIES.keys()) {
      const plain = await answer(method, `/plain/${index}`);
      expect(sentPlainly).toBe(true);
      expect(plain).toBe(await answer(method, `/express/${index}`));
    }
  });

  it.each([
    ['a type of its own', (response: express.Response) => response.type('text/csv'), 'X-None: 1'],
    ['a condition in the request', () => undefined, 'If-None-Match: *'],
    ['a condition of time', () => undefined, 'If-Modified-Since: Sun, 22 Nov 2026 00:00:00 GMT'],
  ])('is left to Express where there is %s', async (_name, set, header) => {
    prepare = set;
    const plain = await answer('GET', '/plain/2', header);
    expect(sentPlainly).toBe(false);
    expect(plain).toBe(await answer('GET', '/express/2', header));
  });

  it('is never a file, bytes, a text or nothing', () => {
    const response = {} as express.Response;
    for (const body of [
      new StreamableFile(Buffer.from('a')),
      Buffer.from('a'),
      new Uint8Array(1),
      'a',
      1,
      null,
      undefined,
    ]) {
      expect(sendPlainly(response, body, 200)).toBe(false);
    }
  });
});
