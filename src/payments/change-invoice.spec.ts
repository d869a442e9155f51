import { DomainError } from '../shared/errors.js';
import {
  amountOf,
  bookPayment,
  bookRefund,
  judgePayment,
  type KnownPayment,
  markUnpaid,
  type ReportedPayment,
  voidInvoice,
} from './change-invoice.js';
import { Invoice } from './invoice.entity.js';

const NOW = new Date('2026-11-21T08:00:00Z');

function invoiceOf(values: Partial<Invoice> = {}): Invoice {
  return Object.assign(new Invoice(), {
    id: 'inv_1',
    invoiceNumber: 'INV-000001',
    invoiceStatus: 'FINALIZED',
    paymentStatus: 'PENDING',
    totalMinor: 1000,
    paidMinor: 0,
    refundedMinor: 0,
    paidAt: null,
    voidedAt: null,
    version: 1,
    ...values,
  });
}

const paymentOf = (values: Partial<ReportedPayment> = {}): ReportedPayment => ({
  amountMinor: undefined,
  reference: null,
  key: null,
  ...values,
});

function kindOf(invoice: Invoice, payment: ReportedPayment, known: KnownPayment[] = [], takesCredits = true) {
  const kind = judgePayment({ invoice, payment, known, takesCredits });
  return kind instanceof DomainError ? kind.kind : kind;
}

describe('a payment of an invoice', () => {
  const booked = { invoiceId: 'inv_1', amountMinor: 500, reference: 'bank-1', idempotencyKey: 'key-1' };

  it.each<[string, Partial<Invoice>, Partial<ReportedPayment>, string]>([
    ['without an amount is the rest', {}, {}, 'rest'],
    ['of less is a part', {}, { amountMinor: 999 }, 'part'],
    ['of all is the rest', {}, { amountMinor: 1000 }, 'rest'],
    ['of more is the rest, too', {}, { amountMinor: 1001 }, 'rest'],
    ['of what parts have left is the rest', { paidMinor: 600 }, { amountMinor: 400 }, 'rest'],
    ['of a paid one is nothing new', { paidMinor: 1000, paidAt: NOW }, { amountMinor: 1000 }, 'none'],
    ['of a voided one is refused', { invoiceStatus: 'VOIDED' }, {}, 'invalid_operation'],
  ])('%s', (_name, invoice, payment, kind) => {
    expect(kindOf(invoiceOf(invoice), paymentOf(payment))).toBe(kind);
  });

  it.each<[string, Partial<ReportedPayment>, Partial<KnownPayment>, string]>([
    ['with the same reference is the same one', { reference: 'bank-1', amountMinor: 500 }, {}, 'none'],
    ['with the same reference and no amount, too', { reference: 'bank-1' }, {}, 'none'],
    ['with the same key is the same one', { key: 'key-1', amountMinor: 500 }, {}, 'none'],
    ['of another amount is refused', { reference: 'bank-1', amountMinor: 400 }, {}, 'already_exists'],
    ['of another invoice is refused', { key: 'key-1', amountMinor: 500 }, { invoiceId: 'inv_2' }, 'already_exists'],
  ])('%s', (_name, payment, known, kind) => {
    expect(kindOf(invoiceOf({ paidMinor: 500 }), paymentOf(payment), [{ ...booked, ...known }])).toBe(kind);
  });

  it('for a wallet that takes no credits goes back, whatever it is of the total', () => {
    expect(kindOf(invoiceOf(), paymentOf({ amountMinor: 1 }), [], false)).toBe('refund');
    expect(kindOf(invoiceOf(), paymentOf(), [], false)).toBe('refund');
  });
});

describe('an invoice', () => {
  it('is paid in parts, and overpaid', () => {
    const invoice = invoiceOf();
    bookPayment(invoice, 400, NOW, 'secret_1');
    expect(invoice).toMatchObject({ paymentStatus: 'PENDING', paidMinor: 400, paidAt: null, version: 2 });
    expect(amountOf(invoice, { amountMinor: undefined })).toBe(600);
    bookPayment(invoice, 601, NOW, 'secret_1');
    expect(invoice).toMatchObject({ paymentStatus: 'OVERPAID', paidMinor: 1001, paidAt: NOW, updatedBy: 'secret_1' });
  });

  it('is refunded as far as it was paid, parts included, and that once', () => {
    const invoice = invoiceOf();
    bookPayment(invoice, 400, NOW, '');
    bookRefund(invoice, NOW, '');
    bookRefund(invoice, NOW, '');
    expect(invoice).toMatchObject({ paymentStatus: 'REFUNDED', paidMinor: 400, refundedMinor: 400, version: 3 });
  });

  it('is voided once, and never when money was paid on it', () => {
    const invoice = invoiceOf();
    const voided = () => voidInvoice(invoice, NOW, 'secret_1');
    for (const apply of [voided(), voided()]) if (!(apply instanceof DomainError)) apply();
    expect(invoice).toMatchObject({ invoiceStatus: 'VOIDED', voidedAt: NOW, version: 2 });
    expect(voidInvoice(invoiceOf({ paidMinor: 1 }), NOW, '')).toMatchObject({ kind: 'invalid_operation' });
    expect(voidInvoice(invoiceOf({ totalMinor: 0, paidAt: NOW }), NOW, '')).toMatchObject({
      kind: 'invalid_operation',
    });
  });

  it('does not go back from paid or refunded', () => {
    const unpaid = invoiceOf();
    const marked = markUnpaid(unpaid, 'FAILED', NOW, '');
    if (!(marked instanceof DomainError)) marked();
    expect(unpaid.paymentStatus).toBe('FAILED');
    const paid = invoiceOf({ paidAt: NOW });
    expect(markUnpaid(paid, 'FAILED', NOW, '')).toMatchObject({ kind: 'invalid_operation' });
    const refunded = invoiceOf({ paidMinor: 1, refundedMinor: 1 });
    expect(markUnpaid(refunded, 'FAILED', NOW, '')).toMatchObject({ kind: 'invalid_operation' });
  });
});
