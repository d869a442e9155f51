import { Big } from 'big.js';
import { decimal } from '../../shared/decimal.js';
import type { Coupon } from './coupon.entity.js';

export type CouponTerms = Pick<
  Coupon,
  'id' | 'percentOff' | 'amountOffMinor' | 'currency' | 'packIds' | 'validFrom' | 'validUntil' | 'withdrawnAt'
>;

/** What is bought. */
export interface CouponSubject {
  packId: string;
  currency: string;
  priceMinor: number;
}

/** Why a coupon is not good for a purchase now, as a sentence; undefined when it is. Limits are counted elsewhere. */
export function faultOfCoupon(coupon: CouponTerms, { packId, currency }: CouponSubject, now: Date): string | undefined {
  if (coupon.withdrawnAt) return 'is no longer valid';
  if (coupon.validFrom && now < coupon.validFrom) return 'is not valid yet';
  if (coupon.validUntil && now >= coupon.validUntil) return 'has expired';
  if (coupon.currency && coupon.currency !== currency) return `is for packs in ${coupon.currency.toUpperCase()} only`;
  if (coupon.packIds.length > 0 && !coupon.packIds.includes(packId)) return 'is not for this pack';
  return undefined;
}

/**
 * What each coupon takes off, in the order they are given: percent of what those before it left, half a minor unit up;
 * an amount, but never more than is left. Zero where nothing is left to take off.
 */
export function discountsOf(coupons: CouponTerms[], priceMinor: number): number[] {
  let leftMinor = priceMinor;
  return coupons.map(({ percentOff, amountOffMinor }) => {
    const offMinor = percentOff == null ? (amountOffMinor ?? 0) : percentOf(leftMinor, percentOff);
    const discountMinor = Math.min(leftMinor, offMinor);
    leftMinor -= discountMinor;
    return discountMinor;
  });
}

function percentOf(minor: number, percent: number): number {
  return Number(decimal(minor).times(percent).times('0.01').round(0, Big.roundHalfUp).toFixed());
}
