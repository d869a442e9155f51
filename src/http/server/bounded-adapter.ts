import { createServer, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { ExpressAdapter } from '@nestjs/platform-express';
import type { Express } from 'express';
import type { Config } from '../../config.js';
import { narrowRoutes, type Router } from './route-table.js';

/** How often Node looks for requests that are late; its own 30 s would let half a header live for 40. */
const CHECK_INTERVAL_MS = 1000;
/** Longer than the 60 s of usual load balancers, which would otherwise send requests into a closing connection. */
const KEEP_ALIVE_MS = 65_000;

/** What Nest runs on, with a server that waits for nobody for ever. Most of it can only be said when the server is made. */
export class BoundedAdapter extends ExpressAdapter {
  constructor(private readonly config: Config) {
    super();
  }

  override initHttpServer(): void {
    const { headersTimeoutMs, requestTimeoutMs, answerTimeoutMs, maxConnections } = this.config;
    const handle = this.getInstance<Express>();
    narrowRoutes(handle.router as unknown as Router);
    const server = createServer(
      {
        headersTimeout: Math.min(headersTimeoutMs, requestTimeoutMs),
        requestTimeout: requestTimeoutMs,
        connectionsCheckingInterval: Math.min(CHECK_INTERVAL_MS, headersTimeoutMs),
        keepAliveTimeout: KEEP_ALIVE_MS,
      },
      (request, response) => {
        response.on('timeout', closeSlowReader);
        handle(request, response);
      },
    );
    server.timeout = answerTimeoutMs;
    server.maxConnections = maxConnections;
    // Full: those that only keep a place, for a request that they may send one day, make room.
    server.on('drop', () => server.closeIdleConnections());
    this.httpServer = server;
  }
}

/**
 * Nothing has moved on the connection for `ANSWER_TIMEOUT_MS`. Whoever waits for us may go on waiting; for whom an answer
 * waits that they do not take is given up. A stream that is read, however long it is, moves.
 */
function closeSlowReader(this: ServerResponse, socket: Socket): void {
  if (socket.writableLength > 0) socket.destroy();
}
