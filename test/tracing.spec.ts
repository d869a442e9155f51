import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import supertest from 'supertest';
import { EntityManager } from '@mikro-orm/postgresql';
import { startTestApp, type TestApp } from './support/app.js';
import { createTestDatabase } from './support/database.js';
import { ServiceProcess } from './support/service-process.js';
import { newTenantClient } from './support/api-client.js';
import { expectSoundLedger } from './support/invariants.js';
import { TopUpScene } from './support/top-ups.js';

/** Says on stderr which modules of either are loaded. */
const TELL_LOADED = `data:text/javascript,${encodeURIComponent(
  `import { registerHooks } from 'node:module';
   registerHooks({ load(url, context, next) {
     const [, name] = /node_modules.(@opentelemetry.[a-z-]+|prom-client)/.exec(url) ?? [];
     if (name) process.stderr.write(name + ' ');
     return next(url, context);
   } });`,
)}`;
const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT_ID = '00f067aa0ba902b7';

interface SentSpan {
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  attributes: { key: string; value: Record<string, unknown> }[];
  links?: { spanId: string }[];
}

/** Takes what is sent over OTLP/HTTP in JSON, as a collector does. */
class Collector {
  readonly spans: SentSpan[] = [];
  text = '';
  readonly #server: Server;

  private constructor(isDeaf: boolean) {
    this.#server = createServer((asked, answer) => {
      if (isDeaf) return;
      let body = '';
      asked.on('data', (chunk: Buffer) => (body += chunk.toString()));
      asked.on('end', () => {
        this.text += body;
        const sent = JSON.parse(body) as { resourceSpans: { scopeSpans: { spans: SentSpan[] }[] }[] };
        for (const { scopeSpans } of sent.resourceSpans) for (const { spans } of scopeSpans) this.spans.push(...spans);
        answer.writeHead(200, { 'Content-Type': 'application/json' }).end('{}');
      });
    });
  }

  static async start(isDeaf = false): Promise<Collector> {
    const collector = new Collector(isDeaf);
    collector.#server.listen(0, '127.0.0.1');
    await once(collector.#server, 'listening');
    return collector;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

function startTraced(collector: Collector): Promise<TestApp> {
  return startTestApp({ config: { otelExporterOtlpEndpoint: collector.url } });
}

const valueOf = (span: SentSpan | undefined, key: string) =>
  Object.values(span?.attributes.find((attribute) => attribute.key === key)?.value ?? {})[0];

describe('traces', () => {
  it('go on from the caller, hold groups and calls of providers, and are all sent before the service has stopped', async () => {
    const collector = await Collector.start();
    const service = await startTraced(collector);
    const scene = await TopUpScene.create(service);
    const { walletId } = await scene.newWallet('5');
    await scene.setAutoTopUp(walletId, { threshold: '10', amount: '50' });
    await scene.settle();
    const client = await newTenantClient(service);
    const { body: customer } = await client.post('/v1/customers', { external_id: 'ada', name: 'Ada' });
    await client
      .post('/v1/wallets', { customer_id: customer.id, currency: 'usd' })
      .set('traceparent', `00-${TRACE_ID}-${PARENT_ID}-01`)
      .expect(200);
    await expectSoundLedger(service.get(EntityManager));
    await service.close();
    collector.stop();
    const asked = collector.spans.find(({ name }) => name === 'POST /v1/wallets');
    expect(asked).toMatchObject({ traceId: TRACE_ID, parentSpanId: PARENT_ID });
    expect(Number(valueOf(asked, 'http.response.status_code'))).toBe(200);
    const [toGroup] = asked?.links ?? [];
    const group = collector.spans.find(({ spanId }) => spanId === toGroup?.spanId);
    expect(group).toMatchObject({ name: 'ledger group', links: [{ spanId: asked?.spanId }] });
    expect(valueOf(group, 'refill.outcome')).toBe('committed');
    const call = collector.spans.find(({ name }) => name === 'provider confirmPayment');
    expect(valueOf(call, 'refill.outcome')).toBe('succeeded');
    expect(collector.text).toContain('"refill"');
    for (const told of [walletId, scene.scope.tenantId, 'pm_sandbox']) expect(collector.text).not.toContain(told);
  });

  it('delay neither answers nor the stop by more than some seconds where the collector is deaf', async () => {
    const collector = await Collector.start(true);
    const service = await startTraced(collector);
    await supertest(service.url).get('/health/live').expect(200);
    const startedAt = performance.now();
    await service.close();
    expect(performance.now() - startedAt).toBeLessThan(4500);
    collector.stop();
  });

  it('cost nothing where nobody wants them: neither they nor metrics are loaded', async () => {
    const database = await createTestDatabase();
    const DATA_DIR = mkdtempSync(join(tmpdir(), 'refill-data-'));
    const loadedWith = async (environment: Record<string, string>) => {
      // The bundle has them in files of its own: single modules say which.
      const REFILL_TEST_SERVICE = join(process.env['REFILL_TEST_SERVICE'] ?? '', 'modules');
      const tell = `--import=${TELL_LOADED}`;
      const given = { DATABASE_URL: database.url, DATA_DIR, NODE_OPTIONS: tell, REFILL_TEST_SERVICE };
      const service = await ServiceProcess.start({ ...given, ...environment });
      return (await service.end('SIGTERM')).stderr;
    };
    expect(await loadedWith({})).toBe('');
    const all = await loadedWith({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', METRICS_PORT: '0' });
    expect(all).toContain('@opentelemetry/sdk-trace');
    expect(all).toContain('prom-client');
    rmSync(DATA_DIR, { recursive: true });
    await database.drop();
  });
});
