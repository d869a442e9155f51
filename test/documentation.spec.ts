import { once } from 'node:events';
import { get, type IncomingMessage, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { startTestApp, type TestApp } from './support/app.js';

const DOCUMENTS = ['/openapi.json', '/openapi.yaml', '/docs/swagger-ui-init.js'];
const BROWSER = 'gzip, deflate, br, zstd';

describe('the documents that anybody may read', () => {
  let service: TestApp;

  beforeAll(async () => {
    service = await startTestApp();
  });
  afterAll(() => service.close());

  /** As it came over the line, packed as it was. */
  async function read(path: string, headers: Record<string, string> = {}) {
    const [response] = (await once(get(service.url + path, { headers, agent: false }), 'response')) as [
      IncomingMessage,
    ];
    return { status: response.statusCode, headers: response.headers, bytes: await buffer(response) };
  }

  it('are made for the first who asks, and cost next to nothing for all others', async () => {
    const all = () => Promise.all(DOCUMENTS.map((path) => read(path, { 'accept-encoding': BROWSER })));
    await all();
    const before = process.cpuUsage();
    for (let times = 0; times < 20; times += 1) await all();
    const { user, system } = process.cpuUsage(before);
    // In microseconds. Made anew, each YAML takes 100 ms.
    expect((user + system) / 20).toBeLessThan(50_000);
  });

  it.each(DOCUMENTS)('%s is packed as the client can unpack it', async (path) => {
    const [plain, gzip, br] = await Promise.all([
      read(path, { 'accept-encoding': 'br;q=0' }),
      read(path, { 'accept-encoding': 'gzip' }),
      read(path, { 'accept-encoding': BROWSER }),
    ]);
    expect([plain, gzip, br].map(({ headers }) => headers['content-encoding'])).toEqual([undefined, 'gzip', 'br']);
    expect(gunzipSync(gzip.bytes).equals(plain.bytes)).toBe(true);
    expect(brotliDecompressSync(br.bytes).equals(plain.bytes)).toBe(true);
    expect(br.bytes.length).toBeLessThan(plain.bytes.length / 10);
    for (const { status, headers } of [plain, gzip, br]) {
      expect([status, headers['vary'], headers['cache-control']]).toEqual([200, 'Accept-Encoding', 'no-cache']);
    }
  });

  it.each(DOCUMENTS)('%s is not sent again to whoever has it, however it was packed', async (path) => {
    const tags: unknown[] = [];
    for (const coding of ['identity', 'gzip', 'br']) {
      const { headers } = await read(path, { 'accept-encoding': coding });
      const again = await read(path, { 'accept-encoding': coding, 'if-none-match': String(headers['etag']) });
      expect([again.status, again.bytes.length, again.headers['etag']]).toEqual([304, 0, headers['etag']]);
      tags.push(headers['etag']);
    }
    expect(new Set(tags).size).toBe(3);
    expect((await read(path, { 'if-none-match': '"another"' })).status).toBe(200);
  });

  it('stay what they are: YAML as YAML, their head without a body, nothing beside them', async () => {
    const yaml = await read('/openapi.yaml');
    expect(yaml.headers['content-type']).toBe('text/yaml; charset=utf-8');
    expect(yaml.bytes.toString()).toMatch(/^openapi: 3\.1\.0\n/);
    const [head] = (await once(request(`${service.url}/openapi.json`, { method: 'HEAD' }).end(), 'response')) as [
      IncomingMessage,
    ];
    expect([head.statusCode, Number(head.headers['content-length']) > 100_000]).toEqual([200, true]);
    expect((await buffer(head)).length).toBe(0);
    expect((await read('/openapi.json/more')).status).toBe(404);
  });
});
