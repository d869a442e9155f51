import { EntityManager } from '@mikro-orm/postgresql';
import { Logger } from '@nestjs/common';
import { CustomersService } from '../src/customers/customers.service.js';
import { PromotionalCredits } from '../src/credits/promotional/promotional-credits.service.js';
import { PromotionalRenewal } from '../src/credits/promotional/promotional-renewal.entity.js';
import { Entry } from '../src/ledger/entry.entity.js';
import { LedgerSweeps } from '../src/ledger/ledger-sweeps.js';
import { SettingsService } from '../src/settings/settings.service.js';
import { createAccount, createTenant, type TestAccount, type TestTenant } from './support/accounts.js';
import { startTestApp, type TestApp } from './support/app.js';
import { expectSoundLedger } from './support/invariants.js';

describe('renewals of promotional credits', () => {
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
  // What a test leaves due must not be renewed in the next.
  afterEach(async () => {
    await expectSoundLedger(service.get(EntityManager));
    await promote(0);
    Logger.overrideLogger(false);
  });

  const em = () => service.get(EntityManager).fork();
  const promote = (credits: number, months = 1, of = tenant) =>
    service.get(SettingsService).put(of, 'credits', {
      promotional_credits: credits,
      promotional_validity_months: months,
    });
  const renew = async (): Promise<void> => {
    await service.get(PromotionalCredits).renewDue();
    await service.get(LedgerSweeps).expireCredits();
  };
  const renewAt = async (...instants: string[]): Promise<void> => {
    for (const instant of instants) {
      service.clock.set(instant);
      await renew();
    }
  };
  /** What is logged as an error from now on. */
  const logged = (): unknown[] => {
    const errors: unknown[] = [];
    Logger.overrideLogger({ log: () => {}, warn: () => {}, error: (line: unknown) => errors.push(line) });
    return errors;
  };
  const moveTo = (account: TestAccount, timezone: string) =>
    service.get(CustomersService).update(tenant, account.customerId, { timezone });
  /** When credits came and went, `2027-02-28T00:00 +10`. */
  const movements = async ({ customerId }: TestAccount): Promise<string[]> =>
    (await em().find(Entry, { customerId }, { orderBy: { sequence: 'asc' } })).map(
      ({ createdAt, credits }) =>
        `${createdAt.toISOString().slice(0, 16)} ${credits.gt(0) ? '+' : ''}${credits.toFixed()}`,
    );
  const renewal = (account: TestAccount) => em().findOneOrFail(PromotionalRenewal, { customerId: account.customerId });

  it('go on under a raised length: whoever has credits for a month gets the next for three, on the day the first end', async () => {
    await promote(10);
    const account = await createAccount(service, tenant);
    await renewAt('2027-01-31T10:00:00Z', '2027-02-28T00:00:00Z');
    await promote(10, 3);
    await renewAt('2027-03-30T23:59:59Z');
    expect(await movements(account)).toEqual(['2027-01-31T10:00 +10', '2027-02-28T00:00 -10', '2027-02-28T00:00 +10']);
    await renewAt('2027-03-31T00:00:00Z', '2027-04-30T00:00:00Z', '2027-05-31T00:00:00Z', '2027-06-29T23:59:59Z');
    expect((await movements(account)).slice(3)).toEqual(['2027-03-31T00:00 -10', '2027-03-31T00:00 +10']);
    await renewAt('2027-06-30T00:00:00Z');
    expect((await movements(account)).slice(5)).toEqual(['2027-06-30T00:00 -10', '2027-06-30T00:00 +10']);
  });

  it('keep a length that was lowered until the next one', async () => {
    await promote(10, 3);
    const account = await createAccount(service, tenant);
    await renew();
    await promote(10, 1);
    await renewAt('2027-02-28T00:00:00Z', '2027-04-29T23:59:59Z');
    expect(await movements(account)).toEqual(['2027-01-31T10:00 +10']);
    await renewAt('2027-04-30T00:00:00Z', '2027-05-31T00:00:00Z');
    expect((await movements(account)).slice(1)).toEqual([
      '2027-04-30T00:00 -10',
      '2027-04-30T00:00 +10',
      '2027-05-31T00:00 -10',
      '2027-05-31T00:00 +10',
    ]);
  });

  it.each([
    ['America/Los_Angeles', 'Pacific/Kiritimati', '2027-02-28T08:00', '2027-03-30T10:00'],
    ['Pacific/Kiritimati', 'America/Los_Angeles', '2027-02-28T10:00', '2027-04-01T07:00'],
  ])('give no period twice to who moves from %s to %s', async (from, to, second, third) => {
    await promote(10);
    const account = await createAccount(service, tenant);
    await moveTo(account, from);
    await renew();
    await moveTo(account, to);
    const instants = [
      '2027-02-01T00:00Z',
      '2027-02-27T10:00Z',
      '2027-02-28T00:00Z',
      '2027-02-28T08:00Z',
      '2027-02-28T10:00Z',
    ];
    await renewAt(
      ...instants,
      '2027-03-01T00:00Z',
      '2027-03-01T12:00Z',
      '2027-03-30T10:00Z',
      '2027-03-31T07:00Z',
      '2027-04-01T07:00Z',
    );
    expect((await movements(account)).filter((movement) => movement.endsWith('+10'))).toEqual([
      '2027-01-31T10:00 +10',
      `${second} +10`,
      `${third} +10`,
    ]);
  });

  it('move their date also where the period was given before, however long ago', async () => {
    await promote(10);
    const account = await createAccount(service, tenant);
    await renew();
    const first = await renewal(account);
    for (const later of ['2027-01-31T11:00:00Z', '2027-02-20T00:00:00Z']) {
      service.clock.set(later);
      // After 7 days the ledger has forgotten its answer, and the entry's own key refuses.
      await service.get(LedgerSweeps).forgetAnswers();
      await em().nativeUpdate(
        PromotionalRenewal,
        { customerId: account.customerId },
        { nextAt: new Date(0), nextMonth: 0 },
      );
      await renew();
      expect(await renewal(account)).toMatchObject({
        nextAt: first.nextAt,
        nextMonth: 1,
        failures: 0,
        attemptAt: null,
      });
    }
    expect(await movements(account)).toEqual(['2027-01-31T10:00 +10']);
  });

  it('of 600 accounts that fail do not make another tenant wait, and each of them waits alone', async () => {
    await promote(10);
    const { customerId } = await createAccount(service, tenant);
    await em().execute(
      `insert into customer (id, tenant_id, environment_id, external_id, name, timezone, metadata, status, created_at,
         updated_at, created_by, updated_by)
       select id || '_' || n, tenant_id, environment_id, 'broken_' || n, name, 'Mars/Olympus', metadata, status,
         created_at - interval '1 year', updated_at, created_by, updated_by
       from customer, generate_series(1, 600) n where id = ?`,
      [customerId],
    );
    const other = await createTenant(service);
    await promote(10, 1, other);
    const account = await createAccount(service, other);
    const errors = logged();
    await service.get(PromotionalCredits).renewDue();
    expect(await movements(account)).toEqual(['2027-01-31T10:00 +10']);
    expect(errors).toHaveLength(250);
    expect(errors[0]).toMatchObject({ customerId: expect.stringContaining(`${customerId}_`) });
    await service.get(PromotionalCredits).renewDue();
    await service.get(PromotionalCredits).renewDue();
    expect(errors).toHaveLength(600);
    expect(await movements({ ...account, customerId })).toEqual(['2027-01-31T10:00 +10']);
    await promote(0, 1, other);
  });

  it('that fail are tried again after a minute, then two, then four, and come when what was wrong is not', async () => {
    await promote(10);
    const account = await createAccount(service, tenant);
    await em().execute(`update customer set timezone = 'Mars/Olympus' where id = ?`, [account.customerId]);
    const errors = logged();
    const triedAt: number[] = [];
    for (let second = 0; second <= 420; second += 30) {
      await renew();
      if (errors.length > triedAt.length) triedAt.push(second);
      service.clock.advance(30_000);
    }
    expect(triedAt).toEqual([0, 60, 180, 420]);
    await em().execute(`update customer set timezone = 'UTC' where id = ?`, [account.customerId]);
    await renew();
    expect(await movements(account)).toEqual([]);
    service.clock.advance(450_000);
    await renew();
    expect(await renewal(account)).toMatchObject({ failures: 0, attemptAt: null });
    expect((await movements(account)).map((movement) => movement.slice(-3))).toEqual(['+10']);
  });

  it('come to who signs up between two rounds, and to nobody who was deleted', async () => {
    await promote(10);
    const first = await createAccount(service, tenant);
    await renew();
    service.clock.advance(7_200_000);
    const second = await createAccount(service, tenant);
    await em().execute(`update customer set status = 'deleted' where id = ?`, [first.customerId]);
    await renewAt('2027-01-31T12:00:00Z', '2027-02-28T00:00:00Z');
    expect(await movements(second)).toHaveLength(3);
    expect(await movements(first)).toEqual(['2027-01-31T10:00 +10', '2027-02-28T00:00 -10']);
    expect(await em().count(PromotionalRenewal, { customerId: first.customerId })).toBe(0);
  });
});
