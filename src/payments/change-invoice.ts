import { DomainError } from '../shared/errors.js';
import type { Invoice } from './invoice.entity.js';

/** A payment as somebody reports it. */
export interface ReportedPayment {
  /** Minor units, 1 or more; undefined: all that is still to be paid. */
  amountMinor: number | undefined;
  /** What the payer or the bank calls it. */
  reference: string | null;
  /** The client's idempotency key. */
  key: string | null;
}

/** One that is booked already, under the same reference or the same key. */
export interface KnownPayment {
  invoiceId: string;
  amountMinor: number;
  reference: string | null;
  idempotencyKey: string | null;
}

/**
 * What a payment is: nothing new (booked before, or the invoice is paid), a part, the rest that makes it paid, or money
 * for a wallet that takes no more credits, which goes back.
 */
export type PaymentKind = 'none' | 'part' | 'rest' | 'refund';

interface PaymentFacts {
  invoice: Pick<Invoice, 'id' | 'invoiceNumber' | 'invoiceStatus' | 'totalMinor' | 'paidMinor' | 'paidAt'>;
  payment: ReportedPayment;
  known: readonly KnownPayment[];
  takesCredits: boolean;
}

/** The same reference, or the same key, is the same payment for ever. @returns why it is refused, otherwise what it is */
export function judgePayment({ invoice, payment, known, takesCredits }: PaymentFacts): PaymentKind | DomainError {
  for (const booked of known) {
    const isSame =
      booked.invoiceId === invoice.id &&
      (payment.amountMinor === undefined || payment.amountMinor === booked.amountMinor);
    if (!isSame) return usedForAnother(booked, payment);
  }
  if (known.length > 0) return 'none';
  const refusal = refuseVoided(invoice);
  if (refusal) return refusal;
  if (isPaid(invoice)) return 'none';
  if (!takesCredits) return 'refund';
  return amountOf(invoice, payment) >= invoice.totalMinor - invoice.paidMinor ? 'rest' : 'part';
}

function usedForAnother(booked: KnownPayment, { reference }: ReportedPayment): DomainError {
  const isByReference = reference !== null && booked.reference === reference;
  const name = isByReference ? 'payment_reference' : 'idempotency_key';
  return new DomainError('already_exists', `another payment was booked with this ${name.replace('_', ' ')}`, {
    details: { [name]: isByReference ? booked.reference : booked.idempotencyKey, invoice_id: booked.invoiceId },
  });
}

/** What the payment brings, minor units. */
export function amountOf(
  { totalMinor, paidMinor }: Pick<Invoice, 'totalMinor' | 'paidMinor'>,
  { amountMinor }: Pick<ReportedPayment, 'amountMinor'>,
): number {
  return amountMinor ?? totalMinor - paidMinor;
}

/** Books money that came in: less than the rest leaves the invoice pending, more makes it OVERPAID. */
export function bookPayment(invoice: Invoice, amountMinor: number, now: Date, actorKeyId: string): void {
  invoice.paidMinor += amountMinor;
  const isSettled = invoice.paidMinor >= invoice.totalMinor;
  if (isSettled) invoice.paidAt ??= now;
  const settledStatus = invoice.paidMinor > invoice.totalMinor ? 'OVERPAID' : 'SUCCEEDED';
  invoice.paymentStatus = isSettled ? settledStatus : 'PENDING';
  touch(invoice, now, actorKeyId);
}

/** Books that all that was paid went back, parts of the total included. Twice is once. */
export function bookRefund(invoice: Invoice, now: Date, actorKeyId: string): void {
  if (invoice.refundedMinor === invoice.paidMinor) return;
  invoice.refundedMinor = invoice.paidMinor;
  invoice.paymentStatus = 'REFUNDED';
  touch(invoice, now, actorKeyId);
}

/** Books how much of what was paid has gone back by now, minor units: it may also be less than before. Never more than was paid. */
export function bookReturned(invoice: Invoice, returnedMinor: number, now: Date, actorKeyId: string): void {
  const refundedMinor = Math.min(returnedMinor, invoice.paidMinor);
  if (invoice.refundedMinor === refundedMinor) return;
  invoice.refundedMinor = refundedMinor;
  const settledStatus = invoice.paidMinor > invoice.totalMinor ? 'OVERPAID' : 'SUCCEEDED';
  const returnedStatus = refundedMinor === invoice.paidMinor ? 'REFUNDED' : 'PARTIALLY_REFUNDED';
  invoice.paymentStatus = refundedMinor === 0 ? settledStatus : returnedStatus;
  touch(invoice, now, actorKeyId);
}

/** Notes how an unpaid invoice's payment stands. A paid one can't go back: it is refunded instead. */
export function markUnpaid(
  invoice: Invoice,
  paymentStatus: 'PENDING' | 'PROCESSING' | 'FAILED',
  now: Date,
  actorKeyId: string,
): DomainError | (() => void) {
  const refusal = refuseVoided(invoice);
  if (refusal) return refusal;
  if (isPaid(invoice) || invoice.refundedMinor > 0) {
    const what = isPaid(invoice) ? 'paid' : 'refunded';
    return new DomainError('invalid_operation', `invoice ${invoice.invoiceNumber} is ${what}`, {
      details: { invoice_id: invoice.id },
    });
  }
  return () => {
    if (invoice.paymentStatus === paymentStatus) return;
    invoice.paymentStatus = paymentStatus;
    touch(invoice, now, actorKeyId);
  };
}

/** Takes an invoice back that nothing was paid on. Its number stays used. Voiding twice is a no-op. */
export function voidInvoice(invoice: Invoice, now: Date, actorKeyId: string): DomainError | (() => void) {
  if (invoice.paidMinor > 0 || isPaid(invoice)) {
    const message = 'an invoice that money was paid on cannot be voided';
    return new DomainError('invalid_operation', message, { details: { invoice_id: invoice.id } });
  }
  return () => {
    if (invoice.invoiceStatus === 'VOIDED') return;
    invoice.invoiceStatus = 'VOIDED';
    invoice.voidedAt = now;
    touch(invoice, now, actorKeyId);
  };
}

/** Whether the whole total was paid, whatever became of the money later. */
export function isPaid({ paidAt }: Pick<Invoice, 'paidAt'>): boolean {
  return Boolean(paidAt);
}

function refuseVoided({
  id,
  invoiceNumber,
  invoiceStatus,
}: Pick<Invoice, 'id' | 'invoiceNumber' | 'invoiceStatus'>): DomainError | undefined {
  if (invoiceStatus !== 'VOIDED') return undefined;
  return new DomainError('invalid_operation', `invoice ${invoiceNumber} is voided`, { details: { invoice_id: id } });
}

function touch(invoice: Invoice, now: Date, actorKeyId: string): void {
  invoice.version += 1;
  invoice.updatedAt = now;
  invoice.updatedBy = actorKeyId;
}
