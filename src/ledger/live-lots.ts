import { type Decimal, ZERO } from '../shared/decimal.js';
import type { Lot } from './lot.entity.js';

/**
 * Which credits of a lot count, said once for memory and once for SQL: nothing else in the service may say it.
 * `live`: not past its date, or kept beyond it (a renewal is under way). `available`: live, and reserved by no hold.
 */
type Dated = Pick<Lot, 'expiresAt'>;
type Kept = Dated & Pick<Lot, 'renewalId'>;
type Counted = Kept & Pick<Lot, 'remaining' | 'held'>;

/** Whether the lot's instant has come. From that very instant on it is live only while something keeps it. */
export function isPastExpiry(lot: Dated, now: Date): boolean {
  return lot.expiresAt != null && lot.expiresAt <= now;
}

export function isLive(lot: Kept, now: Date): boolean {
  return !isPastExpiry(lot, now) || lot.renewalId != null;
}

/** What of the lot is neither spent nor reserved. */
export function unheld(lot: Pick<Lot, 'remaining' | 'held'>): Decimal {
  return lot.remaining.minus(lot.held);
}

/** What of the lot can be spent or held now. */
export function availableOfLot(lot: Counted, now: Date): Decimal {
  return isLive(lot, now) ? unheld(lot) : ZERO;
}

/** The later of two expiries; null, which is never, is later than any. */
export function laterExpiry(a: Date | null, b: Date | null): Date | null {
  if (a === null || b === null) return null;
  return a > b ? a : b;
}

/** `isLive` as a condition on lots, at the instant that a parameter or an expression says. */
export function liveSql(alias: string, instant = '?'): string {
  return `(${alias}.expires_at is null or ${alias}.expires_at > ${instant} or ${alias}.renewal_id is not null)`;
}

/** `availableOfLot` as an expression, at the instant that a parameter or an expression says. */
export function availableSql(alias: string, instant = '?'): string {
  return `case when ${liveSql(alias, instant)} then ${alias}.remaining - ${alias}.held else 0 end`;
}
