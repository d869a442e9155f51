import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { RequestHandler } from 'express';
import { Config, ConfigError } from '../../config.js';
import { WorkWatch } from '../../shared/work-watch.js';
import { MetricSources } from './metric-sources.js';
import type { Metrics } from './metrics.js';

/** A scraper and an operator beside it; whoever opens more has not been meant. */
const MAX_CONNECTIONS = 20;
const HEADERS_TIMEOUT_MS = 5000;

/** `GET /metrics` on a port of its own, which the public has no way to: what it says is nobody's but the operator's. */
@Injectable()
export class MetricsServer implements OnModuleInit, OnApplicationShutdown {
  readonly #logger = new Logger('Metrics');
  #metrics: Metrics | undefined;
  #server: Server | undefined;

  constructor(
    private readonly config: Config,
    private readonly sources: MetricSources,
    private readonly watch: WorkWatch,
  ) {}

  /** Loads what counts, where somebody may ask: nobody else pays for it. */
  async onModuleInit(): Promise<void> {
    if (this.config.metricsPort === undefined) return;
    const { Metrics } = await import('./metrics.js');
    this.#metrics = new Metrics(this.sources, this.watch);
  }

  /** Counts requests, as Express takes it. */
  readonly handle: RequestHandler = (request, response, next) => {
    if (this.#metrics) this.#metrics.handle(request, response, next);
    else next();
  };

  /**
   * Listens where the settings say, if they say so. Not by itself: a command beside the service has no port.
   * @returns the address of the page; undefined where metrics are off
   * @throws ConfigError when the port cannot be had
   */
  async listen(): Promise<string | undefined> {
    const { metricsPort, metricsHost } = this.config;
    if (!this.#metrics || metricsPort === undefined) return undefined;
    const server = createServer({ headersTimeout: HEADERS_TIMEOUT_MS }, (request, response) => {
      void this.#answer(request, response);
    });
    server.maxConnections = MAX_CONNECTIONS;
    server.listen(metricsPort, metricsHost);
    try {
      await once(server, 'listening');
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new ConfigError(
        `METRICS_HOST ${metricsHost} and METRICS_PORT ${metricsPort} cannot be listened on (${code})`,
      );
    }
    this.#server = server;
    const { address, family, port } = server.address() as AddressInfo;
    const url = `http://${family === 'IPv6' ? `[${address}]` : address}:${port}/metrics`;
    this.#logger.log({ msg: 'metrics', url });
    return url;
  }

  /** The last of all: what a process does while it stops can be seen. */
  onApplicationShutdown(): void {
    this.#server?.close();
    this.#server?.closeAllConnections();
  }

  async #answer({ method, url = '' }: IncomingMessage, response: ServerResponse): Promise<void> {
    if (url.split('?', 1)[0] !== '/metrics' || (method !== 'GET' && method !== 'HEAD')) {
      response.writeHead(404).end();
      return;
    }
    try {
      const { contentType } = this.#metrics as Metrics;
      const page = await (this.#metrics as Metrics).render();
      response.writeHead(200, { 'Content-Type': contentType }).end(method === 'HEAD' ? undefined : page);
    } catch (error) {
      this.#logger.error({ msg: 'metrics could not be told', err: error });
      response.writeHead(500).end();
    }
  }
}
