import type { Flexprice } from '@flexprice/sdk';
import { type ApiClient, newTenantClient } from './support/api-client.js';
import { startTestApp, type TestApp } from './support/app.js';
import { refused, sdkWith } from './support/sdk-scene.js';

/** Our coupons as Flexprice's client reads them. It throws on an answer that it cannot read. */
describe('coupons of the SDK', () => {
  let service: TestApp;
  let client: ApiClient;
  let sdk: Flexprice;
  beforeAll(async () => {
    service = await startTestApp();
  });
  beforeEach(async () => {
    client = await newTenantClient(service);
    sdk = sdkWith(service, client.key);
    for (const coupon of [
      { id: 'TEN', name: 'Ten', percent_off: 10, max_redemptions: 3, valid_from: '2026-01-01T00:00:00Z' },
      { id: 'FIVE', name: 'Five', amount_off_minor: 550, currency: 'usd', valid_until: '2036-01-01T00:00:00Z' },
      { id: 'GONE', name: 'Gone', percent_off: 99, valid_until: '2036-01-01T00:00:00Z' },
    ]) {
      await client.post('/v1/coupons', coupon).expect(201);
      service.clock.advance(1000);
    }
    await client.delete('/v1/coupons/GONE').expect(204);
  });
  afterAll(() => service.close());

  it('are read with all that they are there: off, how often, and between which instants', async () => {
    expect(await sdk.coupons.getCoupon('TEN')).toMatchObject({
      id: 'TEN',
      name: 'Ten',
      type: 'percentage',
      percentageOff: '10',
      amountOff: undefined,
      cadence: 'once',
      maxRedemptions: 3,
      totalRedemptions: 0,
      redeemAfter: '2026-01-01T00:00:00.000000Z',
      redeemBefore: undefined,
      status: 'published',
    });
    expect(await sdk.coupons.getCoupon('FIVE')).toMatchObject({
      type: 'fixed',
      amountOff: '5.5',
      currency: 'usd',
      percentageOff: undefined,
      redeemBefore: '2036-01-01T00:00:00.000000Z',
    });
    const gone = await client.get('/v1/coupons/GONE').expect(200);
    expect((await sdk.coupons.getCoupon('GONE')).redeemBefore).toBe(gone.body.withdrawn_at);
    await refused(sdk.coupons.getCoupon('NONE'), 404);
  });

  it('are found by every filter there is, sorted, and come in pages', async () => {
    const ids = async (filter: Parameters<Flexprice['coupons']['queryCoupon']>[0]) =>
      (await sdk.coupons.queryCoupon(filter)).items?.map(({ id }) => id);
    expect(await ids({})).toEqual(['GONE', 'FIVE', 'TEN']);
    expect(await ids({ order: 'asc', expand: 'x', status: 'published' })).toEqual(['TEN', 'FIVE', 'GONE']);
    expect(await ids({ couponIds: ['TEN', 'NONE'] })).toEqual(['TEN']);
    expect(await ids({ status: 'archived' })).toEqual([]);
    expect(await ids({ filters: [{ field: 'percent_off', operator: 'lt', value: { number: 50 } }] })).toEqual(['TEN']);
    expect(await ids({ sort: [{ field: 'name', direction: 'asc' }] })).toEqual(['FIVE', 'GONE', 'TEN']);
    const page = await sdk.coupons.queryCoupon({ limit: 1, offset: 1 });
    expect(page).toMatchObject({ items: [{ id: 'FIVE' }], pagination: { total: 3, limit: 1, offset: 2 } });
    expect((await sdk.coupons.queryCoupon({})).items?.[0]).toEqual(await sdk.coupons.getCoupon('GONE'));
    await refused(sdk.coupons.queryCoupon({ sort: [{ field: 'secret', direction: 'asc' }] }), 400, /sort/);
    await refused(sdk.coupons.queryCoupon({ limit: -1 }), 400, /limit/);
    const stranger = await newTenantClient(service);
    expect((await sdkWith(service, stranger.key).coupons.queryCoupon({ couponIds: ['TEN'] })).items).toEqual([]);
  });
});
