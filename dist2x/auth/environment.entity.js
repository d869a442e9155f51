import { defineEntity } from '@mikro-orm/core';
const EnvironmentSchema = defineEntity({
    name: 'Environment',
    tableName: 'environment',
    properties: (p) => ({
        id: p.text().primary(),
        tenantId: p.text(),
        name: p.text(),
        type: p.enum(['development', 'production']).columnType('text'),
        status: p.text(),
        createdAt: p.datetime(3),
        updatedAt: p.datetime(3),
        createdBy: p.text(),
        updatedBy: p.text(),
    }),
    indexes: [{ name: 'environment_tenant_index', properties: ['tenantId'] }],
});
/** A tenant's data come in separate worlds: one to try things in, one that is real. A key belongs to one of them. */
export class Environment extends EnvironmentSchema.class {
}
EnvironmentSchema.setClass(Environment);
//# sourceMappingURL=environment.entity.js.map