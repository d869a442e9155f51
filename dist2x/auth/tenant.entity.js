import { defineEntity } from '@mikro-orm/core';
const TenantSchema = defineEntity({
    name: 'Tenant',
    tableName: 'tenant',
    properties: (p) => ({
        id: p.text().primary(),
        name: p.text(),
        /** A suspended tenant reads, and writes nothing. */
        tenantStatus: p.enum(['active', 'suspended']).columnType('text'),
        metadata: p.json(),
        status: p.text(),
        createdAt: p.datetime(3),
        updatedAt: p.datetime(3),
        createdBy: p.text(),
        updatedBy: p.text(),
    }),
});
/** Whose installation this is, one of many: nothing of a tenant is ever seen by another. */
export class Tenant extends TenantSchema.class {
}
TenantSchema.setClass(Tenant);
//# sourceMappingURL=tenant.entity.js.map