import { readFileSync } from 'node:fs';
import { EntityManager } from '@mikro-orm/postgresql';
import request from 'supertest';
import { parse } from 'yaml';
import { MetricsServer } from '../src/ops/metrics/metrics-server.js';
import { ScheduledTask } from '../src/top-ups/schedule/scheduled-task.js';
import { startTestApp, type TestApp } from './support/app.js';
import { createPgliteDatabase } from './support/database.js';
import { TopUpScene } from './support/top-ups.js';

/** What Prometheus adds to what it reads. */
const ADDED = ['up', 'job', 'instance', 'le'];

/** @returns the value of each line, by its name and labels as they are printed */
async function scrape(url: string): Promise<Map<string, number>> {
  const { text } = await request(url).get('/metrics').expect(200);
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  );
}

async function metricsOf(service: TestApp): Promise<string> {
  const url = await service.app.get(MetricsServer, { strict: false }).listen();
  return (url as string).replace(/\/metrics$/, '');
}

/** Names of metrics with those of their labels. */
function namesOf(seen: ReadonlyMap<string, number>): Map<string, Set<string>> {
  const names = new Map<string, Set<string>>();
  for (const line of seen.keys()) {
    const [name = '', labels = ''] = line.replace('}', '').split('{', 2);
    const known = names.get(name) ?? new Set<string>();
    for (const [, label] of labels.matchAll(/(\w+)="/g)) known.add(String(label));
    names.set(name, known);
  }
  return names;
}

/** Metrics and labels that an expression names and that are not there. */
function strangersIn(expression: string, names: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const used = [...expression.matchAll(/\b((?:refill|process|nodejs)_[a-z0-9_]+)/g)].map(([, name]) => String(name));
  const labels = [
    ...[...expression.matchAll(/(\w+)\s*(?:=~|!=|!~|=)\s*"/g)].map(([, label]) => String(label)),
    ...[...expression.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list]) => String(list).split(/,\s*/)),
  ];
  const known = new Set([...ADDED, ...used.flatMap((name) => [...(names.get(name) ?? [])])]);
  return [...used.filter((name) => !names.has(name)), ...labels.filter((label) => !known.has(label))];
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
    expect(text).toMatch(/^refill_build_info\{version="\d+\.\d+\.\d+"\} 1$/m);
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

  it('show groups, calls of providers, declines and what is open, and name nobody', async () => {
    const scene = await TopUpScene.create(service);
    const { walletId, customerId } = await scene.newWallet('5', 'pm_sandbox_decline');
    await scene.setAutoTopUp(walletId, { threshold: '10', amount: '50' });
    await scene.settle();
    service.clock.advance(6000);
    const seen = await scrape(metrics);
    expect(seen.get('refill_ledger_commit_duration_seconds_count{outcome="committed"}')).toBeGreaterThan(2);
    expect(seen.get('refill_ledger_commit_duration_seconds_count{outcome="failed"}')).toBe(0);
    expect(seen.get('refill_ledger_group_size_count')).toBeGreaterThan(2);
    expect(seen.get('refill_declines_total{code="insufficient_funds"}')).toBe(1);
    const declined = 'provider="sandbox",operation="confirmPayment",outcome="declined"';
    expect(seen.get(`refill_provider_call_duration_seconds_count{${declined}}`)).toBe(1);
    expect(seen.get('refill_top_ups_open{status="retry_wait"}')).toBe(1);
    expect(seen.get('refill_top_ups_oldest_open_seconds{status="retry_wait"}')).toBeGreaterThanOrEqual(6);
    expect(seen.get('refill_database_connections{lane="ledger"}')).toBeGreaterThanOrEqual(1);
    const page = [...seen.keys()].join('\n');
    for (const told of [walletId, customerId, scene.scope.tenantId]) expect(page).not.toContain(told);
  });

  it('show what the last look at the ledger came to, once there was one', async () => {
    expect([...(await scrape(metrics)).keys()]).not.toContain('refill_ledger_breaches');
    await service
      .get(EntityManager)
      .fork()
      .execute(
        `insert into ledger_check (day, lease_until, finished_at, wallets, entries, left_out, breaches, anchor)
         values ('2026-11-21', now(), ?, 1, 1, 0, '["a balance", "a hash"]', '')`,
        [service.clock.now().toISOString()],
      );
    service.clock.advance(61_000);
    const seen = await scrape(metrics);
    expect(seen.get('refill_ledger_breaches')).toBe(2);
    expect(seen.get('refill_ledger_check_age_seconds')).toBe(61);
  });

  it('are those that docs/metrics.md lists', async () => {
    const { text } = await request(metrics).get('/metrics');
    const told = [...text.matchAll(/^# TYPE (refill_\w+) (\w+)$/gm)].map(([, name, kind]) => `${name} ${kind}`);
    const listed = readFileSync('docs/metrics.md', 'utf8').matchAll(/^\| `(refill_\w+)`\s*\| (\w+)/gm);
    expect([...listed].map(([, name, kind]) => `${name} ${kind}`).sort()).toEqual(told.sort());
  });

  it('are all that alert rules and the dashboard ask for, with the labels that they ask for', async () => {
    const names = namesOf(await scrape(metrics));
    const rules = parse(readFileSync('ops/prometheus/alerts.yml', 'utf8')) as {
      groups: { rules: { alert: string; expr: string; for: string; annotations: { runbook_url: string } }[] }[];
    };
    const alerts = rules.groups.flatMap((group) => group.rules);
    const dashboard = JSON.parse(readFileSync('ops/grafana/refill.json', 'utf8')) as {
      panels: { title: string; targets: { expr: string }[] }[];
    };
    const asked = [
      ...alerts.map(({ alert, expr }) => ({ who: alert, expr })),
      ...dashboard.panels.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ who: title, expr }))),
    ];
    expect(asked.length).toBeGreaterThan(30);
    const strangers = asked.map(({ who, expr }) => ({ who, strangers: strangersIn(expr, names) }));
    expect(strangers.filter((found) => found.strangers.length > 0)).toEqual([]);
    expect(alerts.filter(({ annotations }) => !annotations.runbook_url.startsWith('docs/operations.md#'))).toEqual([]);
  });
});

describe('metrics without a database', () => {
  it('still say what the process knows, and that it is down', async () => {
    const service = await startTestApp({ config: { metricsPort: 0 } });
    const metrics = await metricsOf(service);
    await service.database.drop();
    const seen = await scrape(metrics);
    expect(seen.get('refill_database_up')).toBe(0);
    expect(seen.get('refill_ledger_queue_length')).toBe(0);
    expect([...seen.keys()].filter((line) => line.startsWith('refill_due'))).toEqual([]);
    await service.close();
  });
});

describe('metrics on the embedded database', () => {
  it('say that it is up, and how old what is due is', async () => {
    const service = await startTestApp({ database: createPgliteDatabase(), config: { metricsPort: 0 } });
    const seen = await scrape(await metricsOf(service));
    expect(seen.get('refill_database_up')).toBe(1);
    expect(seen.get('refill_due_oldest_seconds{work="expired-holds"}')).toBe(0);
    await service.close();
  });
});
