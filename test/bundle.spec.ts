import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { withKey } from './support/api-client.js';
import { startTestApp, type TestApp } from './support/app.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';
import { copyPgliteTemplate } from './support/pglite-template.js';
import { SdkScene } from './support/sdk-scene.js';
import { ServiceProcess } from './support/service-process.js';

const LIST_LOADED = new URL('support/list-loaded.js', import.meta.url).href;

/** What is read when it is needed has to be found from the bundle, too: all other tests run on single modules. */
describe('the bundled service', () => {
  let database: TestDatabase & { url: string };
  let folder: string;
  let modules: TestApp;
  let bundled: ServiceProcess;
  let scene: SdkScene;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'refill-bundle-'));
    database = await createTestDatabase();
    modules = await startTestApp({ database });
    scene = await SdkScene.create(modules);
    bundled = await ServiceProcess.start({
      DATABASE_URL: database.url,
      DATA_DIR: folder,
      METRICS_PORT: '0',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
      SWEEP_INTERVAL_MS: '0',
    });
  });
  afterAll(async () => {
    await bundled.end('SIGKILL');
    await modules.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(['/docs', '/docs/swagger-ui-bundle.js', '/docs/swagger-ui-init.js', '/openapi.json', '/openapi.yaml'])(
    'serves %s',
    async (path) => {
      const [here, there] = await Promise.all([bundled.url, modules.url].map((url) => fetch(url + path)));
      expect([here?.status, await here?.text()]).toEqual([200, await there?.text()]);
    },
  );

  it('draws an invoice as its modules do', async () => {
    const id = await scene.newInvoice();
    const client = withKey({ ...modules, url: bundled.url }, scene.client.key, scene.client.scope);
    const [here, there] = await Promise.all(
      [client, scene.client].map((each) => each.get(`/v1/invoices/${id}/pdf`).buffer(true).expect(200)),
    );
    expect((here as { body: Buffer }).body.subarray(0, 5).toString()).toBe('%PDF-');
    expect(here?.body).toEqual(there?.body);
  });

  it('names our own files in the stack of an error', async () => {
    const owner = new pg.Client(database.url);
    await owner.connect();
    await owner.query('alter table credit_pack rename to credit_pack_gone');
    try {
      const response = await fetch(`${bundled.url}/v1/credit-packs`, { headers: { 'x-api-key': scene.client.key } });
      expect(response.status).toBe(500);
    } finally {
      await owner.query('alter table credit_pack_gone rename to credit_pack');
      await owner.end();
    }
    const failed = bundled.log.find(({ msg }) => msg === 'request failed');
    expect(JSON.stringify(failed)).toMatch(/src\/credits\/packs\/credit-packs\.controller\.ts:\d+/);
  });

  it('loads of packages what has to stay outside, and the embedded database only where it is used', async () => {
    const settings = { DATA_DIR: folder, NODE_OPTIONS: `--import ${LIST_LOADED}`, SWEEP_INTERVAL_MS: '0' };
    const loaded = async (environment: Record<string, string>) => {
      const service = await ServiceProcess.start({ ...settings, ...environment });
      await service.end('SIGTERM');
      return service.log.find(({ msg }) => msg === 'loaded')?.['packages'];
    };
    const always = ['picomatch', 'reflect-metadata', 'swagger-ui-dist'];
    expect(await loaded({ DATABASE_URL: database.url })).toEqual(always);
    await copyPgliteTemplate(folder);
    expect(await loaded({})).toEqual(['@electric-sql/pglite', ...always]);
  });
});
