import { randomUUID } from 'node:crypto';
import { type ApiClient, newTenantClient } from './support/api-client.js';
import { startTestApp, type TestApp } from './support/app.js';

/** The keys that the SDK asks for, and ours. */
const CUSTOMER_KEYS = (
  'address_city address_country address_line1 address_line2 address_postal_code address_state contact created_at ' +
  'created_by email environment_id external_id id metadata name parent_customer parent_customer_id status tax_id ' +
  'tenant_id timezone updated_at updated_by'
).split(' ');

const ACME = {
  external_id: 'acme',
  name: 'Acme Ltd',
  email: 'billing@acme.example',
  contact: '+1 555 0100',
  address_line1: '1 Main Street',
  address_city: 'Springfield',
  address_country: 'us',
  timezone: 'Europe/Lisbon',
  metadata: { plan: 'gold', region: 'eu' },
};

describe('customers', () => {
  let service: TestApp;
  let client: ApiClient;

  beforeAll(async () => {
    service = await startTestApp();
  });
  beforeEach(async () => {
    client = await newTenantClient(service);
  });
  afterAll(() => service.close());

  async function create(body: Record<string, unknown> = {}) {
    const response = await client.post('/v1/customers', { external_id: randomUUID(), name: 'Acme', ...body });
    expect(response.status).toBe(201);
    return response.body as Record<string, unknown> & { id: string; external_id: string };
  }

  async function search(body: Record<string, unknown>): Promise<string[]> {
    const response = await client.post('/v1/customers/search', body);
    expect(response.status).toBe(200);
    return response.body.items.map((customer: { external_id: string }) => customer.external_id);
  }

  it('are created with every key in the answer', async () => {
    const customer = await create(ACME);
    expect(Object.keys(customer).sort()).toEqual(CUSTOMER_KEYS);
    expect(customer).toMatchObject({
      ...ACME,
      id: expect.stringMatching(/^cust_[0-9A-Z]{26}$/),
      address_country: 'US',
      address_line2: null,
      parent_customer_id: null,
      status: 'published',
      created_at: '2026-03-02T10:00:00.000000Z',
      tenant_id: client.scope.tenantId,
      environment_id: client.scope.environmentId,
    });
    expect((await client.get(`/v1/customers/${customer.id}`)).body).toEqual(customer);
  });

  it('have UTC and nulls where nothing was said, and ignore what they do not know', async () => {
    const customer = await create({ email: '', contact: null, skip_onboarding_workflow: true, tax_rate_overrides: [] });
    expect(customer).toMatchObject({ email: null, contact: null, timezone: 'UTC', metadata: {} });
  });

  it.each([
    ['external_id', {}],
    ['external_id', { external_id: '' }],
    ['external_id', { external_id: 7 }],
    ['external_id', { external_id: 'x'.repeat(256) }],
    ['name', { name: null }],
    ['name', { name: 'x'.repeat(256) }],
    ['email', { email: 'nobody' }],
    ['contact', { contact: '1'.repeat(21) }],
    ['address_country', { address_country: 'USA' }],
    ['timezone', { timezone: 'Mars/Olympus' }],
    ['metadata', { metadata: { a: 1 } }],
    ['metadata', { metadata: ['a'] }],
    ['name', { name: 'a\u0000b' }],
  ])('refuse a wrong %s: %j', async (field, body) => {
    const valid = field === 'external_id' && !('external_id' in body) ? {} : { external_id: 'x' };
    const response = await client.post('/v1/customers', { name: 'Acme', ...valid, ...body });
    expect(response.status).toBe(400);
    expect(response.body).toMatchObject({
      code: 'validation_error',
      success: false,
      details: { [field]: expect.any(String) },
    });
    expect((await client.get('/v1/customers')).body.items).toEqual([]);
  });

  it('are found by their external id, whatever is in it', async () => {
    for (const externalId of ['ac me/1', 'wallets', 'ünï', '100%']) {
      const customer = await create({ external_id: externalId });
      for (const path of ['external', 'lookup']) {
        const response = await client.get(`/v1/customers/${path}/${encodeURIComponent(externalId)}`);
        expect([response.status, response.body]).toEqual([200, customer]);
      }
    }
  });

  it('answer 404 for an unknown id and for one of another tenant alike', async () => {
    const foreign = await create();
    client = await newTenantClient(service);
    for (const id of [foreign.id, 'cust_unknown']) {
      const response = await client.get(`/v1/customers/${id}`);
      expect(response.status).toBe(404);
      expect(response.body).toMatchObject({ code: 'not_found', details: { customer_id: id } });
      expect((await client.put(`/v1/customers/${id}`, { name: 'x' })).status).toBe(404);
    }
    expect((await client.get(`/v1/customers/external/${foreign.external_id}`)).status).toBe(404);
  });

  it('have one external id each within an environment, and 409 for the next', async () => {
    await create({ external_id: 'acme' });
    const response = await client.post('/v1/customers', { external_id: 'acme', name: 'Other' });
    expect(response.status).toBe(409);
    expect(response.body).toMatchObject({ code: 'already_exists', details: { external_id: 'acme' } });
    const other = await create();
    expect((await client.put(`/v1/customers/${other.id}`, { external_id: 'acme' })).status).toBe(409);
    client = await newTenantClient(service);
    await create({ external_id: 'acme' });
  });

  it('are created once when twenty ask for one external id at the same time', async () => {
    const requests = Array.from({ length: 20 }, () =>
      client.post('/v1/customers', { external_id: 'acme', name: 'Acme' }),
    );
    const statuses = (await Promise.all(requests)).map(({ status }) => status);
    expect(Object.groupBy(statuses, String)).toEqual({ 201: [201], 409: Array.from({ length: 19 }, () => 409) });
    expect((await client.get('/v1/customers')).body.pagination.total).toBe(1);
  });

  it('are changed in part, by any of their ids', async () => {
    const before = await create(ACME);
    service.clock.advance(1000);
    const byId = await client.put(`/v1/customers/${before.id}`, { name: 'Acme Inc', contact: '', email: null });
    expect(byId.status).toBe(200);
    const updated_at = '2026-03-02T10:00:01.000000Z';
    expect(byId.body).toEqual({ ...before, name: 'Acme Inc', contact: null, updated_at });
    const byExternalId = await client.put('/v1/customers?external_customer_id=acme', { metadata: { plan: 'blue' } });
    expect(byExternalId.body).toEqual({ ...byId.body, metadata: { plan: 'blue' } });
    const byBoth = await client.put(`/v1/customers?id=${before.id}&external_customer_id=acme`, {
      external_id: 'acme-2',
    });
    expect(byBoth.body).toEqual({ ...byExternalId.body, external_id: 'acme-2' });
    expect((await client.get(`/v1/customers/${before.id}`)).body).toEqual(byBoth.body);
  });

  it('refuse a change of nobody, of two at once, and of nothing at all', async () => {
    const one = await create();
    const other = await create();
    expect((await client.put('/v1/customers', { name: 'x' })).status).toBe(400);
    const two = await client.put(`/v1/customers?id=${one.id}&external_customer_id=${other.external_id}`, { name: 'x' });
    expect(two.status).toBe(400);
    expect((await client.put(`/v1/customers/${one.id}`, { name: '' })).status).toBe(400);
    expect((await client.put(`/v1/customers/${one.id}`)).status).toBe(200);
  });

  it('are listed newest first, a page at a time', async () => {
    const ids: string[] = [];
    for (let count = 0; count < 5; count += 1) ids.unshift((await create()).id);
    const first = await client.get('/v1/customers?limit=2');
    expect(first.body.items.map(({ id }: { id: string }) => id)).toEqual(ids.slice(0, 2));
    expect(first.body.pagination).toEqual({ total: 5, limit: 2, offset: 2 });
    const second = await client.get('/v1/customers?limit=2&offset=2&order=asc');
    expect(second.body.items.map(({ id }: { id: string }) => id)).toEqual([ids[2], ids[1]]);
    const named = await client.get(`/v1/customers?customer_ids=${ids[0]},${ids[3]}`);
    expect(named.body.items.map(({ id }: { id: string }) => id)).toEqual([ids[0], ids[3]]);
    expect((await client.get('/v1/customers?limit=1001')).status).toBe(400);
  });

  it('are searched by ids, e-mail, metadata, time, filters and order', async () => {
    await create({ ...ACME, external_id: 'a', name: 'Alpha' });
    service.clock.advance(60_000);
    await create({ external_id: 'b', name: 'Beta', metadata: { plan: 'gold' } });
    await create({ external_id: 'c', name: 'alphabet', address_city: 'Porto' });
    const middle = new Date(service.clock.now().getTime() - 30_000).toISOString();

    expect(await search({})).toEqual(['c', 'b', 'a']);
    expect(await search({ external_ids: ['a', 'c', 'z'] })).toEqual(['c', 'a']);
    expect(await search({ external_id: 'b' })).toEqual(['b']);
    expect(await search({ email: ACME.email })).toEqual(['a']);
    expect(await search({ metadata: { plan: 'gold' } })).toEqual(['b', 'a']);
    expect(await search({ metadata: ACME.metadata })).toEqual(['a']);
    expect(await search({ start_time: middle })).toEqual(['c', 'b']);
    expect(await search({ end_time: middle })).toEqual(['a']);
    expect(await search({ status: 'archived' })).toEqual([]);
    const filter = (field: string, operator: string, value: object) => ({ filters: [{ field, operator, value }] });
    expect(await search(filter('name', 'contains', { string: 'ALPHA' }))).toEqual(['c', 'a']);
    expect(await search(filter('name', 'not_contains', { string: '%' }))).toEqual(['c', 'b', 'a']);
    expect(await search(filter('address_city', 'not_in', { array: ['Porto'] }))).toEqual(['b', 'a']);
    expect(await search(filter('created_at', 'before', { date: middle }))).toEqual(['a']);
    expect(await search({ sort: [{ field: 'external_id', direction: 'asc' }], limit: 2 })).toEqual(['a', 'b']);
  });

  it('name the field of a search that they do not have', async () => {
    const filters = [{ field: 'tenant_id', operator: 'eq', value: { string: 'x' } }];
    const response = await client.post('/v1/customers/search', { filters });
    expect(response.status).toBe(400);
    expect(response.body.details).toHaveProperty(['filters.0.field']);
    const noValue = await client.post('/v1/customers/search', { filters: [{ field: 'name', operator: 'eq' }] });
    expect(noValue.status).toBe(400);
    const sort = await client.post('/v1/customers/search', { sort: [{ field: 'secret' }] });
    expect(sort.body.details).toHaveProperty(['sort.0.field']);
  });
});
