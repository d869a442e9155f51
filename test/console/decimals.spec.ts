import { compare, minus, percentOf, plus, rounded, times, withDigits } from '../../console/src/parts/decimals.js';

describe('arithmetic of the console', () => {
  it.each([
    ['12.345', '0.02', '0.2469'],
    ['-1.5', '2', '-3'],
    ['0.000000001', '0.000000001', '0.000000000000000001'],
    ['90071992547409931', '3', '270215977642229793'],
    ['100', '0', '0'],
  ])('%s times %s is %s, exactly', (one, other, product) => {
    expect(times(one, other)).toBe(product);
  });

  it('adds and takes away across scales and signs', () => {
    expect(plus('0.1', '0.2')).toBe('0.3');
    expect(minus('20', '20.005')).toBe('-0.005');
    expect(minus('1.50', '1.5')).toBe('0');
    expect([compare('2', '10'), compare('1.0', '1'), compare('-1', '-2')].map(Math.sign)).toEqual([-1, 0, 1]);
  });

  it.each([
    ['0.125', 2, '0.12'],
    ['0.135', 2, '0.14'],
    ['0.1251', 2, '0.13'],
    ['-0.125', 2, '-0.12'],
    ['1.5', 0, '2'],
    ['7', 2, '7'],
  ])('rounds %s to %i digits as the service does: %s', (decimal, digits, text) => {
    expect(rounded(decimal, digits)).toBe(text);
  });

  it('shows money with the digits of its currency, and never fewer than there are', () => {
    expect(withDigits('50', 2)).toBe('50.00');
    expect(withDigits('12.345', 2)).toBe('12.345');
    expect(withDigits('50', 0)).toBe('50');
    expect(percentOf('1', '3')).toBe(33.33);
    expect(percentOf('1', '0')).toBe(0);
  });
});
