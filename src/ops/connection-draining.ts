import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import {
  type BeforeApplicationShutdown,
  Injectable,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';

const IDLE_CHECK_MS = 50;
/** Who has sent nothing for so long has nothing under way: browsers open connections that they may need one day. */
const SILENCE_MS = 500;

/**
 * Lets the server end without cutting anybody off: requests under way are answered, clients are told to go elsewhere,
 * and kept-alive connections are closed as soon as nothing is under way on them, also those on which nothing ever was.
 */
@Injectable()
export class ConnectionDraining implements OnModuleInit, BeforeApplicationShutdown, OnApplicationShutdown {
  readonly #sockets = new Set<Socket>();
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly host: HttpAdapterHost) {}

  onModuleInit(): void {
    const server = this.host.httpAdapter?.getHttpServer() as Server | undefined;
    server?.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  beforeApplicationShutdown(): void {
    const server: Server = this.host.httpAdapter.getHttpServer();
    const startedAt = performance.now();
    server.prependListener('request', (_request: IncomingMessage, response: ServerResponse) => {
      response.setHeader('Connection', 'close');
    });
    // Node closes the connections that are idle now, not those that become idle later, nor those that never had a request.
    this.#timer = setInterval(() => {
      server.closeIdleConnections();
      if (performance.now() - startedAt < SILENCE_MS) return;
      for (const socket of this.#sockets) if (socket.bytesRead === 0) socket.destroy();
    }, IDLE_CHECK_MS);
  }

  onApplicationShutdown(): void {
    clearInterval(this.#timer);
  }
}
