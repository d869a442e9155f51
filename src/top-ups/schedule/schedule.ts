/** Soft declines are tried again after 1 h, 4 h and 24 h; the fourth in a row pauses the rules. */
const RETRY_AFTER_MS = [3_600_000, 4 * 3_600_000, 24 * 3_600_000];
/** An unknown outcome is looked up after 30 s, 2 min, 10 min and then every hour, until the provider says. */
const LOOKUP_AFTER_MS = [30_000, 120_000, 600_000, 3_600_000];
/** How long a payment may stay in processing (a bank debit) between two looks. */
const PROCESSING_LOOKUP_MS = [5000, 30_000, 300_000, 3_600_000];
/** By then an unknown outcome was asked about at least four times: what is still open is no charge on its way any more. */
export const LOOKUPS_MS = LOOKUP_AFTER_MS.reduce((sum, wait) => sum + wait, 0);
/** Declines of one card, whatever wallets they were for, in 30 days. Networks allow 15 to 35 attempts. */
export const CARD_DECLINES_PER_30_DAYS = 10;
/** While one process works on a top-up, no other takes it up; after this it is taken for crashed. */
export const LEASE_MS = 60_000;
/** How often a payment that waits for its customer is looked at. */
export const ACTION_POLL_MS = 60_000;
/** How long a customer has to confirm a payment that asks for authentication. */
export const ACTION_WINDOW_MS = 24 * 3_600_000;

/** When to try again after the given attempt (from 1) was declined softly; undefined: not again. */
export function nextRetryAt(attempt: number, now: Date): Date | undefined {
  const wait = RETRY_AFTER_MS[attempt - 1];
  return wait === undefined ? undefined : new Date(now.getTime() + wait);
}

/** When to ask the provider again, having asked `lookups` times. */
export function nextLookupAt(lookups: number, now: Date, kind: 'unknown' | 'processing'): Date {
  const steps = kind === 'unknown' ? LOOKUP_AFTER_MS : PROCESSING_LOOKUP_MS;
  return new Date(now.getTime() + (steps[Math.min(lookups, steps.length - 1)] ?? 3_600_000));
}
