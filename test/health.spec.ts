import request from 'supertest';
import { startTestApp, type TestApp } from './support/app.js';
import { createPgliteDatabase } from './support/database.js';

describe('health', () => {
  let service: TestApp;

  beforeAll(async () => {
    service = await startTestApp();
  });

  afterAll(() => service.close());

  it.each(['get', 'post'] as const)('answers %s /health as Flexprice does', async (method) => {
    const { status, body } = await request(service.url)[method]('/health');
    expect({ status, body }).toEqual({ status: 200, body: { status: 'ok' } });
  });

  it('is live without a key', async () => {
    await request(service.url).get('/health/live').expect(200, { status: 'ok' });
  });

  it('is ready when the database answers and is migrated', async () => {
    const { status, body } = await request(service.url).get('/health/ready');
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: 'ok', details: { database: { status: 'up' }, migrations: { status: 'up' } } });
  });

  it('is not ready, but still live, when the database is away', async () => {
    await service.database.drop();
    const { status, body } = await request(service.url).get('/health/ready');
    expect(status).toBe(503);
    expect(body).toMatchObject({ status: 'error', details: { database: { status: 'down' } } });
    await request(service.url).get('/health/live').expect(200);
  });
});

describe('health on the embedded database', () => {
  it('is ready while that is open, and needs no statement to know it', async () => {
    const service = await startTestApp({ database: createPgliteDatabase() });
    const { status, body } = await request(service.url).get('/health/ready');
    expect(status).toBe(200);
    expect(body.details).toMatchObject({ database: { status: 'up' }, migrations: { status: 'up' } });
    await service.close();
  });
});

describe('every answer', () => {
  let service: TestApp;

  beforeAll(async () => {
    service = await startTestApp();
  });

  afterAll(() => service.close());

  it('repeats the request id that the client sent', async () => {
    const { headers } = await request(service.url).get('/health').set('X-Request-ID', 'order_17-b');
    expect(headers['x-request-id']).toBe('order_17-b');
  });

  it.each(['', 'two words', 'a'.repeat(65), '<script>', 'é'])('has an id of its own in place of %j', async (sent) => {
    const response = await fetch(`${service.url}/health`, { headers: { 'X-Request-ID': sent } });
    expect(response.headers.get('x-request-id')).toMatch(/^req_[\w-]{10,}$/);
  });

  it('may be read by a browser anywhere, and does not say what it runs on', async () => {
    const { headers } = await request(service.url).get('/health').set('Origin', 'https://shop.example');
    expect(headers['access-control-allow-origin']).toBe('*');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers).not.toHaveProperty('x-powered-by');
  });
});

describe('the documentation', () => {
  let service: TestApp;

  beforeAll(async () => {
    service = await startTestApp();
  });

  afterAll(() => service.close());

  it('is an OpenAPI 3.1 document that names the ways to show a key', async () => {
    const { body } = await request(service.url).get('/openapi.json').expect(200);
    expect(body.openapi).toBe('3.1.0');
    expect(Object.values(body.components.securitySchemes)).toEqual([
      expect.objectContaining({ type: 'apiKey', name: 'x-api-key' }),
      expect.objectContaining({ type: 'http', scheme: 'bearer' }),
      expect.objectContaining({ type: 'apiKey', name: 'X-Session-Token' }),
    ]);
  });

  it('names each operation once: Swagger UI takes the first of two, and calls that', async () => {
    const { body } = await request(service.url).get('/openapi.json').expect(200);
    const operations = Object.values(body.paths as Record<string, object>).flatMap((path) => Object.values(path));
    const ids = operations.map(({ operationId }: { operationId: string }) => operationId);
    expect(ids.length).toBeGreaterThan(50);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });

  it('has a page whose every file comes from this server, as its own rules demand', async () => {
    const { text, headers } = await request(service.url).get('/docs').expect(200);
    const files = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file]) => file as string);
    expect(files.length).toBeGreaterThan(3);
    for (const file of files) await request(service.url).get(new URL(file, 'http://x/docs').pathname).expect(200);
    expect(files.filter((file) => /^(https?:)?\/\//.test(file))).toEqual([]);
    expect(text).not.toMatch(/<script(?![^>]*\bsrc=)[^>]*>\s*\S/);
    expect(headers['content-security-policy']).toContain("default-src 'self'");
  });
});
