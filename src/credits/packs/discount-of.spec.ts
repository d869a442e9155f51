import { discountOf } from './discount-of.js';

describe('the discount of a pack', () => {
  const dearest = { priceMinor: 1100, packAmount: 10 };

  it.each([
    ['the dearest pack itself', { priceMinor: 1100, packAmount: 10 }, 0, 0],
    ['the pack of the contract', { priceMinor: 9900, packAmount: 100 }, 10, 1100],
    ['a percentage that is not whole, rounded down', { priceMinor: 7301, packAmount: 100 }, 33, 3699],
    ['less than one percent', { priceMinor: 10_999, packAmount: 100 }, 0, 1],
    ['a pack that is dearer than the unit price', { priceMinor: 2000, packAmount: 10 }, 0, 0],
    ['nearly everything', { priceMinor: 1, packAmount: 1000 }, 99, 109_999],
    ['the largest pack there is', { priceMinor: 99_999_999, packAmount: 4_294_967_295 }, 99, 472_346_402_451],
  ])('is right for %s', (_name, pack, discountPercent, savingsMinor) => {
    expect(discountOf(pack, dearest)).toEqual({ discountPercent, savingsMinor });
  });

  it('is nothing where nothing is on sale', () => {
    expect(discountOf({ priceMinor: 100, packAmount: 1 }, undefined)).toEqual({ discountPercent: 0, savingsMinor: 0 });
  });

  it('rounds savings of part of a minor unit down', () => {
    expect(discountOf({ priceMinor: 6, packAmount: 2 }, { priceMinor: 10, packAmount: 3 }).savingsMinor).toBe(0);
    expect(discountOf({ priceMinor: 5, packAmount: 2 }, { priceMinor: 10, packAmount: 3 }).savingsMinor).toBe(1);
  });
});
