import { EntityManager } from '@mikro-orm/postgresql';
import type { FeeSetting } from '../src/top-ups/pricing/price-top-up.js';
import { SettingsService } from '../src/settings/settings.service.js';
import { TopUpEngine } from '../src/top-ups/purchases/top-up-engine.js';
import { TopUp } from '../src/top-ups/purchases/top-up.entity.js';
import { call, createAccount, createTenant, type TestAccount, type TestTenant } from './support/accounts.js';
import { startTestApp, type TestApp } from './support/app.js';
import { expectSoundLedger } from './support/invariants.js';

const SETTINGS = '/account/credits/top-up/settings/';
const FEE: FeeSetting = { mode: 'added', percent: '2', fixed_minor: { usd: 30 } };

describe('the fee of packs', () => {
  let service: TestApp;
  let tenant: TestTenant;
  let account: TestAccount;
  beforeAll(async () => {
    service = await startTestApp();
  });
  afterAll(() => service.close());
  beforeEach(async () => {
    tenant = await createTenant(service);
    account = await createAccount(service, tenant);
    await setFee(FEE);
  });
  afterEach(() => expectSoundLedger(service.get(EntityManager)));

  const api = () => call(service, account.key);
  const setFee = (fee: FeeSetting) => service.get(SettingsService).put(tenant, 'top_up_fee', fee);
  const on = (pack: object) => ({ auto_top_up_on_insufficient: true, auto_top_up_credits_pack: pack });
  const pausedReason = async () =>
    ((await api().get('/account/credits/').expect(200)).body as Record<string, unknown>)['auto_top_up_paused_reason'];
  async function charged(): Promise<number[][]> {
    await service.get(TopUpEngine).idle();
    const { customerId } = account;
    const orderBy = { id: 'asc' } as const;
    const topUps = await service.get(EntityManager).fork().find(TopUp, { customerId }, { orderBy });
    return topUps.map(({ priceMinor, feeMinor }) => [priceMinor, feeMinor]);
  }

  it('is shown with them before they are bought, and is a line of the invoice of whoever buys one', async () => {
    const { body: packs } = await api().get('/credits-packs/').expect(200);
    expect(packs).toMatchObject({ results: [{ price: 1100, fee: 52 }, { price: 9900, fee: 228 }, { fee: 1790 }] });
    const { body } = await api().post('/account/credits/top-up/').send({ pack_id: 'pack_10' }).expect(200);
    expect(body).toMatchObject({
      total: 1152,
      amount_paid: 1152,
      line_items: [
        { description: '10 credits', amount: 1100 },
        { description: 'Fee', amount: 52 },
      ],
    });
    const { body: topUps } = await api().get('/account/credits/top-ups/').expect(200);
    expect(topUps).toMatchObject({ results: [{ price: 1152, fee: 52, bonus_credits: '0' }] });
  });

  it('is of what a coupon has left to pay, and nothing where nothing is left', async () => {
    const coupons = call(service, tenant.serverKey);
    for (const [id, percent] of Object.entries({ HALF: 50, ALL: 100 })) {
      await coupons.post('/v1/coupons').send({ id, name: id, percent_off: percent }).expect(201);
    }
    const buy = (coupon: string) =>
      api()
        .post('/account/credits/top-up/')
        .set('Idempotency-Key', `with-${coupon}`)
        .send({ pack_id: 'pack_100', coupon_ids: [coupon] });
    const { body } = await buy('HALF').expect(200);
    expect(body).toMatchObject({ total: 5079, discounts: [{ amount: 4950 }] });
    expect((await buy('ALL').expect(200)).body).toMatchObject({ total: 0, line_items: [{ amount: 0 }] });
    expect(await charged()).toEqual([
      [5079, 129],
      [0, 0],
    ]);
  });

  it('is agreed to with the pack: who sends another is refused, and the consent keeps it', async () => {
    const stale = await api()
      .put(SETTINGS)
      .send(on({ id: 'pack_10', fee: 0 }))
      .expect(400);
    expect(stale.body).toEqual({ auto_top_up_credits_pack: { fee: ['Is 52 now.'] } });
    const { body } = await api()
      .put(SETTINGS)
      .send(on({ id: 'pack_10', fee: 52 }))
      .expect(201);
    expect(body).toMatchObject({ auto_top_up_credits_pack: { price: 1100, fee: 52 } });
    await api().post('/account/credits/holds/').send({ credits: 15 }).expect(402);
    expect(await charged()).toEqual([[2274, 74]]);
    const consents = await call(service, tenant.serverKey)
      .get(`/v1/customers/${account.customerId}/consents`)
      .expect(200);
    const agreed = { price_minor: 1100, fee: { percent: '2', fixed_minor: 30 } };
    expect(consents.body).toMatchObject({
      items: [
        { ...agreed, kind: 'charge', charge: { units: 2, total_minor: 2274, fee_minor: 74 } },
        { ...agreed, kind: 'change' },
      ],
    });
  });

  it('that has risen pauses the account until it chooses the pack again, and no flag agrees to it', async () => {
    await api()
      .put(SETTINGS)
      .send(on({ id: 'pack_10' }))
      .expect(201);
    await setFee({ ...FEE, fixed_minor: { usd: 31 } });
    expect(await pausedReason()).toBe('fee_changed');
    await api()
      .post('/account/credits/holds/')
      .send({ credits: 5 })
      .expect(402, /fee_changed/);
    const { body: decisions } = await api().get('/account/credits/top-up/decisions/').expect(200);
    expect((decisions as { results: object[] }).results).toMatchObject([
      { bought: false, code: 'paused', reason: expect.stringMatching(/^Did not buy: more comes on top of the price/) },
    ]);
    expect((await api().get(SETTINGS)).body).toMatchObject({ auto_top_up_credits_pack: { price: 1100, fee: 52 } });
    const flag = await api().patch(SETTINGS).send({ auto_top_up_on_expiration: true }).expect(400);
    expect(flag.body).toEqual({ auto_top_up_credits_pack: ['Has changed since it was chosen: send it again.'] });
    expect(await charged()).toEqual([]);
    await api()
      .patch(SETTINGS)
      .send({ auto_top_up_credits_pack: { id: 'pack_10' } })
      .expect(200);
    expect(await pausedReason()).toBeNull();
    await api().post('/account/credits/holds/').send({ credits: 5 }).expect(402);
    expect(await charged()).toEqual([[1153, 53]]);
  });

  it('and a bonus are the same for a pack that is bought by hand and one that is bought automatically', async () => {
    const bonus = { type: 'flat', value: '2' } as const;
    const slab = { threshold: '10', operator: 'gte', bonus, expiration_duration: 1 } as const;
    const setting = { enabled: true, slabs: [{ ...slab, expiration_duration_unit: 'MONTH' as const }] };
    await service.get(SettingsService).put(tenant, 'bonus_credits_topup_config', setting);
    await api().post('/account/credits/top-up/').send({ pack_id: 'pack_10' }).expect(200);
    await api()
      .put(SETTINGS)
      .send(on({ id: 'pack_10' }))
      .expect(201);
    await api().post('/account/credits/holds/').send({ credits: 13 }).expect(402);
    expect(await charged()).toEqual([
      [1152, 52],
      [1152, 52],
    ]);
    const { body } = await api().get('/account/credits/').expect(200);
    expect(body).toMatchObject({ purchased_credits: 20, balance: 24 });
  });

  it('is a leg of the transaction’s money', async () => {
    await api().post('/account/credits/top-up/').send({ pack_id: 'pack_10' }).expect(200);
    const { customerId } = account;
    const { transactionId } = await service.get(EntityManager).fork().findOneOrFail(TopUp, { customerId });
    const server = call(service, tenant.serverKey);
    const { body } = await server.get(`/v1/transactions/${transactionId}`).expect(200);
    expect(body).toMatchObject({
      charged: { currency: 'usd', charged_minor: 1152, credits_minor: 1100, fee_minor: 52, tax_minor: 0 },
    });
  });
});
