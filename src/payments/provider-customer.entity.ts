import { defineEntity, p } from '@mikro-orm/core';

const ProviderCustomerSchema = defineEntity({
  name: 'ProviderCustomer',
  tableName: 'provider_customer',
  properties: {
    tenantId: p.text().primary(),
    environmentId: p.text().primary(),
    customerId: p.text().primary(),
    provider: p.text().primary(),
    /** The provider's id of the customer. */
    ref: p.text(),
    createdAt: p.datetime(3),
  },
});

/** Who a customer is to a payment provider: made once, and the one that its cards and payments belong to there. */
export class ProviderCustomer extends ProviderCustomerSchema.class {}
ProviderCustomerSchema.setClass(ProviderCustomer);
