import { type CouponTerms, discountsOf, faultOfCoupon } from './apply-coupons.js';

const ANY: CouponTerms = {
  id: 'WELCOME',
  percentOff: 10,
  amountOffMinor: null,
  currency: null,
  packIds: [],
  validFrom: null,
  validUntil: null,
  withdrawnAt: null,
};
const NOW = new Date('2026-03-02T10:00:00.000Z');
const JUST_BEFORE = new Date(NOW.getTime() - 1);
const JUST_AFTER = new Date(NOW.getTime() + 1);
const SUBJECT = { packId: 'pack_100', currency: 'usd', priceMinor: 9900 };

const percent = (percentOff: number): CouponTerms => ({ ...ANY, percentOff });
const amount = (amountOffMinor: number): CouponTerms => ({ ...ANY, percentOff: null, amountOffMinor, currency: 'usd' });

describe('coupons', () => {
  it.each<[string, CouponTerms[], number, number[]]>([
    ['percent', [percent(10)], 9900, [990]],
    ['half a cent, up', [percent(50)], 3, [2]],
    ['less than half a cent, down', [percent(1)], 49, [0]],
    ['half a cent of one percent, up', [percent(1)], 50, [1]],
    ['all', [percent(100)], 9900, [9900]],
    ['an amount', [amount(500)], 9900, [500]],
    ['an amount, but not more than the price', [amount(99_999)], 9900, [9900]],
    ['one after another', [percent(50), amount(1000), percent(10)], 9900, [4950, 1000, 395]],
    ['nothing where nothing is left', [percent(100), amount(1)], 9900, [9900, 0]],
  ])('take off %s', (_what, coupons, price, discounts) => {
    expect(discountsOf(coupons, price)).toEqual(discounts);
  });

  it.each<[Partial<CouponTerms>, string | undefined]>([
    [{}, undefined],
    [{ validFrom: JUST_AFTER }, 'is not valid yet'],
    [{ validFrom: NOW }, undefined],
    [{ validUntil: JUST_AFTER }, undefined],
    [{ validUntil: NOW }, 'has expired'],
    [{ withdrawnAt: JUST_BEFORE }, 'is no longer valid'],
    [{ currency: 'usd' }, undefined],
    [{ currency: 'eur' }, 'is for packs in EUR only'],
    [{ packIds: ['pack_10', 'pack_100'] }, undefined],
    [{ packIds: ['pack_10'] }, 'is not for this pack'],
  ])('with %j: %s', (change, fault) => {
    expect(faultOfCoupon({ ...ANY, ...change }, SUBJECT, NOW)).toBe(fault);
  });
});
