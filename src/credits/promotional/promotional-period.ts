/** One period of promotional credits: they come at its start and are gone at its end, when the next ones come. */
export interface PromotionalPeriod {
  /** The local day on which it starts, `2026-02-28`. */
  day: string;
  start: Date;
  end: Date;
}

const DAY_MS = 86_400_000;

/**
 * The period that `now` is in: they start at midnight, in the customer's time zone, on the day of sign-up of every
 * month (of every `months`th); on the last day of a month that has no such day. The first starts on the day of sign-up.
 */
export function promotionalPeriod(signedUpAt: Date, now: Date, timeZone: string, months: number): PromotionalPeriod {
  const signUp = localDay(signedUpAt, timeZone);
  const today = localDay(now, timeZone);
  const elapsed = (today.year - signUp.year) * 12 + today.month - signUp.month;
  let index = Math.max(0, Math.floor(elapsed / months));
  // In the month of a renewal, but before its day.
  if (index > 0 && renewalStart(signUp, index * months, timeZone) > now) index -= 1;
  return {
    day: new Date(renewalDay(signUp, index * months)).toISOString().slice(0, 10),
    start: renewalStart(signUp, index * months, timeZone),
    end: renewalStart(signUp, (index + 1) * months, timeZone),
  };
}

interface LocalDay {
  year: number;
  /** From 0. */
  month: number;
  day: number;
}

/** The day as if it were one of UTC, in ms. */
function renewalDay({ year, month, day }: LocalDay, monthsLater: number): number {
  const lastDay = new Date(Date.UTC(year, month + monthsLater + 1, 0)).getUTCDate();
  return Date.UTC(year, month + monthsLater, Math.min(day, lastDay));
}

function renewalStart(signUp: LocalDay, monthsLater: number, timeZone: string): Date {
  return startOfDay(renewalDay(signUp, monthsLater), timeZone);
}

/**
 * The first instant of a local day. Clocks may change on it, at midnight even: of the two offsets in force around it,
 * the earlier instant that is on that day already.
 */
function startOfDay(day: number, timeZone: string): Date {
  const candidates = [day - DAY_MS, day + DAY_MS].map((near) => day - offsetAt(new Date(near), timeZone));
  const onThatDay = candidates.filter((instant) => wallClock(new Date(instant), timeZone) >= day);
  return new Date(Math.min(...onThatDay));
}

function localDay(instant: Date, timeZone: string): LocalDay {
  const local = new Date(wallClock(instant, timeZone));
  return { year: local.getUTCFullYear(), month: local.getUTCMonth(), day: local.getUTCDate() };
}

function offsetAt(instant: Date, timeZone: string): number {
  return wallClock(instant, timeZone) - Math.floor(instant.getTime() / 1000) * 1000;
}

/** What clocks in the zone show, as if they showed UTC; whole seconds. */
function wallClock(instant: Date, timeZone: string): number {
  const parts = new Map(
    formatOf(timeZone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
  return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
}

const FORMATS = new Map<string, Intl.DateTimeFormat>();

/** Making one takes a hundred times as long as using it, and there are only some 400 zones. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = FORMATS.get(timeZone);
  if (known) return known;
  const numeric = 'numeric' as const;
  const fields = { year: numeric, month: numeric, day: numeric, hour: numeric, minute: numeric, second: numeric };
  const format = new Intl.DateTimeFormat('en-US', { timeZone, calendar: 'gregory', hourCycle: 'h23', ...fields });
  FORMATS.set(timeZone, format);
  return format;
}
