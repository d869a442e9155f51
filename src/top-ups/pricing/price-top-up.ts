import { Big } from 'big.js';
import type { SettingValue } from '../../settings/setting-keys.js';
import { type Decimal, decimal } from '../../shared/decimal.js';

/** The environment's setting: whether a purchase has a fee, and who sees it where. */
export type FeeSetting = SettingValue<'top_up_fee'>;

export const NO_FEE: FeeSetting = { mode: 'none', percent: '0', fixed_minor: {} };

/** What comes on top of a price in one currency. Whoever agrees to a price agrees to it. */
export interface AgreedFee {
  /** Of the price; a decimal in plain notation. */
  percent: string;
  /** Once a charge, minor units. */
  fixed_minor: number;
}

/** What a purchase costs, in minor units. The fee is a part of what is charged; the rest is for the credits. */
export interface TopUpPrice {
  chargedMinor: number;
  feeMinor: number;
}

/**
 * What is charged for a price (discounts taken off), and how much of that is the fee. `added`: the fee comes on top.
 * `contained`: the price is what is charged, and at most all of it is the fee. What costs nothing has no fee.
 */
export function priceTopUp(priceMinor: number, currency: string, setting: FeeSetting): TopUpPrice {
  if (setting.mode === 'added') return priceWith(priceMinor, termsIn(setting, currency));
  if (setting.mode === 'none') return { chargedMinor: priceMinor, feeMinor: 0 };
  return { chargedMinor: priceMinor, feeMinor: Math.min(priceMinor, feeOn(priceMinor, termsIn(setting, currency))) };
}

/** A price with what was agreed to on top of it; null: nothing. */
export function priceWith(priceMinor: number, fee: AgreedFee | null): TopUpPrice {
  const feeMinor = fee ? feeOn(priceMinor, fee) : 0;
  return { chargedMinor: priceMinor + feeMinor, feeMinor };
}

/** What comes on top of prices in a currency now; null where nothing does. */
export function addedFee(setting: FeeSetting, currency: string): AgreedFee | null {
  if (setting.mode !== 'added') return null;
  const terms = termsIn(setting, currency);
  return decimal(terms.percent).eq(0) && terms.fixed_minor === 0 ? null : terms;
}

/** Whether more comes on top than was agreed to, of any price: a lower percentage does not make up for a higher rest. */
export function hasRisen(agreed: AgreedFee | null, now: AgreedFee | null): boolean {
  if (!now) return false;
  return decimal(now.percent).gt(agreed?.percent ?? '0') || now.fixed_minor > (agreed?.fixed_minor ?? 0);
}

function termsIn({ percent, fixed_minor }: FeeSetting, currency: string): AgreedFee {
  return { percent, fixed_minor: fixed_minor[currency] ?? 0 };
}

/** `price * percent / 100` in whole minor units, half up, and the fixed part. */
function feeOn(priceMinor: number, { percent, fixed_minor }: AgreedFee): number {
  if (priceMinor === 0) return 0;
  return minorOf(decimal(priceMinor).times(percent).times('0.01')) + fixed_minor;
}

function minorOf(exact: Decimal): number {
  return Number(exact.round(0, Big.roundHalfUp).toFixed());
}
