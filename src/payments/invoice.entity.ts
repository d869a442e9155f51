import { defineEntity, p } from '@mikro-orm/core';
import { AmountColumn } from '../shared/decimal-column.js';

export const PAYMENT_STATUSES = [
  'PENDING',
  'PROCESSING',
  'SUCCEEDED',
  'OVERPAID',
  'FAILED',
  'REFUNDED',
  'PARTIALLY_REFUNDED',
] as const;
export type InvoicePaymentStatus = (typeof PAYMENT_STATUSES)[number];
export type InvoiceStatus = 'DRAFT' | 'FINALIZED' | 'VOIDED';
export type BillingReason = 'MANUAL' | 'WALLET_TOPUP' | 'WALLET_AUTO_TOPUP';

/** `bonus` costs nothing: it says what is given on top. */
export type InvoiceLineKind = 'credits' | 'fee' | 'bonus';

/** One line of an invoice. Integers in minor units of the invoice's currency. */
export interface InvoiceLine {
  /** What the line is for; absent on invoices of before there were others than credits. */
  kind?: InvoiceLineKind;
  description: string;
  /** Whole units, 1 or more. */
  quantity: number;
  unitAmountMinor: number;
  /** Taken off this line, zero or more. */
  discountMinor: number;
  /** Added to this line, zero or more; also part of the invoice's taxes. */
  taxMinor: number;
  /** ISO 8601, where the line is about a period. */
  periodStart: string | null;
  periodEnd: string | null;
}

export interface InvoiceDiscount {
  description: string;
  amountMinor: number;
}

export interface InvoiceTax {
  name: string;
  /** Percent, a decimal in plain notation: `"21"`. */
  ratePercent: string;
  amountMinor: number;
}

/** Seller or buyer, as they were when the invoice was made. */
export interface InvoiceParty {
  name: string;
  /** Address, line by line. */
  address: string[];
  taxId: string;
}

const InvoiceSchema = defineEntity({
  name: 'Invoice',
  tableName: 'invoice',
  properties: {
    id: p.text().primary(),
    tenantId: p.text(),
    environmentId: p.text(),
    customerId: p.text(),
    /** Plain ids: invoices know nothing of wallets and top-ups. */
    walletId: p.text().nullable(),
    topUpId: p.text().nullable(),
    /** 1, 2, 3, ... within the environment, without gaps. */
    number: p.integer(),
    invoiceNumber: p.text(),
    invoiceStatus: p.enum(['DRAFT', 'FINALIZED', 'VOIDED'] as const).columnType('text'),
    paymentStatus: p.enum(PAYMENT_STATUSES).columnType('text'),
    billingReason: p.enum(['MANUAL', 'WALLET_TOPUP', 'WALLET_AUTO_TOPUP'] as const).columnType('text'),
    /** ISO 4217, lower case. */
    currency: p.text(),
    description: p.text(),
    /** Credits it pays for. */
    credits: p.type(AmountColumn).nullable(),
    /** Lines before discounts and taxes. */
    subtotalMinor: p.bigint('number'),
    discountMinor: p.bigint('number'),
    taxMinor: p.bigint('number'),
    /** subtotal - discount + tax, what is to be paid. */
    totalMinor: p.bigint('number'),
    paidMinor: p.bigint('number'),
    refundedMinor: p.bigint('number'),
    lineItems: p.json<InvoiceLine[]>(),
    discounts: p.json<InvoiceDiscount[]>(),
    taxes: p.json<InvoiceTax[]>(),
    /** Null on invoices of before they were kept. */
    seller: p.json<InvoiceParty>().nullable(),
    buyer: p.json<InvoiceParty>().nullable(),
    metadata: p.json<Record<string, string>>(),
    idempotencyKey: p.text(),
    /** Counts changes, from 1. */
    version: p.integer(),
    dueAt: p.datetime(3).nullable(),
    finalizedAt: p.datetime(3).nullable(),
    paidAt: p.datetime(3).nullable(),
    voidedAt: p.datetime(3).nullable(),
    status: p.text(),
    createdAt: p.datetime(3),
    updatedAt: p.datetime(3),
    createdBy: p.text(),
    updatedBy: p.text(),
  },
  indexes: [
    { name: 'invoice_customer_index', properties: ['tenantId', 'environmentId', 'customerId', 'createdAt'] },
    { name: 'invoice_created_index', properties: ['tenantId', 'environmentId', 'createdAt'] },
  ],
  uniques: [
    { name: 'invoice_number_unique', properties: ['tenantId', 'environmentId', 'number'] },
    { name: 'invoice_top_up_unique', properties: ['topUpId'] },
  ],
  checks: [
    {
      name: 'invoice_total_check',
      expression: 'total_minor = subtotal_minor - discount_minor + tax_minor and total_minor >= 0',
    },
    {
      name: 'invoice_paid_check',
      expression: 'paid_minor >= 0 and refunded_minor >= 0 and refunded_minor <= paid_minor',
    },
  ],
});

/** What a customer owes or has paid for credits. Its number and its amounts never change. */
export class Invoice extends InvoiceSchema.class {}
InvoiceSchema.setClass(Invoice);

const InvoiceCounterSchema = defineEntity({
  name: 'InvoiceCounter',
  tableName: 'invoice_counter',
  primaryKeys: ['tenantId', 'environmentId'],
  properties: {
    tenantId: p.text().primary(),
    environmentId: p.text().primary(),
    lastNumber: p.integer(),
  },
});

/** The last invoice number of an environment. Locked by whoever takes the next, until it commits: so no number is lost. */
export class InvoiceCounter extends InvoiceCounterSchema.class {}
InvoiceCounterSchema.setClass(InvoiceCounter);
