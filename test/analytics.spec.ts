import { EntityManager } from '@mikro-orm/postgresql';
import { Distribution } from '../src/shared/distribution.js';
import { FigureFolds } from '../src/ledger/figures/figure-folds.js';
import { decimal } from '../src/shared/decimal.js';
import { call, createAccount, createTenant } from './support/accounts.js';
import { ApiClient, newTenantClient } from './support/api-client.js';
import { startTestApp, type TestApp } from './support/app.js';
import { DATABASES } from './support/database.js';
import { expectSoundLedger } from './support/invariants.js';
import { fillStatements } from './support/fill-wallet.js';
import { TestLedger } from './support/ledger.js';

const DAY_MS = 86_400_000;
const MANY_ENTRIES = 100_000;

interface Day {
  day: string;
  [figure: string]: string | number;
}
interface Overview {
  credits: { currency: string; conversion_rate: string; days: Day[]; [outstanding: string]: unknown }[];
  money: { currency: string; amount: string; returned: string | null; days: object[] }[];
  top_ups: { top_up_status: string; count: number }[];
  attention: { kind: string; count: number; items: { id: string; wallet_id: string; reason: string }[] }[];
}

const NOTHING = {
  purchased: '0',
  granted: '0',
  credit_notes: '0',
  spent: '0',
  reversed: '0',
  expired: '0',
  taken_back: '0',
  other: '0',
  debits: 0,
};

