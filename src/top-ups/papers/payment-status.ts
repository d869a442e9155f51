import { PAYMENT_STATUSES as INVOICE_PAYMENT_STATUSES } from '../../payments/invoice.entity.js';
import type { TopUpStatus } from '../purchases/top-up.entity.js';

/** What the SDK knows of; none is `INITIATED` here, since a payment is shown from its first attempt on. */
export const PAYMENT_STATUSES = ['INITIATED', ...INVOICE_PAYMENT_STATUSES] as const;
export type PaymentStatus = (typeof PAYMENT_STATUSES)[number];

/** How the payment of a top-up by card stands. What became of the invoice later (a refund) is beside this. */
const STATUS_OF_CARD_PAYMENT: Record<TopUpStatus, PaymentStatus> = {
  created: 'PENDING',
  charging: 'PROCESSING',
  unknown: 'PROCESSING',
  processing: 'PROCESSING',
  requires_action: 'PENDING',
  retry_wait: 'PENDING',
  canceling: 'PROCESSING',
  // The money has come; it is on its way back, and `REFUNDED` once the provider has said so.
  refund_due: 'SUCCEEDED',
  awaiting_payment: 'PENDING',
  overdue: 'PENDING',
  succeeded: 'SUCCEEDED',
  failed: 'FAILED',
  // The SDK has no word for a payment that was taken back: no money moved.
  canceled: 'FAILED',
  refunded: 'REFUNDED',
};

/** The same as SQL, of the column with the top-up's state. */
export function cardPaymentStatusSql(column: string): string {
  const cases = Object.entries(STATUS_OF_CARD_PAYMENT).map(([state, status]) => `when '${state}' then '${status}'`);
  return `case ${column} ${cases.join(' ')} end`;
}
