import { defineEntity, p } from '@mikro-orm/core';

const StripeConnectionSchema = defineEntity({
  name: 'StripeConnection',
  tableName: 'stripe_connection',
  properties: {
    tenantId: p.text().primary(),
    environmentId: p.text().primary(),
    /** `StripeKeys` as JSON, sealed for this environment. */
    sealedKeys: p.text(),
    statementDescriptorSuffix: p.text(),
    sendReceipts: p.boolean(),
    /** Rises with each change: clients of an older one are dropped. */
    version: p.integer(),
    createdAt: p.datetime(3),
    updatedAt: p.datetime(3),
    createdBy: p.text(),
    updatedBy: p.text(),
  },
});

/** With what keys an environment takes payments through Stripe. */
export class StripeConnection extends StripeConnectionSchema.class {}
StripeConnectionSchema.setClass(StripeConnection);
