import type { Request, RequestHandler, Response } from 'express';
import { Counter, Histogram, type Registry } from 'prom-client';
import { routeOf } from '../route-of.js';

/** Seconds. Few: each is a series for each route. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];

/** Counts requests by the pattern of their route: never by their path, which is different for each customer. */
export class RequestMetrics {
  readonly #requests: Counter<'method' | 'route' | 'status'>;
  readonly #durations: Histogram<'method' | 'route'>;

  constructor(registry: Registry) {
    this.#requests = new Counter({
      name: 'refill_http_requests_total',
      help: 'Requests that were let in, by method, pattern of the route (`unmatched`: none) and status (`aborted`: the client left).',
      labelNames: ['method', 'route', 'status'],
      registers: [registry],
    });
    this.#durations = new Histogram({
      name: 'refill_http_request_duration_seconds',
      help: 'From the first byte of a request to the last of its answer, by method and pattern of the route.',
      labelNames: ['method', 'route'],
      buckets: BUCKETS,
      registers: [registry],
    });
  }

  /** As Express takes it, behind what sheds load. */
  readonly handle: RequestHandler = (request, response, next) => {
    const startedAt = performance.now();
    response.once('close', () => this.#count(request, response, (performance.now() - startedAt) / 1000));
    next();
  };

  #count(request: Request, response: Response, seconds: number): void {
    const route = routeOf(request);
    const { method } = request;
    // Of a method that no route has the client chooses the name.
    const labels = { method: route.isMatched ? method : 'any', route: route.pattern };
    const status = response.writableFinished ? response.statusCode : 'aborted';
    this.#requests.inc({ ...labels, status });
    this.#durations.observe(labels, seconds);
  }
}
