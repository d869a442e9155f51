import { Logger } from '@nestjs/common';
import { ExportResultCode } from '@opentelemetry/core';
import type { SpanExporter } from '@opentelemetry/sdk-trace';

const REPORT_EVERY_MS = 60_000;

/** Says when spans could not be sent, once a minute: the SDK drops them without a word. */
export class ReportingExporter implements SpanExporter {
  readonly #logger = new Logger('Tracing');
  readonly #exporter: SpanExporter;
  #reportAt = Number.NEGATIVE_INFINITY;
  #dropped = 0;

  constructor(exporter: SpanExporter) {
    this.#exporter = exporter;
  }

  export(...[spans, done]: Parameters<SpanExporter['export']>): void {
    this.#exporter.export(spans, (result) => {
      if (result.code !== ExportResultCode.SUCCESS) this.#report(spans.length, result.error);
      done(result);
    });
  }

  async forceFlush(): Promise<void> {
    await this.#exporter.forceFlush?.();
  }

  async shutdown(): Promise<void> {
    await this.#exporter.shutdown();
  }

  #report(count: number, error: Error | undefined): void {
    this.#dropped += count;
    const now = performance.now();
    if (now < this.#reportAt) return;
    this.#reportAt = now + REPORT_EVERY_MS;
    this.#logger.warn({
      msg: 'spans could not be sent, and are dropped',
      dropped: this.#dropped,
      reason: error?.message,
    });
    this.#dropped = 0;
  }
}
