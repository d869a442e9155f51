import { minorUnitDigits } from './currencies.js';
import { decimal, fromMinorUnits, isInMinorUnits, toMinorUnits } from './decimal.js';

describe('minor units', () => {
  it.each('AFN ALL COP HUF IDR IRR KPW LAK LBP MGA MMK PKR SOS SYP YER'.split(' '))(
    'of %s are hundredths after ISO 4217, though it is displayed without',
    (currency) => {
      expect(minorUnitDigits(currency)).toBe(2);
    },
  );

  it.each([
    ['usd', 2],
    ['EUR', 2],
    ['jpy', 0],
    ['krw', 0],
    ['isk', 0],
    ['ugx', 0],
    ['iqd', 3],
    ['kwd', 3],
    ['tnd', 3],
    ['clf', 4],
    // Not listed, or listed without a minor unit.
    ['zzz', 2],
    ['xau', 2],
    ['xdr', 2],
  ])('of %s have %i digits', (currency, digits) => {
    expect(minorUnitDigits(currency)).toBe(digits);
  });

  it('make 1,000 HUF of 100,000, and back', () => {
    expect(toMinorUnits(decimal('1000'), 'huf')).toBe(100_000);
    expect(fromMinorUnits(1050, 'huf').toFixed()).toBe('10.5');
  });

  it.each<[string, string, boolean]>([
    ['0.015', 'usd', false],
    ['0.01', 'usd', true],
    ['0.010', 'usd', true],
    ['0.5', 'jpy', false],
    ['10.5', 'huf', true],
    ['0.001', 'kwd', true],
    ['0.0001', 'kwd', false],
  ])('make up %s %s: %s', (amount, currency, isWhole) => {
    expect(isInMinorUnits(decimal(amount), currency)).toBe(isWhole);
  });
});
