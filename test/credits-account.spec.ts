import { EntityManager } from '@mikro-orm/postgresql';
import request from 'supertest';
import { LedgerService } from '../src/ledger/ledger.service.js';
import { Wallet } from '../src/ledger/wallet.entity.js';
import { decimal } from '../src/shared/decimal.js';
import { TopUpEngine } from '../src/top-ups/purchases/top-up-engine.js';
import { call, createAccount, createTenant, type TestAccount, type TestTenant } from './support/accounts.js';
import { startTestApp, type TestApp } from './support/app.js';
import { expectSoundLedger } from './support/invariants.js';

const CREDITS = '/account/credits/';
const SETTINGS = '/account/credits/top-up/settings/';
const DECISIONS = '/account/credits/top-up/decisions/';

describe('an account', () => {
  let service: TestApp;
  let tenant: TestTenant;
  beforeAll(async () => {
    service = await startTestApp();
    tenant = await createTenant(service);
  });
  afterAll(() => service.close());

  const buy = (key: string, pack: string) =>
    call(service, key).post('/account/credits/top-up/').send({ pack_id: pack }).expect(200);

  it('is its own key’s customer, whatever the headers say', async () => {
    const [mine, theirs] = [await createAccount(service, tenant), await createAccount(service, tenant)];
    await buy(theirs.key, 'pack_100');
    const own = await call(service, mine.key).get(CREDITS).expect(200);
    expect(own.body).toMatchObject({ balance: 0 });
    for (const header of ['X-Customer-ID', 'X-External-Customer-ID']) {
      const { body } = await call(service, mine.key).get(CREDITS).set(header, theirs.customerId).expect(200);
      expect(body).toMatchObject({ balance: 0 });
    }
    await call(service, mine.key).get('/v1/credit-packs').expect(403);
    const { body } = await call(service, mine.key).get(`/v1/customers/${theirs.customerId}`).expect(403);
    expect(body).toMatchObject({ code: 'permission_denied' });
  });

  it('is named by header when the key is a server key', async () => {
    const account = await createAccount(service, tenant);
    await buy(account.key, 'pack_10');
    const server = call(service, tenant.serverKey);
    const byId = await server.get(CREDITS).set('X-Customer-ID', account.customerId).expect(200);
    const byExternalId = await server.get(CREDITS).set('X-External-Customer-ID', account.externalId).expect(200);
    expect(byId.body).toMatchObject({ balance: 10 });
    expect(byExternalId.body).toEqual(byId.body);
    const none = await server.get(CREDITS).expect(400);
    expect(none.body).toEqual({
      non_field_errors: ['Name the account with header X-Customer-ID or X-External-Customer-ID.'],
    });
    const put = server.put(SETTINGS).set('X-External-Customer-ID', account.externalId);
    await put.send({ auto_top_up_on_insufficient: true, auto_top_up_credits_pack: { id: 'pack_10' } }).expect(201);
    const settings = await call(service, account.key).get(SETTINGS).expect(200);
    expect(settings.body).toMatchObject({ auto_top_up_on_insufficient: true });
  });

  it('of another tenant is as unknown as one that does not exist', async () => {
    const account = await createAccount(service, tenant);
    const foreign = call(service, (await createTenant(service)).serverKey);
    const answers = await Promise.all([
      foreign.get(CREDITS).set('X-Customer-ID', account.customerId).expect(404),
      foreign.get(CREDITS).set('X-Customer-ID', 'cust_nobody').expect(404),
      foreign.put(SETTINGS).set('X-External-Customer-ID', account.externalId).send({}).expect(404),
    ]);
    for (const { body } of answers) expect(body).toEqual({ detail: 'Customer not found.' });
  });

  it.each([
    ['x-api-key', ''],
    ['Authorization', 'Bearer '],
    ['Authorization', 'JWT '],
  ])('may show its key as %s %s', async (header, prefix) => {
    const { key } = await createAccount(service, tenant);
    await request(service.url).get(CREDITS).set(header, `${prefix}${key}`).expect(200);
  });

  it('answers the same without the last slash, and never redirects', async () => {
    const { key } = await createAccount(service, tenant);
    const account = call(service, key);
    for (const path of [CREDITS, SETTINGS, DECISIONS, '/credits-packs/', '/credits-packs/pack_100/']) {
      const canonical = await account.get(path).expect(200);
      expect((await account.get(path.slice(0, -1)).expect(200)).body).toEqual(canonical.body);
    }
    await account.put(SETTINGS.slice(0, -1)).send({}).expect(201);
    await account.patch(SETTINGS.slice(0, -1)).send({}).expect(200);
    await account.post('/account/credits/top-up').send({ pack_id: 'pack_10' }).expect(200);
    const { body } = await account.delete(SETTINGS).expect(405);
    expect(Object.keys(body as object)).toEqual(['detail']);
  });

  describe('with automatic top-up', () => {
    async function debit({ customerId }: TestAccount, credits: string): Promise<string> {
      const wallet = await service.get(EntityManager).fork().findOneOrFail(Wallet, { customerId });
      const { tenantId, environmentId, id: walletId } = wallet;
      const command = {
        kind: 'debit',
        scope: { tenantId, environmentId },
        walletId,
        actor: { keyId: '', requestId: '' },
        terms: {
          credits: decimal(credits),
          reason: 'MANUAL_BALANCE_DEBIT',
          overdraft: 'wallet',
          referenceType: 'REQUEST',
        },
        answer: () => 'debited',
      } as const;
      const outcome = await service
        .get(LedgerService)
        .post<string>(command)
        .then(
          ({ body }) => body,
          (error: Error) => error.name,
        );
      await service.get(TopUpEngine).idle();
      return outcome;
    }

    it('buys the agreed pack when a debit cannot be covered, and shows why', async () => {
      const account = await createAccount(service, tenant);
      await call(service, account.key)
        .put(SETTINGS)
        .send({ auto_top_up_on_insufficient: true, auto_top_up_credits_pack: { id: 'pack_10' } })
        .expect(201);
      expect(await debit(account, '25')).toBe('DomainError');
      const credits = await call(service, account.key).get(CREDITS).expect(200);
      expect(credits.body).toMatchObject({ purchased_credits: 30, balance: 30 });
      expect(await debit(account, '25')).toBe('debited');
      expect(await debit(account, '25')).toBe('DomainError');

      const { body } = await call(service, account.key).get(DECISIONS).expect(200);
      expect(body).toMatchObject({ count: 2, page_total: 1, page: 1, length: 10 });
      const { results } = body as { results: object[] };
      expect(results).toContainEqual({
        id: expect.stringMatching(/^decision_/),
        trigger: 'auto_top_up_on_insufficient',
        bought: true,
        code: 'insufficient',
        reason: 'Bought 30 credits because 0 were left and a scan needed 25.',
        available: '0',
        required: '25',
        top_up: {
          id: expect.stringMatching(/^topup_/),
          status: 'succeeded',
          price: 3300,
          currency_code: 'USD',
          credits: '30',
        },
        next_evaluation_at: null,
        occurrences: 1,
        first_seen_at: '2026-03-02T10:00:00.000000Z',
        last_seen_at: '2026-03-02T10:00:00.000000Z',
      });
      expect(results).toContainEqual(expect.objectContaining({ bought: false, code: 'cool_off', top_up: null }));
      await expectSoundLedger(service.get(EntityManager));
    });

    it('is renewed at once when it is switched on on the last day', async () => {
      const account = await createAccount(service, tenant);
      service.clock.set('2026-03-02T10:00:00.000Z');
      await buy(account.key, 'pack_10');
      service.clock.set('2027-03-02T08:00:00.000Z');
      await call(service, account.key)
        .put(SETTINGS)
        .send({ auto_top_up_on_expiration: true, auto_top_up_credits_pack: { id: 'pack_100' } })
        .expect(201);
      await service.get(TopUpEngine).idle();
      const credits = await call(service, account.key).get(CREDITS).expect(200);
      expect(credits.body).toMatchObject({ purchased_credits: 110, purchased_expiration_date: '2028-03-02' });
      const { body } = await call(service, account.key).get(`${DECISIONS}?ordering=first_seen_at&length=1`).expect(200);
      expect(body).toMatchObject({ results: [{ trigger: 'auto_top_up_on_expiration', code: 'about_to_expire' }] });
      service.clock.set('2026-03-02T10:00:00.000Z');
    });

    it('has no decisions before it has a wallet, and pages them', async () => {
      const account = call(service, (await createAccount(service, tenant)).key);
      const empty = { count: 0, page_total: 0, page: 1, length: 10, results: [] };
      expect((await account.get(DECISIONS).expect(200)).body).toEqual(empty);
      const { body } = await account.get(`${DECISIONS}?length=101&page=0`).expect(400);
      expect(Object.keys(body as object).sort()).toEqual(['length', 'page']);
      expect((await account.get(`${DECISIONS}?ordering=price`).expect(400)).body).toEqual({
        ordering: ['Must be one of first_seen_at, last_seen_at.'],
      });
    });
  });
});
