import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import helmet from 'helmet';
import { tellProcessorTime } from './processes.js';

/**
 * What the empty POST is held against: the same body read and the same `{}` answered, without keys, validation, limits and
 * scopes. By Express with helmet, as most services of Node.js begin, or by nothing but `node:http`. run.ts starts it as a
 * process of its own and says which.
 */
const HANDLERS: Record<string, () => RequestListener> = { express: withExpress, http: () => withNothing };

function withExpress(): RequestListener {
  const app = express();
  app.use(helmet(), express.json());
  app.post('/bench/empty', (request, response) => {
    if (typeof request.body !== 'object') throw new Error('no body');
    response.json({});
  });
  return app;
}

const withNothing: RequestListener = (request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    JSON.parse(Buffer.concat(chunks).toString());
    response.setHeader('Content-Type', 'application/json; charset=utf-8');
    response.end('{}');
  });
};

const handler = HANDLERS[process.argv[2] ?? ''];
if (!handler) throw new Error(`one of ${Object.keys(HANDLERS).join(', ')}`);
// Whoever measures has gone.
process.once('disconnect', () => process.exit());
process.once('SIGTERM', () => process.exit());
tellProcessorTime();
const server = createServer(handler()).listen(0, '127.0.0.1');
await once(server, 'listening');
process.send?.((server.address() as AddressInfo).port);
