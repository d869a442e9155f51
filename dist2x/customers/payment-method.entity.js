import { defineEntity, p } from '@mikro-orm/core';
const PaymentMethodSchema = defineEntity({
    name: 'PaymentMethod',
    tableName: 'payment_method',
    properties: {
        id: p.text().primary(),
        tenantId: p.text(),
        environmentId: p.text(),
        customerId: p.text(),
        provider: p.text(),
        /** The provider's id of the method. */
        providerRef: p.text(),
        brand: p.text(),
        last4: p.text(),
        expiryMonth: p.integer(),
        expiryYear: p.integer(),
        /** The same for one card however often it is added. */
        fingerprint: p.text(),
        /** `published` is on file, `archived` was replaced, `deleted` was removed. */
        status: p.enum(['published', 'archived', 'deleted']).columnType('text'),
        createdAt: p.datetime(3),
        updatedAt: p.datetime(3),
        createdBy: p.text(),
        updatedBy: p.text(),
    },
    uniques: [
        {
            name: 'payment_method_on_file_unique',
            properties: ['tenantId', 'environmentId', 'customerId'],
            where: "status = 'published'",
        },
    ],
});
/** A card that the provider keeps and we may charge. At most one of a customer is on file. */
export class PaymentMethod extends PaymentMethodSchema.class {
}
PaymentMethodSchema.setClass(PaymentMethod);
//# sourceMappingURL=payment-method.entity.js.map