import { invalidField } from '../../shared/errors.js';
import type { CreateCouponDto } from './coupons.dto.js';
import type { CouponDraft } from './coupons.service.js';

/**
 * What no field shows alone: it takes off percent or an amount, and its time does not end before it begins.
 * @throws validation
 */
export function readCoupon(body: CreateCouponDto): CouponDraft {
  const { percent_off: percentOff = null, amount_off_minor: amountOffMinor = null, currency = null } = body;
  const { valid_from: validFrom = null, valid_until: validUntil = null } = body;
  if (percentOff === null && amountOffMinor === null) {
    throw invalidField('percent_off', 'is required, or amount_off_minor');
  }
  if (percentOff !== null && amountOffMinor !== null) {
    throw invalidField('amount_off_minor', 'cannot be combined with percent_off');
  }
  if (amountOffMinor !== null && currency === null) {
    throw invalidField('currency', 'is required with amount_off_minor');
  }
  if (validFrom && validUntil && validUntil <= validFrom) throw invalidField('valid_until', 'must be after valid_from');
  return {
    id: body.id ?? undefined,
    name: body.name,
    percentOff,
    amountOffMinor,
    currency,
    packIds: body.pack_ids ?? [],
    maxRedemptions: body.max_redemptions ?? null,
    maxPerAccount: body.max_redemptions_per_account ?? null,
    validFrom,
    validUntil,
  };
}
