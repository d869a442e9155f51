import { Badge, type Tone } from '../../parts/badge';
import type { Schemas } from '../../session/api';

type Invoice = Schemas['InvoiceDto'];
type PaymentStatus = Invoice['payment_status'];

const PAYMENTS: Record<PaymentStatus, readonly [words: string, tone: Tone]> = {
  PENDING: ['Not paid', 'warn'],
  PROCESSING: ['Payment under way', 'info'],
  SUCCEEDED: ['Paid', 'good'],
  OVERPAID: ['Overpaid', 'warn'],
  FAILED: ['Payment failed', 'bad'],
  REFUNDED: ['Refunded', 'neutral'],
  PARTIALLY_REFUNDED: ['Partly refunded', 'neutral'],
};

export const PAYMENT_CHOICES = Object.entries(PAYMENTS).map(([status, [words]]) => [status, words] as const);

/** How an invoice stands, in one word or two: one that was voided is not to be paid any more. */
export function InvoiceBadge({
  invoice,
}: {
  invoice: Pick<Invoice, 'invoice_status' | 'payment_status' | 'due_date'>;
}) {
  if (invoice.invoice_status === 'VOIDED') return <Badge>Voided</Badge>;
  const [words, tone] = PAYMENTS[invoice.payment_status];
  if (invoice.payment_status === 'PENDING' && isPast(invoice.due_date)) return <Badge tone="bad">Overdue</Badge>;
  return <Badge tone={tone}>{words}</Badge>;
}

function isPast(at: string | null): boolean {
  return at !== null && Date.parse(at) < Date.now();
}
