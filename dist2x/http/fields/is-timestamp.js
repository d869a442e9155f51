import { field } from './field-decorator.js';
const RFC_3339 = /^(\d{4})-(\d{2})-(\d{2})[Tt]([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(\.\d{1,9})?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$/;
/** A timestamp, RFC 3339 with a time zone. The property becomes a `Date` (milliseconds; finer digits are cut). */
export function IsTimestamp(options = {}) {
    const { description = 'Timestamp, RFC 3339.', example = '2030-01-01T00:00:00Z' } = options;
    return field({
        name: 'isTimestamp',
        read: (value) => readTimestamp(value) ?? value,
        fault: (value) => (value instanceof Date ? undefined : 'must be a timestamp like 2030-01-01T00:00:00Z (RFC 3339)'),
        schema: { type: String, format: 'date-time', description, example },
    });
}
/** @returns undefined for anything that is not an RFC 3339 timestamp of a day that exists. */
export function readTimestamp(value) {
    if (typeof value !== 'string')
        return undefined;
    const match = RFC_3339.exec(value);
    if (!match)
        return undefined;
    const [, year, month, day] = match.map(Number);
    const lastDay = new Date(Date.UTC(year, month, 0)).getUTCDate();
    if (month < 1 || month > 12 || day < 1 || day > lastDay)
        return undefined;
    const date = new Date(value.toUpperCase());
    return Number.isNaN(date.getTime()) ? undefined : date;
}
//# sourceMappingURL=is-timestamp.js.map