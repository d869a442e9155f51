import { fromStripeAmount, toStripeAmount } from './stripe-amount.js';

describe('amounts as Stripe counts them', () => {
  it.each([
    ['usd', 9900, 9900],
    ['eur', 1, 1],
    ['huf', 10050, 10050],
    ['twd', 10050, 10050],
    // No decimals with either.
    ['jpy', 500, 500],
    ['krw', 500, 500],
    // None after ISO 4217, hundredths with Stripe.
    ['ugx', 500, 50_000],
    ['isk', 500, 50_000],
    // Two after ISO 4217, none with Stripe.
    ['mga', 500, 5],
    // Thousandths, whole tens.
    ['kwd', 1230, 1230],
    ['tnd', 10, 10],
  ])('go there and back: %s', (currency, iso, stripe) => {
    expect(toStripeAmount(iso, currency)).toBe(stripe);
    expect(fromStripeAmount(stripe, currency)).toBe(iso);
  });

  it.each([
    ['kwd', 1234],
    ['bhd', 1],
    ['mga', 550],
    ['usd', 0],
    ['usd', -1],
    ['usd', 1.5],
    ['usd', Number.NaN],
    ['ugx', Number.MAX_SAFE_INTEGER],
  ])('are never rounded: %s %p is refused', (currency, iso) => {
    expect(toStripeAmount(iso, currency)).toBeUndefined();
  });

  it('are not taken for whole where Stripe reports a part of a unit', () => {
    expect(fromStripeAmount(50_050, 'isk')).toBeUndefined();
    expect(fromStripeAmount(1.5, 'usd')).toBeUndefined();
  });
});
