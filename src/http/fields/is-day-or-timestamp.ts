import { shifted } from '../../shared/calendar.js';
import { field } from './field-decorator.js';
import { readTimestamp } from './is-timestamp.js';

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const DAY_MS = 86_400_000;

/**
 * One end of a period: a day (UTC), or a timestamp. The property becomes the `Date` from which (`start`) or before which
 * (`end`) things count; the day at the end counts in whole.
 */
export function IsDayOrTimestamp(
  edge: 'start' | 'end',
  words: { description: string; example?: string },
): PropertyDecorator {
  return field({
    name: 'isDayOrTimestamp',
    read: (value) => readEdge(value, edge) ?? value,
    fault: (value) =>
      value instanceof Date ? undefined : 'must be a day like 2030-01-31 or a timestamp like 2030-01-31T00:00:00Z',
    schema: { type: String, ...words },
  });
}

function readEdge(value: unknown, edge: 'start' | 'end'): Date | undefined {
  if (typeof value !== 'string' || !DAY.test(value)) return readTimestamp(value);
  const start = readTimestamp(`${value}T00:00:00Z`);
  return start && edge === 'end' ? shifted(start, DAY_MS) : start;
}
