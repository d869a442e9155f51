const DAY_MS = 86_400_000;

/** So many days up to today. Days are the service's: UTC. */
export function lastDays(count: number): { from: string; to: string } {
  const now = Date.now();
  return { from: dayOf(now - (count - 1) * DAY_MS), to: dayOf(now) };
}

/** Every day of a period, the first and the last one included: the API leaves days out on which nothing was booked. */
export function daysOf(from: string, to: string): string[] {
  const count = Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS) + 1;
  return Array.from({ length: count }, (_, index) => dayOf(Date.parse(from) + index * DAY_MS));
}

/** At noon a day of UTC has the same date nearly everywhere. */
export function noonOf(day: string): string {
  return `${day}T12:00:00Z`;
}

/** What each day brought; nothing on those that are left out. */
export function flowOf<Day extends { day: string }>(
  days: readonly string[],
  booked: readonly Day[],
  amount: (day: Day) => string,
): string[] {
  const known = new Map(booked.map((day) => [day.day, amount(day)]));
  return days.map((day) => known.get(day) ?? '0');
}

/**
 * What was there at the end of each day, which stays until something is booked. What was there before the first booking is
 * not known, unless nothing was booked at all.
 */
export function stockOf<Day extends { day: string }>(
  days: readonly string[],
  booked: readonly Day[],
  amount: (day: Day) => string,
  atEnd: string,
): (string | null)[] {
  const known = new Map(booked.map((day) => [day.day, amount(day)]));
  let last: string | null = booked.length === 0 ? atEnd : null;
  return days.map((day) => (last = known.get(day) ?? last));
}

function dayOf(instant: number): string {
  return new Date(instant).toISOString().slice(0, 10);
}
