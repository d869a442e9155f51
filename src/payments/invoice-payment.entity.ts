import { defineEntity, p } from '@mikro-orm/core';

const InvoicePaymentSchema = defineEntity({
  name: 'InvoicePayment',
  tableName: 'invoice_payment',
  properties: {
    id: p.text().primary(),
    tenantId: p.text(),
    environmentId: p.text(),
    invoiceId: p.text(),
    /** Minor units of the invoice's currency. */
    amountMinor: p.bigint('number'),
    /** What the payer or the bank calls it: one payment in the environment, for ever. */
    reference: p.text().nullable(),
    /** The client's key: the ledger forgets it after 7 days, a payment never does. */
    idempotencyKey: p.text().nullable(),
    createdAt: p.datetime(3),
    createdBy: p.text(),
  },
  indexes: [
    { name: 'invoice_payment_invoice_index', properties: ['invoiceId', 'createdAt'] },
    { name: 'invoice_payment_created_index', properties: ['tenantId', 'environmentId', 'createdAt', 'id'] },
  ],
  uniques: [
    {
      name: 'invoice_payment_reference_unique',
      properties: ['tenantId', 'environmentId', 'reference'],
      where: 'reference is not null',
    },
    {
      name: 'invoice_payment_key_unique',
      properties: ['tenantId', 'environmentId', 'idempotencyKey'],
      where: 'idempotency_key is not null',
    },
  ],
  checks: [{ name: 'invoice_payment_amount_check', expression: 'amount_minor > 0' }],
});

/** Money that came in for an invoice, in whole or in part. Never changed: `paid_minor` of the invoice is their sum. */
export class InvoicePayment extends InvoicePaymentSchema.class {}
InvoicePaymentSchema.setClass(InvoicePayment);
