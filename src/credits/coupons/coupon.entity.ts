import { defineEntity, p } from '@mikro-orm/core';
import { PACK_CURRENCIES } from '../packs/credit-pack.entity.js';

const CouponSchema = defineEntity({
  name: 'Coupon',
  tableName: 'coupon',
  properties: {
    tenantId: p.text().primary(),
    environmentId: p.text().primary(),
    /** What a buyer enters. Never used again for another coupon. */
    id: p.text().primary(),
    /** As invoices show it. */
    name: p.text(),
    /** Whole percent off, 1 to 100; null where it takes an amount off. */
    percentOff: p.integer().nullable(),
    /** Minor units of `currency`, 1 or more. */
    amountOffMinor: p.integer().nullable(),
    /** ISO 4217, lower case: packs in it only. Null (percent only): any. */
    currency: p.enum(PACK_CURRENCIES).columnType('text').nullable(),
    /** Packs that it is good for; none: all. */
    packIds: p.json<string[]>(),
    /** Purchases with it, of all accounts and of each; null: no limit. */
    maxRedemptions: p.integer().nullable(),
    maxPerAccount: p.integer().nullable(),
    /** Good from this instant on, and before that one. */
    validFrom: p.datetime(3).nullable(),
    validUntil: p.datetime(3).nullable(),
    withdrawnAt: p.datetime(3).nullable(),
    status: p.text(),
    createdAt: p.datetime(3),
    updatedAt: p.datetime(3),
    createdBy: p.text(),
    updatedBy: p.text(),
  },
  checks: [
    { name: 'coupon_percent_check', expression: 'percent_off > 0 and percent_off <= 100' },
    { name: 'coupon_amount_check', expression: 'amount_off_minor > 0' },
  ],
});

/** A discount on packs. Nothing of it changes once it is there, but that it is withdrawn. */
export class Coupon extends CouponSchema.class {}
CouponSchema.setClass(Coupon);

const CouponRedemptionSchema = defineEntity({
  name: 'CouponRedemption',
  tableName: 'coupon_redemption',
  properties: {
    tenantId: p.text().primary(),
    environmentId: p.text().primary(),
    couponId: p.text().primary(),
    topUpId: p.text().primary(),
    customerId: p.text(),
    /** What it took off, minor units, taxes included. */
    discountMinor: p.integer(),
    createdAt: p.datetime(3),
  },
  indexes: [{ name: 'coupon_redemption_top_up_index', properties: ['topUpId'] }],
});

/**
 * A coupon used on a purchase: stored with it in one commit. It counts for as long as the purchase is open or went
 * through, so one that finally fails gives it back in the very commit that says so.
 */
export class CouponRedemption extends CouponRedemptionSchema.class {}
CouponRedemptionSchema.setClass(CouponRedemption);
