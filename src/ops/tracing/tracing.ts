import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { RequestHandler } from 'express';
import { Config } from '../../config.js';
import { WorkWatch } from '../../shared/work-watch.js';
import type { Spans } from './spans.js';

/** Traces, where the settings say whom to send them to. OpenTelemetry is not loaded where they do not. */
@Injectable()
export class Tracing implements OnModuleInit, OnApplicationShutdown {
  #spans: Spans | undefined;

  constructor(
    private readonly config: Config,
    private readonly watch: WorkWatch,
  ) {}

  async onModuleInit(): Promise<void> {
    if (this.config.otelExporterOtlpEndpoint === undefined) return;
    const { Spans } = await import('./spans.js');
    this.#spans = new Spans(this.config);
    this.watch.add(this.#spans);
  }

  /** Makes a span of each request, as Express takes it. */
  readonly handle: RequestHandler = (request, response, next) => {
    if (this.#spans) this.#spans.handle(request, response, next);
    else next();
  };

  /** Sends what is left, for a few seconds at most. */
  async onApplicationShutdown(): Promise<void> {
    await this.#spans?.end();
  }
}
