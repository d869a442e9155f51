import { randomUUID } from 'node:crypto';
import { EntityManager } from '@mikro-orm/postgresql';
import type { Account } from '../src/credits/account.js';
import { CouponGuesses } from '../src/credits/coupons/coupon-guesses.js';
import { PaymentMethodsService } from '../src/customers/payment-methods.service.js';
import { TopUp } from '../src/top-ups/purchases/top-up.entity.js';
import { TopUpEngine } from '../src/top-ups/purchases/top-up-engine.js';
import { call, createAccount, createTenant, type TestAccount, type TestTenant } from './support/accounts.js';
import { startTestApp, type TestApp } from './support/app.js';
import { expectSoundLedger } from './support/invariants.js';

const BUY = '/account/credits/top-up/';
const COUPONS = '/v1/coupons';
const TEN = { id: 'TEN', name: '10% off', percent_off: 10 };

describe('coupons', () => {
  let service: TestApp;
  let tenant: TestTenant;
  beforeAll(async () => {
    service = await startTestApp({ config: { paymentTimeoutMs: 20_000 } });
  });
  afterAll(() => service.close());
  beforeEach(async () => {
    service.clock.set('2026-03-02T10:00:00.000Z');
    tenant = await createTenant(service);
  });
  afterEach(() => expectSoundLedger(service.get(EntityManager)));

  const create = (coupon: object) => call(service, tenant.serverKey).post(COUPONS).send(coupon);
  const show = async (id: string) =>
    (await call(service, tenant.serverKey).get(`${COUPONS}/${id}`).expect(200)).body as { redemptions: number };
  const buy = (account: TestAccount, ...coupons: string[]) =>
    call(service, account.key)
      .post(BUY)
      .set('Idempotency-Key', randomUUID())
      .send({ pack_id: 'pack_100', coupon_ids: coupons });
  const refusal = async (account: TestAccount, ...coupons: string[]): Promise<unknown> =>
    ((await buy(account, ...coupons).expect(400)).body as { coupon_ids: unknown }).coupon_ids;
  const charged = async ({ customerId }: TestAccount): Promise<number[]> =>
    (
      await service
        .get(EntityManager)
        .fork()
        .find(TopUp, { customerId }, { orderBy: { id: 'asc' } })
    ).map(({ priceMinor }) => priceMinor);

  it('are made, listed, shown and withdrawn by the tenant, not by accounts', async () => {
    const { body } = await create(TEN).expect(201);
    expect(body).toMatchObject({ ...TEN, amount_off_minor: null, pack_ids: [], max_redemptions: null, redemptions: 0 });
    await create(TEN).expect(409);
    const key = call(service, tenant.serverKey);
    expect((await key.get(COUPONS).expect(200)).body).toMatchObject({ items: [body], pagination: { total: 1 } });
    await key.delete(`${COUPONS}/TEN`).expect(204);
    await key.delete(`${COUPONS}/TEN`).expect(204);
    expect(await show('TEN')).toMatchObject({ withdrawn_at: '2026-03-02T10:00:00.000000Z' });
    await key.get(`${COUPONS}/NONE`).expect(404);
    const account = await createAccount(service, tenant);
    await call(service, account.key).post(COUPONS).send(TEN).expect(403);
    const other = await createTenant(service);
    await call(service, other.serverKey).delete(`${COUPONS}/TEN`).expect(404);
  });

  it.each<[object, string]>([
    [{ name: 'x' }, 'percent_off'],
    [{ ...TEN, amount_off_minor: 1, currency: 'usd' }, 'amount_off_minor'],
    [{ name: 'x', amount_off_minor: 1 }, 'currency'],
    [{ ...TEN, percent_off: 101 }, 'percent_off'],
    [{ ...TEN, percent_off: 0 }, 'percent_off'],
    [{ ...TEN, max_redemptions: 3_000_000_000 }, 'max_redemptions'],
    [{ ...TEN, pack_ids: ['a\u0000'] }, 'pack_ids'],
    [{ ...TEN, valid_from: '2026-01-02T00:00:00Z', valid_until: '2026-01-02T00:00:00Z' }, 'valid_until'],
  ])('are refused as %j', async (coupon, field) => {
    const { body } = await create(coupon).expect(400);
    expect(JSON.stringify(body)).toContain(field);
  });

  it('take their discount off the charge, with a line on the invoice', async () => {
    await create(TEN).expect(201);
    await create({ id: 'FIVE', name: 'Five dollars', amount_off_minor: 500, currency: 'usd' }).expect(201);
    const account = await createAccount(service, tenant);
    const { body } = await buy(account, 'TEN', 'FIVE').expect(200);
    expect(body).toMatchObject({
      sub_total: 9900,
      total: 8410,
      amount_paid: 8410,
      line_items: [{ unit_amount: 9900, discount_amount: 1490, amount: 8410 }],
      discounts: [
        { description: '10% off', amount: 990 },
        { description: 'Five dollars', amount: 500 },
      ],
    });
    expect(await charged(account)).toEqual([8410]);
    expect(await show('TEN')).toMatchObject({ redemptions: 1 });
  });

  it('of 100% charge nothing, and need no card', async () => {
    await create({ ...TEN, percent_off: 100 }).expect(201);
    const account = await createAccount(service, tenant, null);
    const { body } = await buy(account, 'TEN').expect(200);
    expect(body).toMatchObject({ sub_total: 9900, total: 0, amount_due: 0, amount_paid: 0 });
    const [topUp] = await service.get(EntityManager).fork().find(TopUp, { customerId: account.customerId });
    expect(topUp).toMatchObject({ topUpStatus: 'succeeded', paymentId: null, priceMinor: 0 });
    await buy(account).expect(400);
  });

  it('are good from their first instant to the one before their last', async () => {
    const validity = { valid_from: '2026-03-02T10:00:00.001Z', valid_until: '2026-03-02T10:00:00.003Z' };
    await create({ ...TEN, ...validity }).expect(201);
    const account = await createAccount(service, tenant);
    expect(await refusal(account, 'TEN')).toEqual(['Coupon TEN is not valid yet.']);
    service.clock.advance(1);
    await buy(account, 'TEN').expect(200);
    service.clock.advance(1);
    await buy(account, 'TEN').expect(200);
    service.clock.advance(1);
    expect(await refusal(account, 'TEN')).toEqual(['Coupon TEN has expired.']);
  });

  it('are refused where they are unknown, another tenant’s, for another pack, given twice or for nothing', async () => {
    await create({ ...TEN, pack_ids: ['pack_10'] }).expect(201);
    await create({ id: 'ALL', name: 'All', percent_off: 100 }).expect(201);
    const account = await createAccount(service, tenant);
    const stranger = await createAccount(service, await createTenant(service));
    expect(await refusal(account, 'NONE')).toEqual(['Unknown coupon.']);
    expect(await refusal(stranger, 'ALL')).toEqual(['Unknown coupon.']);
    expect(await refusal(account, 'TEN')).toEqual(['Coupon TEN is not for this pack.']);
    expect(await refusal(account, 'ALL', 'ALL')).toEqual(['Coupon ALL is given twice.']);
    await create({ id: 'MORE', name: 'More', percent_off: 1 }).expect(201);
    expect(await refusal(account, 'ALL', 'MORE')).toEqual(['Coupon MORE takes nothing off.']);
    expect(await charged(account)).toEqual([]);
  });

  it('come back when the purchase finally fails', async () => {
    await create({ ...TEN, max_redemptions: 1 }).expect(201);
    const account = await createAccount(service, tenant, 'pm_sandbox_decline');
    await buy(account, 'TEN').expect(402);
    expect(await show('TEN')).toMatchObject({ redemptions: 0 });
    await service.get(PaymentMethodsService).replace(tenant, account.customerId, 'pm_sandbox_approve');
    await buy(account, 'TEN').expect(200);
    expect(await refusal(account, 'TEN')).toEqual(['Coupon TEN is used up.']);
  });

  it('are used once for an idempotency key, however often it is repeated', async () => {
    await create({ ...TEN, max_redemptions: 1 }).expect(201);
    const account = await createAccount(service, tenant);
    const repeat = () => buy(account, 'TEN').set('Idempotency-Key', 'order-1');
    const answers = await Promise.all([repeat(), repeat(), repeat()]);
    // 202: the first of them is still under way.
    expect(answers.every(({ status }) => status === 200 || status === 202)).toBe(true);
    await repeat().expect(200);
    expect(await charged(account)).toEqual([8910]);
    expect(await show('TEN')).toMatchObject({ redemptions: 1 });
  });

  it('are used by exactly 10 of 100 accounts at once, where 10 may', async () => {
    await create({ ...TEN, max_redemptions: 10 }).expect(201);
    const accounts = await Promise.all(Array.from({ length: 100 }, () => createAccount(service, tenant)));
    const answers = await Promise.all(accounts.map((account) => buy(account, 'TEN')));
    await service.get(TopUpEngine).idle();
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(10);
    expect(statuses.filter((status) => status === 400)).toHaveLength(90);
    expect(await show('TEN')).toMatchObject({ redemptions: 10 });
  }, 60_000);

  it('are guessed 20 times by an account and 500 times in an environment, and then not even found', async () => {
    await create(TEN).expect(201);
    const [guesser, other] = [await createAccount(service, tenant), await createAccount(service, tenant)];
    const guesses = await Promise.all(Array.from({ length: 15 }, (_, n) => buy(guesser, `A${n}`, `B${n}`, 'TEN')));
    expect(guesses.filter(({ status }) => status === 400).length).toBeLessThanOrEqual(10);
    await buy(guesser, 'C', 'D', 'E', 'F', 'G');
    const refused = await buy(guesser, 'TEN').expect(429);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(600);
    expect(refused.body).toEqual({ detail: 'Too many attempts: try again later.' });
    await call(service, guesser.key).post(BUY).send({ pack_id: 'pack_100' }).expect(200);
    await buy(other, 'TEN').expect(200);
    const scope = { tenantId: tenant.tenantId, environmentId: tenant.environmentId };
    for (let count = 0; count < 30; count += 1) {
      const account = { scope, customerId: `customer_${count}` } as Account;
      await service
        .get(CouponGuesses)
        .beforeLookup(account, 20)
        .catch(() => undefined);
    }
    await buy(other, 'TEN').expect(429);
    const elsewhere = await createTenant(service);
    await call(service, elsewhere.serverKey).post(COUPONS).send(TEN).expect(201);
    await buy(await createAccount(service, elsewhere), 'TEN').expect(200);
  });

  it('are found as often as there are purchases: what exists is no guess', async () => {
    await create(TEN).expect(201);
    const account = await createAccount(service, tenant);
    for (let count = 0; count < 25; count += 1) await refusal(account, 'TEN', 'TEN');
    await buy(account, 'TEN').expect(200);
  });

  it('are used once by an account that asks ten times at once, where each may once', async () => {
    await create({ ...TEN, max_redemptions_per_account: 1 }).expect(201);
    const [account, other] = [await createAccount(service, tenant), await createAccount(service, tenant)];
    const answers = await Promise.all(Array.from({ length: 10 }, () => buy(account, 'TEN')));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(await refusal(account, 'TEN')).toEqual(['Coupon TEN was used by this account already.']);
    await buy(other, 'TEN').expect(200);
  });
});
