import fc from 'fast-check';
import { decimal } from '../../shared/decimal.js';
import { addedFee, type FeeSetting, hasRisen, priceTopUp, priceWith } from './price-top-up.js';

const setting = (mode: FeeSetting['mode'], percent: string, usd = 0): FeeSetting => ({
  mode,
  percent,
  fixed_minor: { usd },
});

const percents = fc
  .integer({ min: 0, max: 500_000 })
  .map((tenThousandths) => decimal(tenThousandths).div(10_000).toFixed());
const settings = fc.record({
  mode: fc.constantFrom('none' as const, 'added' as const, 'contained' as const),
  percent: percents,
  fixed_minor: fc.record({ usd: fc.integer({ min: 0, max: 100_000 }) }, { requiredKeys: [] }),
}) as fc.Arbitrary<FeeSetting>;
const prices = fc.integer({ min: 0, max: 99_999_999 });

describe('pricing a top-up', () => {
  it.each<[string, number, FeeSetting, { chargedMinor: number; feeMinor: number }]>([
    ['no fee', 9900, setting('none', '3', 30), { chargedMinor: 9900, feeMinor: 0 }],
    ['added, a percentage', 9900, setting('added', '3'), { chargedMinor: 10_197, feeMinor: 297 }],
    ['added, with a fixed part', 9900, setting('added', '2.9', 30), { chargedMinor: 10_217, feeMinor: 317 }],
    ['added, half a cent up', 50, setting('added', '1'), { chargedMinor: 51, feeMinor: 1 }],
    ['added, below half a cent down', 49, setting('added', '1'), { chargedMinor: 49, feeMinor: 0 }],
    ['contained', 9900, setting('contained', '3', 30), { chargedMinor: 9900, feeMinor: 327 }],
    ['contained, and never more than the price', 20, setting('contained', '3', 30), { chargedMinor: 20, feeMinor: 20 }],
    ['nothing to pay has no fee', 0, setting('added', '3', 30), { chargedMinor: 0, feeMinor: 0 }],
  ])('%s', (_what, priceMinor, fee, expected) => {
    expect(priceTopUp(priceMinor, 'usd', fee)).toEqual(expected);
  });

  it('takes the fixed part of the currency, and none where none is said', () => {
    const fee: FeeSetting = { mode: 'added', percent: '0', fixed_minor: { usd: 30, jpy: 40 } };
    expect(['usd', 'jpy', 'eur'].map((currency) => priceTopUp(1000, currency, fee).feeMinor)).toEqual([30, 40, 0]);
    expect(addedFee(fee, 'eur')).toBeNull();
  });

  it('adds up to what is charged, is never negative, and only an added fee changes what is charged', () => {
    fc.assert(
      fc.property(prices, settings, (priceMinor, fee) => {
        const { chargedMinor, feeMinor } = priceTopUp(priceMinor, 'usd', fee);
        const creditsMinor = chargedMinor - feeMinor;
        expect([chargedMinor, feeMinor, creditsMinor].every((minor) => Number.isSafeInteger(minor) && minor >= 0)).toBe(
          true,
        );
        expect(fee.mode === 'added' ? creditsMinor : chargedMinor).toBe(priceMinor);
        expect(priceTopUp(priceMinor, 'usd', { ...fee, mode: 'none' })).toEqual({
          chargedMinor: priceMinor,
          feeMinor: 0,
        });
      }),
    );
  });

  it('charges a higher price no less, and no lower fee', () => {
    fc.assert(
      fc.property(prices, prices, settings, (one, other, fee) => {
        const [low, high] = [Math.min(one, other), Math.max(one, other)].map((price) => priceTopUp(price, 'usd', fee));
        expect(high?.chargedMinor).toBeGreaterThanOrEqual(low?.chargedMinor as number);
        expect(high?.feeMinor).toBeGreaterThanOrEqual(low?.feeMinor as number);
      }),
    );
  });

  it('that has not risen charges nobody more than was agreed to, whatever the price', () => {
    fc.assert(
      fc.property(prices, settings, settings, (priceMinor, before, after) => {
        const [agreed, now] = [addedFee(before, 'usd'), addedFee(after, 'usd')];
        const { chargedMinor } = priceTopUp(priceMinor, 'usd', after);
        if (!hasRisen(agreed, now))
          expect(chargedMinor).toBeLessThanOrEqual(priceWith(priceMinor, agreed).chargedMinor);
      }),
    );
  });

  it.each<[string, FeeSetting, FeeSetting, boolean]>([
    ['from nothing to something added', setting('none', '0'), setting('added', '1'), true],
    ['in percent', setting('added', '1'), setting('added', '1.0001'), true],
    ['in its fixed part, though the percentage fell', setting('added', '9', 1), setting('added', '1', 2), true],
    ['not when it stays', setting('added', '1.5', 2), setting('added', '1.50', 2), false],
    ['not when it falls', setting('added', '2', 30), setting('added', '1', 30), false],
    ['not when what was added is contained', setting('added', '2'), setting('contained', '50', 900), false],
    ['not when it ends', setting('added', '2'), setting('none', '2'), false],
  ])('has risen %s', (_what, before, after, expected) => {
    expect(hasRisen(addedFee(before, 'usd'), addedFee(after, 'usd'))).toBe(expected);
  });
});
