import type { Span } from '../../ledger/daily-debits.service.js';

const DAY_MS = 86_400_000;

/** A day (UTC), or as much of it as a period has. */
export interface DaySpan extends Span {
  /** `2026-01-31`. */
  day: string;
}

/** The days (UTC) of a period, the first one first; none of an empty period. */
export function daysOf({ from, to }: Span): DaySpan[] {
  const days: DaySpan[] = [];
  for (let start = from.getTime(); start < to.getTime();) {
    const next = Math.min(to.getTime(), start - modulo(start, DAY_MS) + DAY_MS);
    days.push({ day: new Date(start).toISOString().slice(0, 10), from: new Date(start), to: new Date(next) });
    start = next;
  }
  return days;
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}
