import { type Decimal, decimal } from '../../shared/decimal.js';

/** Credits at a price, both whole: a pack, or what a catalogue asks at most for a credit. */
export interface Price {
  /** Minor units, 1 or more. */
  priceMinor: number;
  packAmount: number;
}

export interface Discount {
  /** Whole percent off the unit price, 0 to 100, never rounded up. */
  discountPercent: number;
  /** Minor units, zero or more, never rounded up. */
  savingsMinor: number;
}

const ROUND_DOWN = 0;

/**
 * What a pack saves against buying its credits at the catalogue's unit price: that of the dearest pack on sale in the
 * same currency. Without such a pack nothing is saved.
 */
export function discountOf(pack: Price, dearest: Price | undefined): Discount {
  if (!dearest) return { discountPercent: 0, savingsMinor: 0 };
  // At the unit price the pack would cost `list / dearest.packAmount`; multiplied out, nothing is rounded on the way.
  const list = decimal(dearest.priceMinor).times(pack.packAmount);
  const saved = list.minus(decimal(pack.priceMinor).times(dearest.packAmount));
  if (saved.lte(0)) return { discountPercent: 0, savingsMinor: 0 };
  return {
    discountPercent: wholeNumber(saved.times(100).div(list)),
    savingsMinor: wholeNumber(saved.div(dearest.packAmount)),
  };
}

function wholeNumber(value: Decimal): number {
  return Number(value.round(0, ROUND_DOWN).toFixed());
}
