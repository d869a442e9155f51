import { readFileSync } from 'node:fs';
import request from 'supertest';
import { parse } from 'yaml';
import { MetricsServer } from '../src/ops/metrics/metrics-server.js';
import { ScheduledTask } from '../src/top-ups/schedule/scheduled-task.js';
import { startTestApp, type TestApp } from './support/app.js';
import { createPgliteDatabase } from './support/database.js';

const LABELLED = /^([a-zA-Z_:][\w:]*)(?:\{([^}]*)\})? (\S+)$/;
/** Metrics as PromQL names them. */
const NAMED = /\b(?:refill|process|nodejs)_[a-z0-9_]+/g;

/** @returns the value of each line that begins with a name and its labels, as they are printed */
async function scrape(url: string): Promise<Map<string, number>> {
  const { text, status } = await request(url).get('/metrics');
  expect(status).toBe(200);
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  );
}

async function metricsOf(service: TestApp): Promise<string> {
  const url = await service.app.get(MetricsServer, { strict: false }).listen();
  return (url as string).replace(/\/metrics$/, '');
}

describe('metrics', () => {
  let service: TestApp;
  let metrics: string;

  beforeAll(async () => {
    service = await startTestApp({ config: { metricsPort: 0 } });
    metrics = await metricsOf(service);
  });

  afterAll(() => service.close());

  it('are told on a port of their own, and nowhere else', async () => {
    await request(service.url).get('/metrics').expect(404);
    await request(metrics).get('/health').expect(404);
    await request(metrics).post('/metrics').expect(404);
    const { headers, text } = await request(metrics).get('/metrics').expect(200);
    expect(headers['content-type']).toMatch(/^text\/plain; version=0.0.4/);
    expect(text).toContain('process_resident_memory_bytes ');
    expect(text).toContain('nodejs_eventloop_lag_p99_seconds ');
    expect(text).toContain('refill_build_info{version="0.1.0"} 1');
  });

  it('count requests by the pattern of their route, never by their path', async () => {
    for (const id of ['wallet_1', 'wallet_2', 'wallet_3'])
      await request(service.url).get(`/v1/wallets/${id}`).expect(401);
    for (const path of ['/nowhere/1', '/nowhere/2']) await request(service.url).get(path);
    const seen = await scrape(metrics);
    expect(seen.get('refill_http_requests_total{method="GET",route="/v1/wallets/:id",status="401"}')).toBe(3);
    expect(seen.get('refill_http_request_duration_seconds_count{method="GET",route="/v1/wallets/:id"}')).toBe(3);
    expect(seen.get('refill_http_requests_total{method="any",route="unmatched",status="404"}')).toBeGreaterThanOrEqual(
      2,
    );
    expect([...seen.keys()].join('\n')).not.toMatch(/wallet_1|nowhere/);
  });

  it('say when each stage of the scheduled task has ended', async () => {
    await service.get(ScheduledTask).run();
    const seen = await scrape(metrics);
    const at = seen.get('refill_sweep_finished_timestamp_seconds{stage="top-ups"}');
    expect(at).toBe(service.clock.now().getTime() / 1000);
  });
});
