import { EntityManager } from '@mikro-orm/postgresql';
import { verifyLedger } from '../src/ops/verify/verify-ledger.js';
import { type ApiClient, newTenantClient } from './support/api-client.js';
import { startTestApp, type TestApp } from './support/app.js';
import { seeingAll } from './support/as-caller.js';
import { DATABASES } from './support/database.js';

const CURRENCIES = ['usd', 'eur', 'gbp', 'chf', 'sek', 'nok'];
const CUSTOMERS = ['one', 'two', 'three'];

describe.each(DATABASES)('how many wallets there are, on %s', (_name, createDatabase) => {
  let service: TestApp;
  let client: ApiClient;
  let stranger: ApiClient;
  let ids: string[];
  beforeAll(async () => {
    service = await startTestApp({ database: await createDatabase() });
    [client, stranger] = [await newTenantClient(service), await newTenantClient(service)];
    for (const external_id of CUSTOMERS)
      await client.post('/v1/customers', { external_id, name: external_id }).expect(201);
    const opened = await Promise.all(
      CUSTOMERS.flatMap((external_customer_id) =>
        CURRENCIES.map((currency) => client.post('/v1/wallets', { external_customer_id, currency }).expect(200)),
      ),
    );
    ids = opened.map(({ body }) => (body as { id: string }).id);
  });
  afterAll(() => service.close());

  async function total(path: string, asked = client): Promise<number> {
    const { body } = await asked.get(`/v1/wallets?limit=2&${path}`).expect(200);
    return (body as { pagination: { total: number } }).pagination.total;
  }
  async function customerOf(id: string | undefined): Promise<string> {
    return ((await client.get(`/v1/wallets/${id}`)).body as { customer_id: string }).customer_id;
  }

  it('is known of an environment and of a customer, however many were opened at once', async () => {
    expect(await total('')).toBe(18);
    expect(await total(`customer_id=${await customerOf(ids[0])}`)).toBe(6);
    expect(await total('offset=100')).toBe(18);
    expect(await total('', stranger)).toBe(0);
    expect(await total(`customer_id=${await customerOf(ids[0])}`, stranger)).toBe(0);
  });

  it('counts no wallet that was refused, and one that takes over from another', async () => {
    const customer_id = await customerOf(ids[0]);
    await client.post('/v1/wallets', { customer_id, currency: 'usd' }).expect(409);
    expect(await total('')).toBe(18);
    await client.post(`/v1/wallets/${ids[0]}/terminate`).expect(200);
    await client.post('/v1/wallets', { customer_id, currency: 'usd' }).expect(200);
    expect([await total(''), await total(`customer_id=${customer_id}`)]).toEqual([19, 7]);
  });

  it('is held against the wallets by verify', async () => {
    const em = seeingAll(service.get(EntityManager));
    expect((await verifyLedger(em)).breaches).toEqual([]);
    await em.execute('update wallet_count set wallets = wallets + 1 where customer_id = ?', [await customerOf(ids[6])]);
    const { breaches } = await verifyLedger(em);
    expect(breaches).toEqual([expect.stringMatching(/as many wallets as is said of them: not in env_/)]);
  });
});