describe.each(DATABASES)('the overview of an environment, on %s', (_name, createDatabase) => {
  let service: TestApp;
  let client: ApiClient;
  let ledger: TestLedger;
  let em: EntityManager;
  beforeAll(async () => {
    service = await startTestApp({ database: await createDatabase() });
    em = service.get(EntityManager).fork();
  });
  beforeEach(async () => {
    client = await newTenantClient(service);
    ledger = new TestLedger(service, client.scope);
  });
  afterEach(() => expectSoundLedger(em));
  afterAll(() => service.close());

  const overview = async (query = ''): Promise<Overview> =>
    (await client.get(`/v1/analytics/overview${query}`).expect(200)).body as Overview;
  const today = () => service.clock.now().toISOString().slice(0, 10);
  const rowsOf = async (): Promise<number> => {
    const sql = 'select count(*)::int as count from ledger_figure where environment_id = ?';
    const [row] = await em.execute<{ count: number }[]>(sql, [client.scope.environmentId]);
    return row?.count ?? 0;
  };

  it('says of each day what was bought, given, spent, reversed and forfeited, and what is left', async () => {
    const walletId = await ledger.open();
    const first = today();
    await ledger.credit(walletId, '100', { reason: 'PURCHASED_CREDIT_DIRECT' });
    await ledger.credit(walletId, '30', {
      expiresAt: new Date(service.clock.now().getTime() + DAY_MS / 2),
      priority: 1,
    });
    await ledger.debit(walletId, '20', 'first');
    await ledger.debit(walletId, '5.5');
    const other = await ledger.open({ conversionRate: decimal('0.01') }, '1000');
    await ledger.debit(other, '1');
    service.clock.advance(DAY_MS);
    await ledger.debit(walletId, '10', 'second');
    await ledger.reverse(walletId, await ledger.entryId(walletId, 'second'), '4');
    const { credits } = await overview();
    expect(credits).toEqual([
      {
        currency: 'usd',
        conversion_rate: '0.01',
        outstanding_purchased: '0',
        outstanding_free: '999',
        days: [
          {
            day: first,
            ...NOTHING,
            granted: '1000',
            spent: '1',
            debits: 1,
            outstanding_purchased: '0',
            outstanding_free: '999',
          },
        ],
      },
      {
        currency: 'usd',
        conversion_rate: '1',
        outstanding_purchased: '94',
        outstanding_free: '0',
        days: [
          {
            day: first,
            ...NOTHING,
            purchased: '100',
            granted: '30',
            spent: '25.5',
            debits: 2,
            expired: expect.any(String),
            outstanding_purchased: '100',
            outstanding_free: expect.any(String),
          },
          expect.objectContaining({ day: today(), spent: '10', reversed: '4', debits: 1, outstanding_purchased: '94' }),
        ],
      },
    ]);
    const expired = credits[1]!.days.map(({ expired: sum }) => Number(sum));
    expect(expired.reduce((sum, one) => sum + one, 0)).toBe(4.5);
  });

  it('is the same of a period, with what was left before it', async () => {
    const walletId = await ledger.open({}, '10');
    service.clock.advance(DAY_MS);
    await ledger.debit(walletId, '1');
    const second = today();
    service.clock.advance(DAY_MS);
    await ledger.debit(walletId, '2');
    const { credits } = await overview(`?from=${second}&to=${second}`);
    expect(credits).toEqual([
      expect.objectContaining({
        outstanding_free: '9',
        days: [expect.objectContaining({ day: second, granted: '0', spent: '1', outstanding_free: '9' })],
      }),
    ]);
    await client.get('/v1/analytics/overview?from=2026-02-30').expect(400);
    await client.get(`/v1/analytics/overview?from=${today()}&to=${second}`).expect(400);
    await client.get(`/v1/analytics/overview?from=2020-01-01&to=${second}`).expect(400);
  });

  it('is the same after many rows were made one, by two processes at once and while debits go on', async () => {
    const walletId = await ledger.open({}, '1000');
    for (let round = 0; round < 30; round += 1) {
      await Promise.all([ledger.debit(walletId, '1'), ledger.debit(walletId, '0.5')]);
    }
    const [before, rows] = [await overview(), await rowsOf()];
    expect(rows).toBeGreaterThan(25);
    service.clock.advance(600_001);
    const folds = service.get(FigureFolds);
    const another = new FigureFolds(em, service.clock, service.get(Distribution));
    const { tenantId, environmentId } = client.scope;
    another.note(Array.from({ length: 100 }, () => ({ tenantId, environmentId, day: today() }) as never));
    const fold = async (by: FigureFolds) => {
      while ((await by.foldNext()) > 0);
    };
    await Promise.all([fold(folds), fold(another), ledger.debit(walletId, '3')]);
    expect(await rowsOf()).toBeLessThanOrEqual(10);
    const [ofBefore, ofNow] = [before.credits[0]!.days[0]!, (await overview()).credits[0]!.days[0]!];
    expect(ofNow).toMatchObject({ granted: '1000', spent: '48', debits: 61 });
    expect(ofBefore).toMatchObject({ granted: '1000', spent: '45', debits: 60 });
  });

  it('tells nothing of another tenant', async () => {
    await ledger.open({}, '10');
    const stranger = await newTenantClient(service);
    const { body } = await stranger.get('/v1/analytics/overview').expect(200);
    expect(body).toMatchObject({ credits: [], money: [], top_ups: [] });
    expect((body as Overview).attention.map(({ count }) => count)).toEqual(Array(8).fill(0));
  });

  it('has the money of purchases, and the top-ups by outcome', async () => {
    const tenant = await createTenant(service);
    const account = await createAccount(service, tenant);
    await call(service, account.key).post('/account/credits/top-up/').send({ pack_id: 'pack_100' }).expect(200);
    client = new ApiClient(service.url, tenant.serverKey, tenant);
    const { money, top_ups: topUps, credits } = await overview();
    expect(topUps).toEqual([{ top_up_status: 'succeeded', count: 1 }]);
    const whole = { amount: '99.00', returned: '0.00' };
    expect(money).toEqual([{ currency: 'usd', ...whole, days: [{ day: today(), ...whole }] }]);
    expect(credits).toEqual([expect.objectContaining({ outstanding_purchased: '100' })]);
    const bought = today();
    service.clock.advance(DAY_MS);
    const { items } = (await client.get('/v1/top-ups').expect(200)).body as { items: { id: string }[] };
    await client.post(`/v1/top-ups/${items[0]?.id}/refund`, { amount: '20.00' }).expect(200);
    expect((await overview()).money).toEqual([
      {
        currency: 'usd',
        amount: '99.00',
        returned: '20.00',
        days: [
          { day: bought, ...whole },
          { day: today(), amount: '0.00', returned: '20.00' },
        ],
      },
    ]);
    expect((await overview(`?from=${bought}&to=${bought}`)).money).toMatchObject([whole]);
  });

  it('counts what needs a person, and names the newest', async () => {
    const alertSettings = {
      alert_enabled: true,
      critical: { threshold: '1', condition: 'below' as const },
      warning: { threshold: '5', condition: 'below' as const },
      info: null,
    };
    const [low, empty] = [await ledger.open({ alertSettings }, '10'), await ledger.open({ alertSettings }, '10')];
    await ledger.open({ alertSettings }, '10');
    await ledger.debit(low, '7');
    await ledger.debit(empty, '10');
    const { attention } = await overview();
    const nearEmpty = attention.find(({ kind }) => kind === 'wallet_near_empty');
    expect(nearEmpty).toMatchObject({ count: 2 });
    expect(nearEmpty?.items.map(({ wallet_id: id, reason }) => [id, reason])).toEqual([
      [empty, 'in_alarm'],
      [low, 'warning'],
    ]);
  });
});

