import { DateTime, type DurationLike } from 'luxon';

const DAY_MS = 86_400_000;
/** What RFC 3339 and PostgreSQL both can write: years 1 to 9999. */
const FIRST_MS = Date.parse('0001-01-01T00:00:00Z');
const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z');

/** Whether an instant is of a year that can be written and stored. */
export function isOfCalendar(instant: Date): boolean {
  return instant.getTime() >= FIRST_MS && instant.getTime() <= LAST_MS;
}

/** So many milliseconds after `instant`, before it if they are below zero, and no further than the years 1 and 9999. */
export function shifted(instant: Date, byMs: number): Date {
  return new Date(Math.min(Math.max(instant.getTime() + byMs, FIRST_MS), LAST_MS));
}

/** `date` and a span of the calendar later (UTC). A month later is the same day, or the last of a month that has no such day. */
export function addToDate(date: Date, span: DurationLike): Date {
  return DateTime.fromJSDate(date, { zone: 'utc' }).plus(span).toJSDate();
}

/** The same day and time `months` later (UTC); the last day of the month where that day does not exist. */
export function addMonths(date: Date, months: number): Date {
  return addToDate(date, { months });
}

/** When the day that `now` is in ends, and the next one begins (UTC). */
export function endOfDay(now: Date): Date {
  return new Date((Math.floor(now.getTime() / DAY_MS) + 1) * DAY_MS);
}

/** The first instant of the month that `now` is in (UTC). */
export function startOfMonth(now: Date): Date {
  return DateTime.fromJSDate(now, { zone: 'utc' }).startOf('month').toJSDate();
}

/** When the month that `now` is in ends, and the next one begins (UTC). */
export function endOfMonth(now: Date): Date {
  return DateTime.fromJSDate(now, { zone: 'utc' }).startOf('month').plus({ months: 1 }).toJSDate();
}

/** The day that calendars in the time zone show at an instant: `2026-02-28`. */
export function localDay(instant: Date, timeZone: string): string {
  return local(instant, timeZone).toISODate();
}

/** From one day to another, both as `2026-02-28`. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS);
}

/** A day `months` later, or the last day of a month that has no such day; both as `2026-02-28`. */
export function addMonthsToDay(day: string, months: number): string {
  return localDay(addMonths(new Date(`${day}T00:00:00Z`), months), 'utc');
}

/**
 * The first instant of a day (`2026-02-28`) in a time zone: of two midnights, where clocks are put back over it, the
 * earlier; where clocks are put forward over it, the time that they are put to.
 */
export function startOfDay(day: string, timeZone: string): Date {
  const midnights = valid(DateTime.fromISO(day, { zone: timeZone }).startOf('day')).getPossibleOffsets();
  return new Date(Math.min(...midnights.map((midnight) => midnight.toMillis())));
}

function local(instant: Date, timeZone: string): DateTime<true> {
  return valid(DateTime.fromJSDate(instant, { zone: timeZone }));
}

function valid(date: DateTime): DateTime<true> {
  if (!date.isValid) throw new Error(`not a date: ${date.invalidExplanation ?? date.invalidReason}`);
  return date as DateTime<true>;
}
