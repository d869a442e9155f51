import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Context,
  defaultTextMapGetter,
  isSpanContextValid,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  type SpanOptions,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { Request, RequestHandler, Response } from 'express';
import type { Config } from '../../config.js';
import { requestIdOf } from '../../http/request-id.js';
import { FAILED, type WatchedWork, type Watcher } from '../../shared/work-watch.js';
import { within } from '../../shared/within.js';
import { routeOf } from '../route-of.js';
import { ReportingExporter } from './reporting-exporter.js';

/** How long one request to the collector may take. What waits meanwhile is bounded; beyond that spans are dropped. */
const EXPORT_TIMEOUT_MS = 5000;
const MOST_WAITING = 4096;
/** A collector that hangs keeps a process from stopping for no longer. */
const FLUSH_MS = 3000;
/** Links of one group: more says no more. */
const MOST_LINKS = 128;
/** Outcomes after which somebody may want to look. */
const ERRORS: ReadonlySet<string> = new Set([FAILED, 'unknown', 'invalid']);

/** Spans of requests, of the ledger's groups and of calls of providers, sent over OTLP. They name nobody, and no amount. */
export class Spans implements Watcher {
  readonly #provider: TracerProvider;
  readonly #tracer: Tracer;
  readonly #propagator = new W3CTraceContextPropagator();
  /** Whose child the next span is. Not OpenTelemetry's own: that one is of the process, and outlives the service in it. */
  readonly #current = new AsyncLocalStorage<Context>();

  constructor(config: Config) {
    const url = `${config.otelExporterOtlpEndpoint?.replace(/\/+$/, '')}/v1/traces`;
    const exporter = new ReportingExporter(new OTLPTraceExporter({ url, timeoutMillis: EXPORT_TIMEOUT_MS }));
    this.#provider = new TracerProvider({
      resource: resourceFromAttributes({ 'service.name': config.otelServiceName }),
      sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(Number(config.otelTracesSamplerArg)) }),
      spanProcessors: [
        new BatchSpanProcessor({ exporter, maxQueueSize: MOST_WAITING, exportTimeoutMillis: EXPORT_TIMEOUT_MS }),
      ],
    });
    this.#tracer = this.#provider.getTracer('refill');
  }

  /** As Express takes it. A trace that the caller has begun goes on. */
  readonly handle: RequestHandler = (request, response, next) => {
    const parent = this.#propagator.extract(ROOT_CONTEXT, request.headers, defaultTextMapGetter);
    const span = this.#tracer.startSpan('request', { kind: SpanKind.SERVER }, parent);
    response.once('close', () => endRequest(span, request, response));
    this.#current.run(trace.setSpan(parent, span), next);
  };

  async around<Result>(
    work: WatchedWork,
    run: () => Promise<Result>,
    outcomeOf: (result: Result) => string,
  ): Promise<Result> {
    const { context, span } = this.#begin(work);
    let outcome = FAILED;
    try {
      const result = await this.#current.run(context, run);
      outcome = outcomeOf(result);
      return result;
    } finally {
      span.setAttribute('refill.outcome', outcome);
      if (ERRORS.has(outcome)) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    }
  }

  origin(): Span | undefined {
    const context = this.#current.getStore();
    return context && trace.getSpan(context);
  }

  /** Sends what is left. */
  async end(): Promise<void> {
    await within(
      FLUSH_MS,
      this.#provider.shutdown().catch(() => undefined),
      () => undefined,
    );
  }

  #begin(work: WatchedWork): { context: Context; span: Span } {
    if (work.kind === 'ledger_group') return this.#beginGroup(work);
    const parent = this.#current.getStore() ?? ROOT_CONTEXT;
    const { operation, provider } = work;
    const attributes = { 'refill.provider': provider, 'refill.operation': operation };
    const span = this.#tracer.startSpan(`provider ${operation}`, { kind: SpanKind.CLIENT, attributes }, parent);
    return { context: trace.setSpan(parent, span), span };
  }

  /** A group is nobody's child, as it is of many: it and the requests in it are linked, both ways. */
  #beginGroup({ size, origins }: WatchedWork & { kind: 'ledger_group' }): { context: Context; span: Span } {
    const askers = new Set<Span>();
    for (const origin of origins) if (origin !== undefined && askers.size < MOST_LINKS) askers.add(origin as Span);
    const links = Array.from(askers, (asker) => ({ context: asker.spanContext() })).filter(isLinkable);
    const options: SpanOptions = { links, attributes: { 'refill.group_size': size }, root: true };
    const span = this.#tracer.startSpan('ledger group', options, ROOT_CONTEXT);
    const context = span.spanContext();
    if (span.isRecording()) for (const asker of askers) asker.addLink({ context });
    return { context: trace.setSpan(ROOT_CONTEXT, span), span };
  }
}

function isLinkable({ context }: { context: SpanContext }): boolean {
  return isSpanContextValid(context);
}

function endRequest(span: Span, request: Request, response: Response): void {
  const { pattern, isMatched } = routeOf(request);
  // What no route has the client chooses the name of.
  const method = isMatched ? request.method : 'HTTP';
  span.updateName(`${method} ${pattern}`);
  span.setAttributes({
    'http.request.method': method,
    'http.route': pattern,
    'refill.request_id': requestIdOf(request),
  });
  if (response.writableFinished) span.setAttribute('http.response.status_code', response.statusCode);
  if (!response.writableFinished || response.statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}
