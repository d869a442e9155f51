import type { Flexprice } from '@flexprice/sdk';
import type { PriceUnitFilter } from '@flexprice/sdk/sdk/models';
import { EMPTY_LISTS } from '../src/wallets/empty-lists/empty-lists.js';
import { type ApiClient, newTenantClient } from './support/api-client.js';
import { startTestApp, type TestApp } from './support/app.js';
import { refused, sdkWith } from './support/sdk-scene.js';

/** What Flexprice's screens list and we have none of. The SDK throws on an answer that it cannot read. */
describe('what there is none of', () => {
  let service: TestApp;
  let client: ApiClient;
  let sdk: Flexprice;
  let customerId: string;
  beforeAll(async () => {
    service = await startTestApp();
    client = await newTenantClient(service);
    sdk = sdkWith(service, client.key);
    customerId = (await sdk.customers.createCustomer({ externalId: 'acme', name: 'Acme' })).id as string;
  });
  afterAll(() => service.close());

  const EMPTY = { items: [], pagination: { total: 0, limit: 10, offset: 30 } };

  it('is an empty page to the SDK, wherever it asks for one', async () => {
    const page = { limit: 10, offset: 20 };
    const search: PriceUnitFilter = {
      ...page,
      status: 'published',
      expand: 'plan',
      startTime: '2026-01-01T00:00:00Z',
      filters: [{ field: 'name', operator: 'contains', dataType: 'string', value: { string: 'x' } }],
      sort: [{ field: 'created_at', direction: 'desc' }],
    };
    expect(
      await sdk.priceUnits.listPriceUnits({ ...page, status: 'published', sort: 'created_at', order: 'asc' }),
    ).toEqual(EMPTY);
    expect(await sdk.priceUnits.queryPriceUnit({ ...search, priceUnitIds: ['x'] })).toEqual(EMPTY);
    expect(
      await sdk.subscriptions.querySubscription({
        ...search,
        activeAt: '2026-01-01T00:00:00Z',
        customerId,
        subscriptionStatus: ['active'],
        withLineItems: true,
      }),
    ).toEqual(EMPTY);
    expect(await sdk.plans.queryPlan({ ...search, planIds: ['x'], lookupKey: 'x' })).toEqual(EMPTY);
    expect(await sdk.features.queryFeature({ ...search, nameContains: 'x' })).toEqual(EMPTY);
    const taxes = await sdk.taxAssociations.listTaxAssociations('customer', customerId);
    expect(taxes).toEqual({ items: [], pagination: { total: 0, limit: 50, offset: 50 } });
    for (const grants of [
      await sdk.customers.getCustomerUpcomingGrants(customerId),
      await sdk.subscriptions.getSubscriptionUpcomingGrants('subs_1'),
    ]) {
      expect(grants).toEqual({ items: [], pagination: { total: 0, limit: 0, offset: 0 } });
    }
    const events = await sdk.events.listRawEvents({ pageSize: 5, offset: 3, propertyFilters: { a: ['b'] } });
    expect(events).toMatchObject({ events: [], hasMore: false, totalCount: 0, offset: 3 });
  });

  it('is no usage and nothing that a customer is entitled to, of those that there are', async () => {
    const usage = { customerId, features: [], pagination: { total: 0 } };
    expect(await sdk.customers.getCustomerUsageSummary({ customerId })).toMatchObject(usage);
    expect(
      await sdk.customers.getCustomerUsageSummary({ customerLookupKey: 'acme', featureIds: ['f1', 'f2'] }),
    ).toMatchObject(usage);
    expect(await sdk.customers.getCustomerEntitlements(customerId)).toEqual({ customerId, features: [] });
    const { body } = await client.get(`/v1/customers/${customerId}/usage?feature_ids=a,b`).expect(200);
    expect(body).toEqual({
      customer_id: customerId,
      features: [],
      pagination: { total: 0, limit: 0, offset: 0 },
      period: { start_time: null, end_time: null, period: null },
    });
    await refused(sdk.customers.getCustomerUsageSummary({}), 400, /required/);
    await refused(sdk.customers.getCustomerUsageSummary({ customerId: 'cust_missing' }), 404);
    await refused(sdk.customers.getCustomerEntitlements('cust_missing'), 404);
    await refused(sdk.customers.getCustomerUpcomingGrants('cust_missing'), 404);
    await client.get('/v1/customers/cust_missing/usage').expect(404);
  });

  it('of a tenant’s bills is nothing, at both of Flexprice’s addresses', async () => {
    expect(await sdk.tenants.getTenantBillingUsage()).toMatchObject({ subscriptions: [], usage: { features: [] } });
    const { body } = await client.get('/v1/tenants/billing').expect(200);
    expect(body).toEqual((await client.get('/v1/tenant/billing').expect(200)).body);
    await client.get('/v1/tenants/billings').expect(404);
  });

  it.each(EMPTY_LISTS)(
    'is listed and searched at $path, its filters and pages checked',
    async ({ path, filters, isFlat }) => {
      const list = (query: string) => client.get(`/v1/${path}?${query}`);
      const search = (body: object) => client.post(`/v1/${path}/search`, body as Record<string, unknown>);
      const page = isFlat ? { connections: [], total: 0, limit: 10, offset: 20 } : EMPTY;
      expect((await list('limit=10&offset=20&status=published').expect(200)).body).toEqual(page);
      expect((await search({ limit: 10, offset: 20 }).expect(200)).body).toEqual(page);
      const [name, kind] = Object.entries(filters)[0] as [string, string];
      const [right, wrong] =
        kind === 'list' ? [['x'], 1] : kind === 'timestamp' ? ['2026-01-01T00:00:00Z', 'now'] : ['x', 1];
      await search({ [name]: right }).expect(200);
      expect((await search({ [name]: wrong }).expect(400)).body.details).toHaveProperty([name]);
      for (const query of ['no_such_field=1', 'limit=-1', 'limit=1001', 'order=x', 'start_time=now']) {
        expect((await list(query).expect(400)).body.code).toBe('validation_error');
      }
      await client.empty(`/v1/${path}/search`).expect(400);
      await search({ filters: [{ field: 'x' }] }).expect(400);
      await client.post(`/v1/${path}`).expect(405);
    },
  );
});
