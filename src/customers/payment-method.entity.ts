import { defineEntity, p } from '@mikro-orm/core';

/** Of cards that are in use, and of which nobody was told that they expire: predicate of two indexes. */
export const NOTICE_PENDING = "notice_at is not null and status in ('published', 'backup')";

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
    /**
     * `published` is on file: charges are made with it. `backup` is tried once where that is declined. `archived` was
     * replaced, and may be chosen as the backup. `deleted` was removed.
     */
    status: p.enum(['published', 'backup', 'archived', 'deleted'] as const).columnType('text'),
    /** When somebody looks whether it is to be told that the card expires; null: it was. */
    noticeAt: p.datetime(3).nullable().defaultRaw('now()'),
    createdAt: p.datetime(3),
    updatedAt: p.datetime(3),
    createdBy: p.text(),
    updatedBy: p.text(),
  },
  indexes: [
    { name: 'payment_method_customer_index', properties: ['tenantId', 'environmentId', 'customerId'] },
    { name: 'payment_method_ref_index', properties: ['environmentId', 'providerRef'] },
    { name: 'payment_method_notice_index', properties: ['noticeAt'], where: NOTICE_PENDING },
    { name: 'payment_method_notice_turn_index', properties: ['environmentId', 'noticeAt'], where: NOTICE_PENDING },
  ],
  uniques: [
    {
      name: 'payment_method_on_file_unique',
      properties: ['tenantId', 'environmentId', 'customerId'],
      where: "status = 'published'",
    },
    {
      name: 'payment_method_backup_unique',
      properties: ['tenantId', 'environmentId', 'customerId'],
      where: "status = 'backup'",
    },
  ],
});

/** A card that the provider keeps and we may charge. At most one of a customer is on file, and one its backup. */
export class PaymentMethod extends PaymentMethodSchema.class {}
PaymentMethodSchema.setClass(PaymentMethod);
