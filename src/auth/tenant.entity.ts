import { defineEntity, p } from '@mikro-orm/core';

/** Complete: empty text where nothing was given. Named as the wallets API shows it. */
export interface BillingDetails {
  email: string;
  help_email: string;
  phone: string;
  address: {
    address_line1: string;
    address_line2: string;
    address_city: string;
    address_state: string;
    address_postal_code: string;
    address_country: string;
  };
}

const TenantSchema = defineEntity({
  name: 'Tenant',
  tableName: 'tenant',
  properties: {
    id: p.text().primary(),
    name: p.text(),
    /** A suspended tenant is let in nowhere, and nothing is charged for it. */
    tenantStatus: p.enum(['active', 'suspended'] as const).columnType('text'),
    metadata: p.json<Record<string, string>>(),
    billingDetails: p.json<BillingDetails>().nullable(),
    status: p.text(),
    createdAt: p.datetime(3),
    updatedAt: p.datetime(3),
    createdBy: p.text(),
    updatedBy: p.text(),
  },
  indexes: [{ name: 'tenant_suspended_index', properties: ['id'], where: "tenant_status = 'suspended'" }],
});

/** Whose installation this is, one of many: nothing of a tenant is ever seen by another. */
export class Tenant extends TenantSchema.class {}
TenantSchema.setClass(Tenant);
