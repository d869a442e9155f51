import { defineEntity, p } from '@mikro-orm/core';

const PromotionalRenewalSchema = defineEntity({
  name: 'PromotionalRenewal',
  tableName: 'promotional_renewal',
  properties: {
    customerId: p.text().primary(),
    tenantId: p.text(),
    environmentId: p.text(),
    /** When the next promotional credits are due; until then there are none to give. The sign-up where none were given yet. */
    nextAt: p.datetime(3),
    /** Null before the first time. */
    renewedAt: p.datetime(3).nullable(),
    /**
     * The local day of sign-up, `2026-01-31`, as it was at the first renewal: periods count from it, wherever the
     * customer's clocks go later. Null on rows of before it was kept.
     */
    anchorDay: p.text().nullable(),
    /** Months from `anchorDay` to the day on which the next period begins. Null where `anchorDay` is. */
    nextMonth: p.integer().nullable(),
    /** Not to be taken up before: the end of the claim of who works on it, or of the wait after a failure. */
    attemptAt: p.datetime(3).nullable(),
    /** In a row. */
    failures: p.integer().default(0),
  },
  indexes: [{ name: 'promotional_renewal_due_index', properties: ['tenantId', 'environmentId', 'nextAt'] }],
});

/** When an account's promotional credits were renewed, and when they will be. */
export class PromotionalRenewal extends PromotionalRenewalSchema.class {}
PromotionalRenewalSchema.setClass(PromotionalRenewal);
