import { call, createAccount, createTenant, type TestTenant } from './support/accounts.js';
import { startTestApp, type TestApp } from './support/app.js';

const MANAGED = '/v1/credit-packs';
const ON_SALE = '/credits-packs/';
const NEW_PACK = { id: 'pack_250', name: '250 credits', price_minor: 24_000, currency: 'usd', pack_amount: 250 };

describe('the catalogue', () => {
  let service: TestApp;
  let tenant: TestTenant;
  beforeAll(async () => {
    service = await startTestApp();
  });
  afterAll(() => service.close());
  beforeEach(async () => {
    tenant = await createTenant(service);
  });

  const server = () => call(service, tenant.serverKey);
  const ids = (body: unknown): string[] =>
    ((body as { results?: { id: string }[] }).results ?? (body as { items: { id: string }[] }).items).map(
      ({ id }) => id,
    );

  it('sells packs with their discount off the dearest unit price', async () => {
    const { key } = await createAccount(service, tenant);
    const { body } = await call(service, key).get(ON_SALE).expect(200);
    const pack = { fee: 0, currency_code: 'USD' };
    expect(body).toEqual({
      count: 3,
      page_total: 1,
      page: 1,
      length: 10,
      results: [
        { ...pack, id: 'pack_10', name: '10 credits', price: 1100, pack_amount: 10, discount: 0, savings: 0 },
        { ...pack, id: 'pack_100', name: '100 credits', price: 9900, pack_amount: 100, discount: 10, savings: 1100 },
        {
          ...pack,
          id: 'pack_1000',
          name: '1000 credits',
          price: 88_000,
          pack_amount: 1000,
          discount: 20,
          savings: 22_000,
        },
      ],
    });
    const one = await call(service, key).get(`${ON_SALE}pack_100/`).expect(200);
    expect(one.body).toEqual((body as { results: object[] }).results[1]);
  });

  it('is paged and ordered', async () => {
    const page = async (query: string) => (await server().get(`${ON_SALE}?${query}`).expect(200)).body as object;
    expect(ids(await page('length=1&page=2'))).toEqual(['pack_100']);
    expect(await page('length=2')).toMatchObject({ count: 3, page_total: 2, length: 2 });
    expect(ids(await page('ordering=-price'))).toEqual(['pack_1000', 'pack_100', 'pack_10']);
    await server().get(`${ON_SALE}?ordering=discount`).expect(400);
  });

  it('takes packs of the tenant’s own making', async () => {
    const made = await server().post(MANAGED).send(NEW_PACK).expect(201);
    expect(made.body).toEqual({
      ...NEW_PACK,
      discount: 12,
      savings: 3500,
      is_on_sale: true,
      withdrawn_at: null,
      tenant_id: tenant.tenantId,
      environment_id: tenant.environmentId,
      status: 'published',
      created_at: '2026-03-02T10:00:00.000000Z',
      updated_at: '2026-03-02T10:00:00.000000Z',
      created_by: tenant.keyId,
      updated_by: tenant.keyId,
    });
    const { id: _id, ...nameless } = NEW_PACK;
    const other = await server()
      .post(MANAGED)
      .send({ ...nameless, currency: 'eur' })
      .expect(201);
    expect(other.body).toMatchObject({ id: expect.stringMatching(/^pack_[0-9A-Z]{26}$/), discount: 0, savings: 0 });
    await server().post(MANAGED).send(NEW_PACK).expect(409);
    const list = await server().get(`${MANAGED}?limit=1`).expect(200);
    expect(list.body).toMatchObject({ pagination: { total: 5, limit: 1, offset: 1 } });
    expect((await server().get(`${MANAGED}/pack_250`).expect(200)).body).toEqual(made.body);
  });

  it('changes and withdraws them, and puts them back', async () => {
    const changed = await server().put(`${MANAGED}/pack_100`).send({ price_minor: 5500 }).expect(200);
    expect(changed.body).toMatchObject({ name: '100 credits', price_minor: 5500, discount: 50 });
    await server().delete(`${MANAGED}/pack_100`).expect(204);
    await server().delete(`${MANAGED}/pack_100`).expect(204);
    expect((await server().get(`${ON_SALE}pack_100/`).expect(404)).body).toEqual({ detail: 'Pack not found.' });
    expect(ids((await server().get(ON_SALE).expect(200)).body)).toEqual(['pack_10', 'pack_1000']);
    const withdrawn = await server().get(`${MANAGED}/pack_100`).expect(200);
    expect(withdrawn.body).toMatchObject({ is_on_sale: false, withdrawn_at: '2026-03-02T10:00:00.000000Z' });
    await server().put(`${MANAGED}/pack_100`).send({ is_on_sale: true }).expect(200);
    await server().get(`${ON_SALE}pack_100/`).expect(200);
  });

  it('counts discounts from what is on sale only', async () => {
    await server().delete(`${MANAGED}/pack_10`).expect(204);
    const { body } = await server().get(`${ON_SALE}pack_1000/`).expect(200);
    expect(body).toMatchObject({ discount: 11, savings: 11_000 });
  });

  it('is a tenant’s own', async () => {
    const other = call(service, (await createTenant(service)).serverKey);
    await server().post(MANAGED).send(NEW_PACK).expect(201);
    await other.get(`${MANAGED}/pack_250`).expect(404);
    await other.put(`${MANAGED}/pack_250`).send({ price_minor: 1 }).expect(404);
    await other.delete(`${MANAGED}/pack_250`).expect(404);
    await other.get(`${ON_SALE}pack_250/`).expect(404);
    await other.post(MANAGED).send(NEW_PACK).expect(201);
  });

  it.each<[object, string]>([
    [{ ...NEW_PACK, price_minor: 0 }, 'price_minor'],
    [{ ...NEW_PACK, price_minor: 100_000_000 }, 'price_minor'],
    [{ ...NEW_PACK, price_minor: 9.5 }, 'price_minor'],
    [{ ...NEW_PACK, pack_amount: 0 }, 'pack_amount'],
    [{ ...NEW_PACK, pack_amount: 4_294_967_296 }, 'pack_amount'],
    [{ ...NEW_PACK, currency: 'chf' }, 'currency'],
    [{ ...NEW_PACK, name: 'x'.repeat(51) }, 'name'],
    [{ ...NEW_PACK, id: 'a/b' }, 'id'],
    [{ ...NEW_PACK, price: 1 }, 'price'],
  ])('refuses %j', async (pack, field) => {
    const { body } = await server().post(MANAGED).send(pack).expect(400);
    expect(body).toMatchObject({ code: 'validation_error', success: false });
    expect(Object.keys((body as { details: object }).details)).toEqual([field]);
  });

  it('takes the largest pack there is', async () => {
    const largest = { ...NEW_PACK, price_minor: 99_999_999, pack_amount: 4_294_967_295 };
    const { body } = await server().post(MANAGED).send(largest).expect(201);
    expect(body).toMatchObject({ ...largest, discount: 99 });
  });
});
