/** One movement of money of the account's, as a bank would book it. Never changed, never removed. */
export interface Movement {
  /** Counted from 1. */
  id: string;
  /** Milliseconds since 1970. */
  at: number;
  kind: 'charge' | 'refund' | 'refund_failed' | 'dispute' | 'dispute_fee' | 'dispute_won' | 'dispute_fee_returned';
  /** Minor units: what the account has more (above 0) or less (below 0). */
  amountMinor: number;
  currency: string;
  chargeId: string;
  paymentIntentId: string | null;
  metadata: Record<string, string>;
}

/** A charge as an oracle wants to see it. All amounts are minor units. */
export interface ChargeSummary {
  chargeId: string;
  paymentIntentId: string | null;
  customerId: string | null;
  status: 'succeeded' | 'failed' | 'pending';
  amountMinor: number;
  refundedMinor: number;
  currency: string;
  isDisputed: boolean;
  declineCode: string | null;
  metadata: Record<string, string>;
  /** Seconds since 1970. */
  createdAt: number;
}

/** One request as it came in, in the order of arrival. */
export interface ReceivedCall {
  requestId: string;
  /** Milliseconds since 1970, by the machine's clock. */
  at: number;
  method: string;
  path: string;
  /** The form as it was sent, without card numbers. */
  form: string;
  idempotencyKey: string | null;
  /** What was answered; null while it is not, and where the connection was cut instead. */
  status: number | null;
  errorCode: string | null;
  isReplay: boolean;
  /** The fault that the script had for it. */
  fault: string | null;
}
