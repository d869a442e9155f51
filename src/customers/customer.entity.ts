import { defineEntity, p } from '@mikro-orm/core';

const CustomerSchema = defineEntity({
  name: 'Customer',
  tableName: 'customer',
  properties: {
    id: p.text().primary(),
    tenantId: p.text(),
    environmentId: p.text(),
    /** The tenant's own id of the customer. */
    externalId: p.text(),
    name: p.text(),
    email: p.text().nullable(),
    contact: p.text().nullable(),
    addressLine1: p.text().nullable().fieldName('address_line1'),
    addressLine2: p.text().nullable().fieldName('address_line2'),
    addressCity: p.text().nullable(),
    addressState: p.text().nullable(),
    addressPostalCode: p.text().nullable(),
    /** ISO 3166-1 alpha-2, upper case. */
    addressCountry: p.text().nullable(),
    /** As invoices show it. */
    taxId: p.text().nullable(),
    /** IANA name. */
    timezone: p.text(),
    metadata: p.json<Record<string, string>>(),
    status: p.enum(['published', 'archived', 'deleted'] as const).columnType('text'),
    createdAt: p.datetime(3),
    updatedAt: p.datetime(3),
    createdBy: p.text(),
    updatedBy: p.text(),
  },
  indexes: [
    { name: 'customer_created_index', properties: ['tenantId', 'environmentId', 'createdAt'] },
    { name: 'customer_email_index', properties: ['tenantId', 'environmentId', 'email'] },
    // How they begin, which only the order of bytes can be asked for.
    {
      name: 'customer_external_id_beginning_index',
      columns: [{ name: 'tenant_id' }, { name: 'environment_id' }, { name: 'external_id', collation: 'C' }],
      where: "status = 'published'",
    },
    {
      name: 'customer_email_beginning_index',
      columns: [{ name: 'tenant_id' }, { name: 'environment_id' }, { name: 'email', collation: 'C' }],
      where: "status = 'published' and email is not null",
    },
  ],
  uniques: [
    {
      name: 'customer_external_id_unique',
      properties: ['tenantId', 'environmentId', 'externalId'],
      where: "status = 'published'",
    },
  ],
});

/** Whoever owns wallets: a customer of the tenant, and the account of the credits API. */
export class Customer extends CustomerSchema.class {}
CustomerSchema.setClass(Customer);
