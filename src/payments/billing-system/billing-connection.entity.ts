import { defineEntity, p } from '@mikro-orm/core';

const BillingConnectionSchema = defineEntity({
  name: 'BillingConnection',
  tableName: 'billing_connection',
  properties: {
    tenantId: p.text().primary(),
    environmentId: p.text().primary(),
    /** Where the tenant's billing system is asked. */
    url: p.text(),
    /** What both sides sign with, sealed for this environment. */
    sealedSecret: p.text(),
    /** Rises with each change. */
    version: p.integer(),
    createdAt: p.datetime(3),
    updatedAt: p.datetime(3),
    createdBy: p.text(),
    updatedBy: p.text(),
  },
});

/** Where an environment's own billing system is asked to take payments. */
export class BillingConnection extends BillingConnectionSchema.class {}
BillingConnectionSchema.setClass(BillingConnection);
