import autocannon from 'autocannon';

/** How fast it went. */
export interface Speed {
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** Processor time of each request, where somebody asked for it. */
  cost?: Cost;
}

/** Processor time, µs. */
export interface Cost {
  /** Of the processes that answer. */
  node: number;
  /** Of PostgreSQL; undefined where it cannot be read. */
  postgres: number | undefined;
}

/** What one request of a case looks like. */
export interface LoadRequest {
  method: 'GET' | 'POST';
  path: string;
  body?: object;
}

interface LoadOptions {
  url: string;
  apiKey: string;
  connections: number;
  warmUpSeconds: number;
  seconds: number;
  /** Says how much has been used so far. */
  readCost?: () => Promise<Cost>;
}

/**
 * Sends requests over so many connections, each as soon as the last was answered, and measures after a warm-up. Throws
 * when anything but a 2xx came back: a service that refuses is fast, and proves nothing.
 */
export async function measureLoad(next: () => LoadRequest, options: LoadOptions): Promise<Speed> {
  await run(next, options, options.warmUpSeconds);
  const before = await options.readCost?.();
  const { requests, ...speed } = await run(next, options, options.seconds);
  const after = await options.readCost?.();
  return before && after ? { ...speed, cost: costOfEach(before, after, requests) } : speed;
}

function costOfEach(before: Cost, after: Cost, requests: number): Cost {
  const postgres =
    before.postgres === undefined || after.postgres === undefined ? undefined : after.postgres - before.postgres;
  return { node: (after.node - before.node) / requests, postgres: postgres && postgres / requests };
}

function run(
  next: () => LoadRequest,
  { url, apiKey, connections }: LoadOptions,
  seconds: number,
): Promise<Speed & { requests: number }> {
  const latencies: number[] = [];
  const headers = { 'x-api-key': apiKey, 'content-type': 'application/json' };
  const setupRequest = (request: autocannon.Request): autocannon.Request => {
    const { method, path, body } = next();
    return { ...request, method, path, headers, body: body && JSON.stringify(body) };
  };
  return new Promise((resolve, reject) => {
    const settings = { url, connections, duration: seconds, headers, requests: [{ setupRequest }] };
    const load = autocannon(settings, (error: Error | null, result) => {
      if (error) reject(error);
      else if (result.non2xx + result.errors > 0) {
        reject(new Error(`${result.non2xx} answers were not 2xx, ${result.errors} requests failed`));
      } else {
        const requests = latencies.length;
        resolve({ requests, perSecond: requests / result.duration, ...percentiles(latencies) });
      }
    });
    load.on('response', (_client, _status, _bytes, milliseconds) => latencies.push(milliseconds));
  });
}

/** Sorts the latencies. */
export function percentiles(latenciesMs: number[]): Pick<Speed, 'p50Ms' | 'p99Ms'> {
  const sorted = Float64Array.from(latenciesMs).sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { p50Ms: at(0.5), p99Ms: at(0.99) };
}
