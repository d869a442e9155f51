const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/**
 * How long after its first, second, ... attempt a delivery is tried again: ten attempts in some 76 hours. The one place
 * where the schedule is written; docs/webhooks.md repeats it for readers.
 */
export const RETRY_AFTER_MS = [
  5 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS,
] as const;
/** Up to so much of the wait is added by chance: what failed together does not come back together. */
const JITTER = 0.1;
const GONE = 410;

/** What came of one attempt. */
export interface AttemptResult {
  /** Null when there was no answer. */
  statusCode: number | null;
  /** The beginning of the answer. */
  response: string;
  /** Why there was no usable answer; empty when there was one. */
  error: string;
}

export type DeliveryVerdict =
  { status: 'delivered' } | { status: 'pending'; nextAttemptAt: Date } | { status: 'failed'; isEndpointGone: boolean };

/**
 * What comes after the given attempt (from 1). Only 2xx is a success: redirects are not followed.
 * @param chance 0 to 1
 */
export function decideDelivery(result: AttemptResult, attempt: number, now: Date, chance: number): DeliveryVerdict {
  const { statusCode } = result;
  if (statusCode !== null && statusCode >= 200 && statusCode < 300) return { status: 'delivered' };
  if (statusCode === GONE) return { status: 'failed', isEndpointGone: true };
  const wait = RETRY_AFTER_MS[attempt - 1];
  if (wait === undefined) return { status: 'failed', isEndpointGone: false };
  return { status: 'pending', nextAttemptAt: new Date(now.getTime() + Math.round(wait * (1 + JITTER * chance))) };
}
