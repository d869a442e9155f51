/** What the service shows where it is not asked for another stretch: then its own clock decides. */
export const CURVE_DAYS = 30;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * Where the curve of so many days begins: at the wallet's opening, where that was later, so that a young wallet's is no line
 * along the edge. An hour ago at the latest.
 */
export function curveStart(openedAt: string, days: number): string | undefined {
  const now = Date.now();
  const [start, opened] = [now - days * DAY_MS, Math.min(Date.parse(openedAt), now - HOUR_MS)];
  if (opened <= start && days === CURVE_DAYS) return undefined;
  return new Date(Math.max(start, opened)).toISOString();
}
