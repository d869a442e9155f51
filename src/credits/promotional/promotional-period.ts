import { addMonthsToDay, daysBetween, localDay, startOfDay } from '../../shared/calendar.js';
import type { PromotionalRenewal } from './promotional-renewal.entity.js';

const DAYS_OF_A_MONTH = 30.436875;

/** What the next promotional credits count from. */
export interface RenewalState {
  /** The local day of sign-up: `2026-01-31`. */
  anchorDay: string;
  /** Months from it to the day on which the next period begins. */
  nextMonth: number;
}

/** One period of promotional credits: they come when it begins and are gone at its end, when the next ones come. */
export interface PromotionalPeriod {
  /** The day on which it begins, `2026-02-28`: once given under this name, never again. */
  day: string;
  /** When it ends: the customer's day before the next period is over. */
  end: Date;
  /** Months from the day of sign-up to the day on which the next one begins. */
  nextMonth: number;
}

/** Where an account stands. Before its first renewal, and on rows of before days were kept, it is counted from its sign-up. */
export function renewalState(
  { anchorDay, nextMonth, nextAt }: Pick<PromotionalRenewal, 'anchorDay' | 'nextMonth' | 'nextAt'>,
  signedUpAt: Date,
  timeZone: string,
): RenewalState {
  if (anchorDay != null && nextMonth != null) return { anchorDay, nextMonth };
  const signUp = localDay(signedUpAt, timeZone);
  return { anchorDay: signUp, nextMonth: monthsBetween(signUp, localDay(nextAt, timeZone)) };
}

/**
 * The period to give credits for now that they are due. Periods begin on the day of sign-up of a month (on the last day
 * of a month that has no such day) and follow one another: a length that was changed holds from the next one on. Those
 * that passed unseen are left out. The days are counted in months from a day that is kept, so a customer who moves to
 * another time zone gets no period twice; where their day ends is asked of the zone that they are in now.
 */
export function promotionalPeriod(state: RenewalState, now: Date, timeZone: string, months: number): PromotionalPeriod {
  const dayAfter = (month: number): string => addMonthsToDay(state.anchorDay, month);
  // Of years that passed unseen not every period is looked at.
  const unseen = monthsBetween(dayAfter(state.nextMonth), localDay(now, timeZone));
  let month = state.nextMonth + Math.max(0, Math.floor(unseen / months) - 1) * months;
  while (startOfDay(dayAfter(month + months), timeZone) <= now) month += months;
  const nextMonth = month + months;
  return { day: dayAfter(month), end: startOfDay(dayAfter(nextMonth), timeZone), nextMonth };
}

/** In whole months, the nearest: of a day and its like in another month it is exact. */
function monthsBetween(from: string, to: string): number {
  return Math.round(daysBetween(from, to) / DAYS_OF_A_MONTH);
}
