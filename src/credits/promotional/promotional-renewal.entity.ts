import { defineEntity, p } from '@mikro-orm/core';

const PromotionalRenewalSchema = defineEntity({
  name: 'PromotionalRenewal',
  tableName: 'promotional_renewal',
  properties: {
    customerId: p.text().primary(),
    tenantId: p.text(),
    environmentId: p.text(),
    /** When the next promotional credits are due; until then there are none to give. */
    nextAt: p.datetime(3),
    renewedAt: p.datetime(3),
  },
});

/** When an account's promotional credits were renewed, and when they will be. */
export class PromotionalRenewal extends PromotionalRenewalSchema.class {}
PromotionalRenewalSchema.setClass(PromotionalRenewal);
