import { defineEntity, p } from '@mikro-orm/core';
import { majorUnitsSql } from '../../shared/currencies.js';
import { AmountColumn } from '../../shared/decimal-column.js';

const inMajorUnits = (minor: string) => majorUnitsSql(minor, 'i.currency');

/** Invoices with their amounts as they are shown: in minor units, 1,000 of JPY would be less than 11 of USD. */
const ROWS = `
  select i.id, i.tenant_id, i.environment_id, i.customer_id, i.wallet_id, i.top_up_id, i.invoice_number, i.invoice_status,
    i.payment_status, i.billing_reason, i.currency, i.description, i.idempotency_key, i.status, i.due_at, i.finalized_at,
    i.paid_at, i.voided_at, i.created_at, i.updated_at, i.created_by,
    ${inMajorUnits('i.subtotal_minor')} as subtotal,
    ${inMajorUnits('i.discount_minor')} as discount,
    ${inMajorUnits('i.tax_minor')} as tax,
    ${inMajorUnits('i.total_minor')} as total,
    ${inMajorUnits('i.paid_minor')} as paid,
    ${inMajorUnits('greatest(0, i.total_minor - i.paid_minor)')} as remaining,
    ${inMajorUnits('i.refunded_minor')} as refunded
  from invoice i`;

const InvoiceRowSchema = defineEntity({
  name: 'InvoiceRow',
  expression: ROWS,
  properties: {
    id: p.text(),
    tenantId: p.text(),
    environmentId: p.text(),
    customerId: p.text(),
    walletId: p.text().nullable(),
    topUpId: p.text().nullable(),
    invoiceNumber: p.text(),
    invoiceStatus: p.text(),
    paymentStatus: p.text(),
    billingReason: p.text(),
    currency: p.text(),
    description: p.text(),
    idempotencyKey: p.text(),
    status: p.text(),
    dueAt: p.datetime(3).nullable(),
    finalizedAt: p.datetime(3).nullable(),
    paidAt: p.datetime(3).nullable(),
    voidedAt: p.datetime(3).nullable(),
    createdAt: p.datetime(3),
    updatedAt: p.datetime(3),
    createdBy: p.text(),
    subtotal: p.type(AmountColumn),
    discount: p.type(AmountColumn),
    tax: p.type(AmountColumn),
    total: p.type(AmountColumn),
    paid: p.type(AmountColumn),
    remaining: p.type(AmountColumn),
    refunded: p.type(AmountColumn),
  },
});

/** What invoices are searched and sorted by. Read only. */
export class InvoiceRow extends InvoiceRowSchema.class {}
InvoiceRowSchema.setClass(InvoiceRow);