interface Curve {
  points: { at: string; balance: string; [sum: string]: string | null }[];
  sums_complete: boolean;
  marks: { kind: string; credits: string; balance: string; top_up_id: string | null }[];
  has_more_marks: boolean;
}

describe('the curve of a wallet', () => {
  let service: TestApp;
  let client: ApiClient;
  let ledger: TestLedger;
  beforeAll(async () => {
    service = await startTestApp();
    client = await newTenantClient(service);
    ledger = new TestLedger(service, client.scope);
  });
  afterAll(() => service.close());

  const curve = async (walletId: string, query: string): Promise<Curve> =>
    (await client.get(`/v1/analytics/wallets/${walletId}${query}`).expect(200)).body as Curve;

  it('has the balance at each point, what happened since the one before, and marks of all but debits', async () => {
    const walletId = await ledger.open();
    const from = service.clock.now().toISOString();
    await ledger.credit(walletId, '100', { reason: 'PURCHASED_CREDIT_DIRECT' });
    await ledger.credit(walletId, '10', {
      expiresAt: new Date(service.clock.now().getTime() + 1.5 * DAY_MS),
      priority: 1,
    });
    await ledger.debit(walletId, '4');
    service.clock.advance(2 * DAY_MS);
    await ledger.debit(walletId, '2', 'second');
    await ledger.reverse(walletId, await ledger.entryId(walletId, 'second'), '1');
    await ledger.debit(walletId, '3');
    const found = await curve(walletId, `?from=${from}&points=2`);
    expect(found.points.map(({ balance }) => balance)).toEqual(['0', '106', '96']);
    expect(found.points[1]).toMatchObject({ granted: '110', spent: '4', reversed: '0', expired: '0', other: '0' });
    expect(found.points[2]).toMatchObject({ granted: '0', spent: '5', reversed: '1', expired: '6', other: '0' });
    expect(found.marks.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['purchased', 'granted', 'expired']));
    expect(found.marks.some(({ kind }) => kind === 'spent')).toBe(false);
    expect(found.sums_complete).toBe(true);
    await client.get(`/v1/analytics/wallets/${walletId}?points=501`).expect(400);
    await client.get(`/v1/analytics/wallets/${walletId}?from=2090-01-01T00:00:00Z`).expect(400);
    const stranger = await newTenantClient(service);
    await stranger.get(`/v1/analytics/wallets/${walletId}`).expect(404);
  });

  it('says what a lot was spent on, page by page', async () => {
    const walletId = await ledger.open({}, '10');
    for (const credits of ['1', '2', '3']) await ledger.debit(walletId, credits);
    const [lot] = await ledger.openLots(walletId);
    const path = `/v1/wallets/${walletId}/lots/${lot?.id}/consumers`;
    const { body } = await client.get(`${path}?limit=2`).expect(200);
    expect(body).toMatchObject({
      items: [
        { credits: '3', remaining: '4', kind: 'consume', reason: 'MANUAL_BALANCE_DEBIT' },
        { credits: '2', remaining: '7' },
      ],
      pagination: { total: 3, offset: 2 },
    });
    const stranger = await newTenantClient(service);
    await stranger.get(path).expect(404);
  });

  it('is as quick for a wallet with 100,000 entries as for one with ten', async () => {
    const walletId = await ledger.open();
    const [from, to] = [service.clock.now(), new Date(service.clock.now().getTime() + 300 * DAY_MS)];
    service.clock.advance(301 * DAY_MS);
    const em = service.get(EntityManager).fork();
    for (const sql of fillStatements({ walletId, entries: MANY_ENTRIES, from, to })) await em.execute(sql);
    await em.execute('analyze entry');
    const query = `?from=${from.toISOString()}&points=500`;
    await curve(walletId, query);
    const times: number[] = [];
    for (let time = 0; time < 5; time += 1) {
      const startedAt = performance.now();
      const { points, sums_complete: isComplete } = await curve(walletId, query);
      times.push(performance.now() - startedAt);
      expect([points.length, isComplete]).toEqual([501, true]);
      expect(points.reduce((sum, { spent }) => sum + Number(spent), 0)).toBe(MANY_ENTRIES - MANY_ENTRIES / 1000);
    }
    expect(Math.min(...times)).toBeLessThan(300);
  });
});

