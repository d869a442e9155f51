import { EntityManager } from '@mikro-orm/postgresql';
import supertest, { type Test } from 'supertest';
import { newTenantClient, withKey } from './support/api-client.js';
import { startTestApp, type TestApp } from './support/app.js';
import { DATABASES } from './support/database.js';
import { expectSoundLedger } from './support/invariants.js';
import { WalletScene } from './support/wallet-scene.js';

const DAY_MS = 86_400_000;
const PORTAL = '/v1/customer/portal';

describe.each(DATABASES)('the portal beside its wallets, on %s', (_name, createDatabase) => {
  let service: TestApp;
  let scene: WalletScene;
  let customerId: string;
  let token: string;
  beforeAll(async () => {
    service = await startTestApp({ database: await createDatabase() });
  });
  beforeEach(async () => {
    scene = await WalletScene.create(service);
    ({ customerId, token } = await newVisitor('acme'));
  });
  afterEach(() => expectSoundLedger(service.get(EntityManager)));
  afterAll(() => service.close());

  async function newVisitor(external_id: string): Promise<{ customerId: string; token: string }> {
    const { body } = await scene.client.post('/v1/customers', { external_id, name: `Name of ${external_id}` });
    return { customerId: (body as { id: string }).id, token: await tokenOf(external_id) };
  }
  const tokenOf = async (externalId: string): Promise<string> =>
    ((await scene.client.get(`/v1/customers/portal/${externalId}`).expect(200)).body as { token: string }).token;
  const visit = (path: string, by = token): Test =>
    supertest(service.url).get(`${PORTAL}${path}`).set('X-Session-Token', by);
  const invoices = (body?: object, by = token): Test =>
    supertest(service.url).post(`${PORTAL}/invoices`).set('X-Session-Token', by).send(body);

  it('says who is looking, and whose customer they are', async () => {
    const answer = await visit('/info').expect(200);
    expect(answer.body).toEqual({
      ...((await scene.client.get(`/v1/customers/${customerId}`).expect(200)).body as object),
      metadata: {},
      tenant_name: 'Test',
    });
    expect(answer.body).toMatchObject({ id: customerId, external_id: 'acme', name: 'Name of acme' });
    expect(answer.headers['cache-control']).toBe('no-store');
    expect((await visit('/config').expect(200)).body).toEqual({ theme: null, sections: null });
    for (const path of ['/info', '/config', '/usage']) {
      await visit(path, 'cps_wrong').expect(401);
      await scene.client.get(`${PORTAL}${path}`).expect(401);
    }
    await invoices({}, 'cps_wrong').expect(401);
  });

  it('says nothing of who they are that the key may not read which started it', async () => {
    const limited = { name: 'Wallets alone', scopes: ['wallets:read'] };
    const { body: made } = await scene.client.post('/v1/secrets/api/keys', limited).expect(201);
    const by = withKey(service, made.api_key as string, scene.client.scope);
    await by.get(`/v1/customers/${customerId}`).expect(403);
    const { body } = await by.get('/v1/customers/portal/acme').expect(200);
    await visit('/info', body.token as string).expect(403);
    await visit('/usage', body.token as string).expect(200);
  });

  describe('invoices', () => {
    const invoice = async (walletId: string, credits: string): Promise<string> => {
      service.clock.advance(1000);
      const topUp = { credits_to_add: credits, transaction_reason: 'PURCHASED_CREDIT_INVOICED' };
      return (
        (await scene.client.post(`/v1/wallets/${walletId}/top-up`, topUp).expect(200)).body as { invoice_id: string }
      ).invoice_id;
    };
    const ids = async (body?: object, by?: string) =>
      ((await invoices(body, by).expect(200)).body as { items: { id: string }[] }).items.map(({ id }) => id);

    it('are the customer’s own, newest first, by filters and in pages', async () => {
      const { id: walletId } = await scene.wallet('0', { customerId });
      const rival = await newVisitor('rival');
      const rivals = await scene.wallet('0', { customerId: rival.customerId });
      const [first, second] = [await invoice(walletId, '10'), await invoice(walletId, '20')];
      const theirs = await invoice(rivals.id, '30');
      await scene.client.put(`/v1/invoices/${first}/payment`, { payment_status: 'SUCCEEDED' }).expect(200);
      token = await tokenOf('acme');
      expect(await ids()).toEqual([second, first]);
      expect(await ids({ payment_status: ['SUCCEEDED'] })).toEqual([first]);
      expect(await ids({ invoice_ids: [first, theirs] })).toEqual([first]);
      expect(await ids({ sort: [{ field: 'total', direction: 'asc' }] })).toEqual([first, second]);
      expect(await ids({}, rival.token)).toEqual([theirs]);
      const { body } = await invoices({ limit: 1, offset: 1 }).expect(200);
      expect(body).toMatchObject({
        items: [{ id: first, customer_id: customerId, amount_due: '10', payment_status: 'SUCCEEDED' }],
        pagination: { total: 2, limit: 1, offset: 2 },
      });
    });

    it('are asked for by nobody else’s name, and by no unknown one', async () => {
      const rival = await newVisitor('rival');
      for (const body of [
        { customer_id: rival.customerId },
        { external_customer_id: 'rival' },
        { expand: 'customer' },
        { limit: -1 },
        { filters: [{ field: 'secret', operator: 'eq', value: { string: 'x' } }] },
      ]) {
        await invoices(body).expect(400);
      }
    });
  });

  describe('usage', () => {
    type Day = { day: string; wallet_id: string; debited_credits: string; reversed_credits: string };
    const read = async (query = '', by = token) =>
      (await visit(`/usage?${query}`, by).expect(200)).body as { days: Day[]; period: object; features: unknown[] };
    const days = async (query?: string, by?: string) =>
      (await read(query, by)).days.map((day) => [day.day, day.wallet_id, day.debited_credits, day.reversed_credits]);
    const toDay = (hours: number) => service.clock.set(new Date(midnight + hours * 3_600_000).toISOString());
    let midnight: number;
    beforeEach(() => {
      // Days of 2030 and later: each test has its own, and clocks only go on.
      midnight = Math.ceil((service.clock.now().getTime() + DAY_MS) / DAY_MS) * DAY_MS;
      toDay(0);
    });
    const dayOf = (offset: number) => new Date(midnight + offset * DAY_MS).toISOString().slice(0, 10);

    it('is what debits took and what came back, by day (UTC) and wallet, whatever else happened to the balance', async () => {
      const { id } = await scene.wallet('100', { customerId });
      const { id: euros } = await scene.wallet('50', { customerId, currency: 'eur', overdraft: '10' });
      toDay(1);
      const first = await scene.spend(id, '7.5');
      await scene.spend(id, '2.5');
      await scene.grant(id, '20', { expiry_date_utc: new Date(midnight + 30 * 3_600_000).toISOString() });
      toDay(23.9);
      await scene.spend(euros, '55');
      toDay(24);
      await scene.spend(id, '0.000000001');
      await scene.client.post(`/v1/transactions/${first}/reverse`, { idempotency_key: scene.key() }).expect(200);
      toDay(49);
      await scene.grant(id, '1');
      toDay(73);
      await scene.client.post(`/v1/wallets/${euros}/top-up`, {
        credits_to_add: '8',
        transaction_reason: 'FREE_CREDIT_GRANT',
      });
      await scene.client.post(`/v1/wallets/${euros}/terminate`).expect(200);
      toDay(74);
      token = await tokenOf('acme');
      const usage = await read();
      expect(usage).toMatchObject({ customer_id: customerId, features: [], period: { period: 'DAY' } });
      const found = await days();
      expect(found).toHaveLength(3);
      expect(found).toEqual(
        expect.arrayContaining([
          [dayOf(0), id, '10', '0'],
          [dayOf(0), euros, '55', '0'],
          [dayOf(1), id, '0.000000001', '7.5'],
        ]),
      );
      expect(usage.days.map(({ day }) => day)).toEqual([dayOf(1), dayOf(0), dayOf(0)]);
      expect(usage.days[0]).toMatchObject({ currency: 'usd' });
    });

    it('is cut where the period is, and begins 30 days ago', async () => {
      const { id } = await scene.wallet('100', { customerId });
      for (const hour of [1, 2, 25]) {
        toDay(hour);
        await scene.spend(id, '1');
      }
      token = await tokenOf('acme');
      const at = (hours: number) => new Date(midnight + hours * 3_600_000).toISOString();
      expect(await days(`start_time=${at(2)}&end_time=${at(25)}`)).toEqual([[dayOf(0), id, '1', '0']]);
      expect(await days(`start_time=${at(1)}&end_time=${at(26)}`)).toEqual([
        [dayOf(1), id, '1', '0'],
        [dayOf(0), id, '2', '0'],
      ]);
      expect(await days(`start_time=${at(3)}&end_time=${at(3)}`)).toEqual([]);
      toDay(31 * 24);
      token = await tokenOf('acme');
      expect(await days()).toEqual([[dayOf(1), id, '1', '0']]);
      expect(await days(`start_time=${at(0)}`)).toHaveLength(2);
    });

    it('is the customer’s own, and of a period that is one and not too long', async () => {
      const rival = await newVisitor('rival');
      const { id } = await scene.wallet('10', { customerId: rival.customerId });
      await scene.spend(id, '4');
      toDay(2);
      token = await tokenOf('acme');
      expect(await days()).toEqual([]);
      expect(await days('', await tokenOf('rival'))).toEqual([[dayOf(0), id, '4', '0']]);
      const stranger = await newTenantClient(service);
      await stranger.post('/v1/customers', { external_id: 'acme', name: 'Other' }).expect(201);
      const { body } = await stranger.get('/v1/customers/portal/acme').expect(200);
      expect(await days('', (body as { token: string }).token)).toEqual([]);
      for (const query of [
        'start_time=now',
        'start_time=2030-01-02T00:00:00Z&end_time=2030-01-01T00:00:00Z',
        'start_time=2030-01-01T00:00:00Z&end_time=2030-04-04T00:00:00Z',
        `customer_id=${rival.customerId}`,
      ]) {
        expect((await visit(`/usage?${query}`).expect(400)).body).toMatchObject({ code: 'validation_error' });
      }
      await visit('/usage?start_time=2030-01-01T00:00:00Z&end_time=2030-04-03T00:00:00Z&feature_ids=a').expect(200);
    });
  });
});
