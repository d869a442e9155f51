import { defineEntity } from '@mikro-orm/core';
const TenantSettingSchema = defineEntity({
    name: 'TenantSetting',
    tableName: 'tenant_setting',
    properties: (p) => ({
        id: p.text().primary(),
        tenantId: p.text(),
        environmentId: p.text(),
        key: p.text(),
        value: p.json(),
        status: p.text(),
        createdAt: p.datetime(3),
        updatedAt: p.datetime(3),
        createdBy: p.text(),
        updatedBy: p.text(),
    }),
    uniques: [{ name: 'tenant_setting_key_unique', properties: ['tenantId', 'environmentId', 'key'] }],
});
/** One setting of an environment that differs from its default. */
export class TenantSetting extends TenantSettingSchema.class {
}
TenantSettingSchema.setClass(TenantSetting);
//# sourceMappingURL=tenant-setting.entity.js.map