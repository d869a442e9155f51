import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { type BeforeApplicationShutdown, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';

const IDLE_CHECK_MS = 50;

/**
 * Lets the server end without cutting anybody off: requests under way are answered, clients are told to go elsewhere,
 * and kept-alive connections are closed as soon as nothing is under way on them. Costs nothing before the shutdown.
 */
@Injectable()
export class ConnectionDraining implements BeforeApplicationShutdown, OnApplicationShutdown {
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly host: HttpAdapterHost) {}

  beforeApplicationShutdown(): void {
    const server: Server = this.host.httpAdapter.getHttpServer();
    server.prependListener('request', (_request: IncomingMessage, response: ServerResponse) => {
      response.setHeader('Connection', 'close');
    });
    // Node closes the connections that are idle now, not those that become idle later.
    this.#timer = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS);
  }

  onApplicationShutdown(): void {
    clearInterval(this.#timer);
  }
}
