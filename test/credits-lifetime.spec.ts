import { EntityManager } from '@mikro-orm/postgresql';
import { CustomersService } from '../src/customers/customers.service.js';
import { PaymentMethodsService } from '../src/customers/payment-methods.service.js';
import { Entry } from '../src/ledger/entry.entity.js';
import { SettingsService } from '../src/settings/settings.service.js';
import { ScheduledTask } from '../src/top-ups/schedule/scheduled-task.js';
import { TopUpEngine } from '../src/top-ups/purchases/top-up-engine.js';
import { call, createAccount, createTenant, type TestAccount, type TestTenant } from './support/accounts.js';
import { startTestApp, type TestApp } from './support/app.js';
import { expectSoundLedger } from './support/invariants.js';

describe('credits of an account', () => {
  let service: TestApp;
  let tenant: TestTenant;
  beforeAll(async () => {
    service = await startTestApp();
  });
  afterAll(() => service.close());
  beforeEach(async () => {
    service.clock.set('2027-01-31T10:00:00.000Z');
    tenant = await createTenant(service);
  });
  afterEach(() => expectSoundLedger(service.get(EntityManager)));

  const creditsOf = async (account: TestAccount): Promise<object> =>
    (await call(service, account.key).get('/account/credits/').expect(200)).body as object;
  const buy = (account: TestAccount, pack: string) =>
    call(service, account.key).post('/account/credits/top-up/').send({ pack_id: pack }).expect(200);
  const promote = (credits: number, months = 1) =>
    service.get(SettingsService).put(tenant, 'credits', {
      promotional_credits: credits,
      promotional_validity_months: months,
    });
  const runTask = async (): Promise<void> => {
    await service.get(ScheduledTask).run();
    await service.get(TopUpEngine).idle();
  };
  const kindsOf = async ({ customerId }: TestAccount): Promise<string[]> =>
    (
      await service
        .get(EntityManager)
        .fork()
        .find(Entry, { customerId }, { orderBy: { sequence: 'asc' } })
    ).map(({ counterAccount, credits }) => `${counterAccount} ${credits.toFixed()}`);

  describe('that are promotional', () => {
    it('come by default never', async () => {
      const account = await createAccount(service, tenant);
      await runTask();
      expect(await creditsOf(account)).toMatchObject({ promotional_credits: 0 });
    });

    it('renew at the start of the sign-up day, once, and do not pile up', async () => {
      await promote(10);
      const account = await createAccount(service, tenant);
      await Promise.all([runTask(), runTask()]);
      expect(await creditsOf(account)).toMatchObject({
        promotional_credits: 10,
        promotional_expiration_date: '2027-02-28',
        balance: 10,
      });
      const held = await call(service, account.key).post('/account/credits/holds/').send({ credits: 4 }).expect(201);
      const { id } = held.body as { id: string };
      await call(service, account.key).post(`/account/credits/holds/${id}/capture/`).send({ credits: 4 }).expect(200);
      service.clock.set('2027-02-27T23:59:59.999Z');
      await runTask();
      expect(await creditsOf(account)).toMatchObject({ promotional_credits: 6 });
      service.clock.set('2027-02-28T00:00:00.000Z');
      expect(await creditsOf(account)).toMatchObject({ promotional_credits: 0 });
      await runTask();
      await runTask();
      expect(await creditsOf(account)).toMatchObject({
        promotional_credits: 10,
        promotional_expiration_date: '2027-03-31',
      });
      expect(await kindsOf(account)).toEqual(['promotion 10', 'usage -4', 'expiry -6', 'promotion 10']);
    });

    it('go by the customer’s time zone', async () => {
      await promote(10);
      const account = await createAccount(service, tenant);
      await service.get(CustomersService).update(tenant, account.customerId, { timezone: 'America/New_York' });
      await runTask();
      service.clock.set('2027-02-28T04:59:59.999Z');
      await runTask();
      expect(await kindsOf(account)).toEqual(['promotion 10']);
      service.clock.set('2027-02-28T05:00:00.000Z');
      await runTask();
      expect(await kindsOf(account)).toEqual(['promotion 10', 'expiry -10', 'promotion 10']);
    });

    it('are spent before purchased ones, whichever expire first', async () => {
      await promote(10, 24);
      const account = await createAccount(service, tenant);
      await buy(account, 'pack_10');
      await runTask();
      expect(await creditsOf(account)).toMatchObject({
        promotional_expiration_date: '2029-01-31',
        purchased_expiration_date: '2028-01-31',
      });
      await call(service, account.key).post('/account/credits/holds/').send({ credits: 12 }).expect(201);
      expect(await creditsOf(account)).toMatchObject({ on_hold_promotional: 10, on_hold_purchased: 2 });
    });
  });

  describe('that are purchased', () => {
    it('live 12 months from the last purchase, all of them', async () => {
      const account = await createAccount(service, tenant);
      await buy(account, 'pack_10');
      service.clock.set('2028-01-31T09:59:59.999Z');
      await buy(account, 'pack_10');
      expect(await creditsOf(account)).toMatchObject({
        purchased_credits: 20,
        purchased_expiration_date: '2029-01-31',
      });
      service.clock.set('2029-01-31T09:59:59.998Z');
      await runTask();
      expect(await creditsOf(account)).toMatchObject({ purchased_credits: 20 });
      service.clock.set('2029-01-31T09:59:59.999Z');
      expect(await creditsOf(account)).toMatchObject({ purchased_credits: 0 });
      await runTask();
      expect(await kindsOf(account)).toEqual(['purchase 10', 'purchase 10', 'expiry -10', 'expiry -10']);
    });

    it('are not forfeited while a purchase on expiration is open, and are once it has failed', async () => {
      const account = await createAccount(service, tenant);
      await buy(account, 'pack_10');
      await service.get(PaymentMethodsService).replace(tenant, account.customerId, 'pm_sandbox_decline');
      const settings = { auto_top_up_on_expiration: true, auto_top_up_credits_pack: { id: 'pack_10' } };
      await call(service, account.key).put('/account/credits/top-up/settings/').send(settings).expect(201);
      service.clock.set('2028-01-31T09:59:00.000Z');
      await runTask();
      service.clock.set('2028-01-31T10:00:00.000Z');
      await runTask();
      expect(await kindsOf(account)).toEqual(['purchase 10']);
      expect(await creditsOf(account)).toMatchObject({ purchased_credits: 10 });
      for (const hours of [2, 5, 25]) {
        service.clock.advance(hours * 3_600_000);
        await runTask();
      }
      await runTask();
      expect(await kindsOf(account)).toEqual(['purchase 10', 'expiry -10']);
      expect(await creditsOf(account)).toMatchObject({ purchased_credits: 0 });
    });
  });
});
