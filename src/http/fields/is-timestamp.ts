import { isOfCalendar } from '../../shared/calendar.js';
import { field } from './field-decorator.js';

const RFC_3339 =
  /^(\d{4})-(\d{2})-(\d{2})[Tt]([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(\.\d{1,9})?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

/** A timestamp, RFC 3339 with a time zone. The property becomes a `Date` (milliseconds; finer digits are cut). */
export function IsTimestamp(options: { description?: string; example?: string } = {}): PropertyDecorator {
  const { description = 'Timestamp, RFC 3339.', example = '2030-01-01T00:00:00Z' } = options;
  return field({
    name: 'isTimestamp',
    read: (value) => readTimestamp(value) ?? value,
    fault: (value) => (value instanceof Date ? undefined : 'must be a timestamp like 2030-01-01T00:00:00Z (RFC 3339)'),
    schema: { type: String, format: 'date-time', description, example },
  });
}

/** @returns undefined for anything that is not an RFC 3339 timestamp of a day that exists. */
export function readTimestamp(value: unknown): Date | undefined {
  if (typeof value !== 'string') return undefined;
  const match = RFC_3339.exec(value);
  if (!match) return undefined;
  const [, year, month, day] = match.map(Number);
  const lastDay = new Date(Date.UTC(year as number, month as number, 0)).getUTCDate();
  if ((month as number) < 1 || (month as number) > 12 || (day as number) < 1 || (day as number) > lastDay)
    return undefined;
  const date = new Date(value.toUpperCase());
  // There is no year 0, and an offset can lead there, or past 9999.
  return isOfCalendar(date) ? date : undefined;
}
