import request from 'supertest';
import { startTestApp, type TestApp } from './support/app.js';
import { expectOwnElementsOnly } from './support/page-policy.js';

describe('the front page', () => {
  let service: TestApp;
  beforeAll(async () => {
    service = await startTestApp();
  });
  afterAll(() => service.close());

  it('says to a person what this is and where to go, without a script', async () => {
    const { text, headers } = await request(service.url).get('/').set('Accept', 'text/html').expect(200);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    for (const path of ['/console', '/docs', '/openapi.json', '/health/ready'])
      expect(text).toContain(`href="${path}"`);
    expect(text).toContain('prepaid credits');
    expect(text).not.toContain('<script');
  });

  it('says the same to a program, in JSON', async () => {
    const { body, headers } = await request(service.url).get('/').set('Accept', 'application/json').expect(200);
    expect(headers['vary']).toBe('Accept');
    expect(body).toEqual({
      name: 'Refill',
      description: expect.stringContaining('prepaid credits'),
      console: '/console',
      documentation: '/docs',
      openapi: '/openapi.json',
      health: '/health/ready',
    });
    for (const path of ['/openapi.json', '/health/ready']) await request(service.url).get(path).expect(200);
  });

  it('trusts its own style only', async () => {
    await expectOwnElementsOnly(service.url, '/');
  });
});
