import type { Server } from 'node:http';
import { promisify } from 'node:util';
import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';

/** Says why the service stops and what it waits for, and when that has come to an end. */
@Injectable()
export class StopLines implements BeforeApplicationShutdown, OnApplicationShutdown {
  readonly #logger = new Logger('Refill');
  #startedAt = 0;

  constructor(private readonly host: HttpAdapterHost) {}

  async beforeApplicationShutdown(signal?: string): Promise<void> {
    this.#startedAt = performance.now();
    const server = this.host.httpAdapter?.getHttpServer() as Server | undefined;
    if (!server?.listening) return;
    server.closeIdleConnections();
    // Closed ones are counted until the loop has been round.
    await promisify(setImmediate)();
    const connections = await promisify(server.getConnections.bind(server))();
    this.#logger.log({
      msg: 'stops: waits for requests under way, then for the scheduled task, charges and deliveries that have begun',
      signal,
      connections,
    });
  }

  onApplicationShutdown(signal?: string): void {
    const durationMs = Math.round(performance.now() - this.#startedAt);
    this.#logger.log({ msg: 'stopped', signal, durationMs });
  }
}
