import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { newTenantClient } from './support/api-client.js';
import { startTestApp, type TestApp } from './support/app.js';

describe('a row that somebody else holds', () => {
  let service: TestApp;
  beforeAll(async () => {
    service = await startTestApp();
  });
  afterAll(() => service.close());

  it('makes a change that waits too long a 503 to be repeated, and changes nothing', async () => {
    const client = await newTenantClient(service);
    const created = await client.post('/v1/customers', { external_id: randomUUID(), name: 'Before' });
    const { id } = created.body as { id: string };
    const somebodyElse = new pg.Client(service.database.url);
    await somebodyElse.connect();
    await somebodyElse.query('begin');
    await somebodyElse.query('select 1 from customer where id = $1 for update', [id]);

    const waited = await client.put(`/v1/customers/${id}`, { name: 'After' });
    expect(waited.status).toBe(503);
    expect(waited.headers['retry-after']).toBe('1');
    expect(waited.body).toMatchObject({ code: 'service_unavailable' });

    await somebodyElse.query('rollback');
    await somebodyElse.end();
    expect((await client.get(`/v1/customers/${id}`)).body).toMatchObject({ name: 'Before' });
    expect((await client.put(`/v1/customers/${id}`, { name: 'After' })).body).toMatchObject({ name: 'After' });
  });
});
