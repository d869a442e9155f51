import { defineEntity, p } from '@mikro-orm/core';
/** Currencies that packs are sold in: the credits API has a fixed list. ISO 4217, lower case. */
export const PACK_CURRENCIES = ['usd', 'eur', 'gbp'];
const CreditPackSchema = defineEntity({
    name: 'CreditPack',
    tableName: 'credit_pack',
    properties: {
        tenantId: p.text().primary(),
        environmentId: p.text().primary(),
        /** The tenant's own id, or ours. Never used again for another pack: accounts may have agreed to this one. */
        id: p.text().primary(),
        name: p.text(),
        /** Minor units of `currency`, 1 or more. */
        priceMinor: p.integer(),
        currency: p.enum(PACK_CURRENCIES).columnType('text'),
        /** Credits in the pack: whole, 1 or more. */
        packAmount: p.bigint('number'),
        /** When it was taken off sale; null while it is on sale. */
        withdrawnAt: p.datetime(3).nullable(),
        status: p.text(),
        createdAt: p.datetime(3),
        updatedAt: p.datetime(3),
        createdBy: p.text(),
        updatedBy: p.text(),
    },
    checks: [{ name: 'credit_pack_bounds_check', expression: 'price_minor > 0 and pack_amount > 0' }],
});
/** A number of credits at a price. */
export class CreditPack extends CreditPackSchema.class {
}
CreditPackSchema.setClass(CreditPack);
//# sourceMappingURL=credit-pack.entity.js.map