describe('the one box', () => {
  let service: TestApp;
  let client: ApiClient;
  beforeAll(async () => {
    service = await startTestApp();
    client = await newTenantClient(service);
  });
  afterAll(() => service.close());

  type Groups = {
    kind: string;
    items: { id: string; name: string; customer_id: string | null; wallet_id: string | null }[];
  }[];
  const find = async (q: string, by = client): Promise<Groups> => {
    const { body } = await by.get(`/v1/find?q=${encodeURIComponent(q)}`).expect(200);
    return (body as { groups: Groups }).groups;
  };
  const kinds = async (q: string, by = client) => (await find(q, by)).map(({ kind, items }) => [kind, items.length]);

  it('finds things by id, customers by how external id and address begin, keys by how they begin', async () => {
    const made = async (path: string, body: object) =>
      ((await client.post(path, { ...body })).body as { id: string }).id;
    const customerId = await made('/v1/customers', { external_id: 'acme_1', name: 'Acme', email: 'Jo@acme.test' });
    await made('/v1/customers', { external_id: 'acme%2', name: 'Other' });
    const wallet = { customer_id: customerId, currency: 'usd', initial_credits_to_load: '10' };
    const walletId = await made('/v1/wallets', wallet);
    const holdId = await made(`/v1/wallets/${walletId}/holds`, { credits: '3', idempotency_key: 'hold' });
    const { body: list } = await client.get(`/v1/wallets/${walletId}/transactions`).expect(200);
    const [transaction] = (list as { items: { id: string }[] }).items;
    expect(await find(walletId)).toMatchObject([
      { kind: 'wallet', items: [{ id: walletId, customer_id: customerId, wallet_id: walletId }] },
    ]);
    expect(await kinds(customerId)).toEqual([['customer', 1]]);
    expect(await kinds(holdId)).toEqual([['hold', 1]]);
    expect(await kinds(transaction?.id ?? '')).toEqual([['transaction', 1]]);
    expect(await kinds('acme')).toEqual([['customer', 2]]);
    expect(await kinds('acme_1')).toEqual([['customer', 1]]);
    expect(await kinds('acme%')).toEqual([['customer', 1]]);
    expect(await kinds('Jo@acme')).toEqual([['customer', 1]]);
    expect(await kinds(client.key.slice(0, 8))).toEqual([['api_key', 1]]);
    expect(await kinds('nobody')).toEqual([]);
    const stranger = await newTenantClient(service);
    for (const q of [walletId, customerId, holdId, 'acme', client.key.slice(0, 9)]) {
      expect(await kinds(q, stranger)).toEqual([]);
    }
  });

  it('shows a key only what it may read', async () => {
    await client.post('/v1/customers', { external_id: 'hidden', name: 'Hidden' }).expect(201);
    const { body } = await client.post('/v1/secrets/api/keys', { name: 'x', scopes: ['wallets:read'] }).expect(201);
    const blind = new ApiClient(service.url, (body as { api_key: string }).api_key, client.scope);
    expect(await kinds('hidden')).toEqual([['customer', 1]]);
    expect(await kinds('hidden', blind)).toEqual([]);
    expect(await kinds(client.key.slice(0, 9), blind)).toEqual([]);
  });
});
