import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EntityManager } from '@mikro-orm/postgresql';
import { PaymentMethodsService } from '../src/customers/payment-methods.service.js';
import { PacksService } from '../src/credits/packs/packs.service.js';
import { ScheduledTask } from '../src/top-ups/schedule/scheduled-task.js';
import { TopUpEngine } from '../src/top-ups/purchases/top-up-engine.js';
import { TopUpRule } from '../src/top-ups/rules/top-up-rule.entity.js';
import { call, createAccount, createTenant, type TestAccount, type TestTenant } from './support/accounts.js';
import { startTestApp, type TestApp } from './support/app.js';
import { expectSoundLedger } from './support/invariants.js';

const SETTINGS = '/account/credits/top-up/settings/';
const AGREED = { id: 'pack_10', price: 1100, currency_code: 'USD', pack_amount: 10 };
const ON = { auto_top_up_on_expiration: false, auto_top_up_on_insufficient: true, auto_top_up_credits_pack: AGREED };
const OFF = { auto_top_up_on_expiration: false, auto_top_up_on_insufficient: false, auto_top_up_credits_pack: null };

describe('consents', () => {
  let service: TestApp;
  let tenant: TestTenant;
  let account: TestAccount;
  beforeAll(async () => {
    service = await startTestApp();
  });
  afterAll(() => service.close());
  beforeEach(async () => {
    service.clock.set('2026-03-02T10:00:00.000Z');
    tenant = await createTenant(service);
    account = await createAccount(service, tenant);
  });
  afterEach(() => expectSoundLedger(service.get(EntityManager)));

  const consents = (query = '', key = tenant.serverKey) =>
    call(service, key).get(`/v1/customers/${account.customerId}/consents${query}`);

  it('are every change and every purchase under it: who, when, which key, at which price', async () => {
    const put = await call(service, account.key).put(SETTINGS).send(ON).expect(201);
    service.clock.advance(1000);
    const hold = await call(service, account.key).post('/account/credits/holds/').send({ credits: 15 }).expect(402);
    await service.get(TopUpEngine).idle();
    service.clock.advance(1000);
    await call(service, tenant.serverKey)
      .patch(SETTINGS)
      .set('X-Customer-ID', account.customerId)
      .send({ auto_top_up_on_insufficient: false })
      .expect(200);
    const { body } = await consents().expect(200);
    const { items, pagination } = body as { items: Record<string, unknown>[]; pagination: object };
    expect(pagination).toEqual({ total: 3, limit: 50, offset: 50 });
    const [second, charge, first] = items as [
      Record<string, unknown>,
      Record<string, unknown>,
      Record<string, unknown>,
    ];
    expect(first).toEqual({
      id: expect.stringMatching(/^consent_/),
      kind: 'change',
      consent_id: first['id'],
      customer_id: account.customerId,
      wallet_id: expect.stringMatching(/^wallet_/),
      pack_id: 'pack_10',
      price_minor: 1100,
      fee: null,
      currency: 'usd',
      wallet_currency: 'usd',
      from: OFF,
      to: ON,
      charge: null,
      portal_session_id: null,
      request_id: put.headers['x-request-id'],
      created_at: '2026-03-02T10:00:00.000000Z',
      created_by: expect.stringMatching(/^secret_/),
    });
    expect(charge).toMatchObject({
      kind: 'charge',
      consent_id: first['id'],
      pack_id: 'pack_10',
      price_minor: 1100,
      charge: { top_up_status: 'succeeded', trigger: 'insufficient', units: 2, credits: '20', total_minor: 2200 },
      request_id: hold.headers['x-request-id'],
      created_by: first['created_by'],
    });
    expect(second).toMatchObject({ kind: 'change', from: ON, created_at: '2026-03-02T10:00:02.000000Z' });
    expect(second['created_by']).not.toBe(first['created_by']);
    const page = await consents('?limit=1&offset=1&order=asc').expect(200);
    expect(page.body).toEqual({ items: [charge], pagination: { total: 3, limit: 1, offset: 2 } });
  });

  it('are the tenant’s to read, of its own customers only', async () => {
    await consents('', account.key).expect(403);
    await consents('', (await createTenant(service)).serverKey).expect(404);
    await consents('?limit=x').expect(400);
    expect((await consents().expect(200)).body).toMatchObject({ items: [], pagination: { total: 0 } });
  });

  it('are what it takes: nothing else that happens switches automatic top-up on', async () => {
    const em = service.get(EntityManager);
    const { customerId } = account;
    const enabled = () => em.fork().count(TopUpRule, { customerId, enabled: true });
    const api = call(service, account.key);
    await api.put(SETTINGS).send(ON).expect(201);
    await api
      .put(SETTINGS)
      .send({ auto_top_up_credits_pack: { id: 'pack_10' } })
      .expect(201);
    expect(await enabled()).toBe(0);
    await api.post('/account/credits/top-up/').send({ pack_id: 'pack_10' }).expect(200);
    await api.post('/account/credits/holds/').send({ credits: 50 }).expect(402);
    await api
      .patch(SETTINGS)
      .send({ auto_top_up_credits_pack: { id: 'pack_100' } })
      .expect(200);
    await service.get(PaymentMethodsService).replace(tenant, customerId, 'pm_sandbox_approve');
    await service.get(PacksService).change(tenant, 'pack_100', { priceMinor: 1 });
    service.clock.set('2027-03-02T10:00:00.000Z');
    await service.get(ScheduledTask).run();
    await service.get(TopUpEngine).idle();
    expect(await enabled()).toBe(0);
    const { body } = await consents().expect(200);
    expect((body as { items: { kind: string }[] }).items.map(({ kind }) => kind)).toEqual([
      'change',
      'change',
      'change',
    ]);
  });
});

describe('automatic top-up', () => {
  const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.spec.ts') && !path.startsWith('migrations'))
    .map((path) => ({ path, text: readFileSync(join('src', path), 'utf8') }));
  const files = (pattern: RegExp) => sources.flatMap(({ path, text }) => (pattern.test(text) ? [path] : []));

  it('is written in one place, and only the settings routes ask for that', () => {
    expect(files(/topUpChange\(\{ kind: 'account_rules'/).sort()).toEqual([
      'credits/account-rules.service.ts',
      'credits/top-up-settings.service.ts',
    ]);
    // The first of the two only ever switches off.
    const ends = sources.find(({ path }) => path === 'credits/account-rules.service.ts')?.text ?? '';
    expect(ends.match(/kind: 'account_rules'.*/g)).toEqual([expect.stringContaining('change: NOTHING_SET')]);
    expect(files(/\btopUps\.rules\.set\(/)).toEqual(['top-ups/rules/change-rules.ts']);
    expect(files(/\b(create|assign|upsert|nativeUpdate|insert)\(\s*TopUpRule\b/)).toEqual([]);
    const users = files(/\bTopUpSettingsService\b/).filter((path) => !path.endsWith('.module.ts'));
    expect(users.sort()).toEqual([
      'credits/portal/portal-settings.service.ts',
      'credits/top-up-settings.controller.ts',
      'credits/top-up-settings.service.ts',
    ]);
    const statements = sources.flatMap(({ text }) => text.match(/(update|insert into) top_up_rule\b[^`]*/gi) ?? []);
    expect(statements).toHaveLength(1);
    expect(statements[0]).not.toMatch(/enabled/);
  });
});
