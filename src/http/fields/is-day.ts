import { field } from './field-decorator.js';
import { readTimestamp } from './is-timestamp.js';

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** A day of the calendar, like `2030-01-31`. The property stays a text. */
export function IsDay(words: { description: string; example?: string }): PropertyDecorator {
  return field({
    name: 'isDay',
    fault: (value) => (isDay(value) ? undefined : 'must be a day like 2030-01-31'),
    schema: { type: String, format: 'date', ...words },
  });
}

function isDay(value: unknown): boolean {
  return typeof value === 'string' && DAY.test(value) && readTimestamp(`${value}T00:00:00Z`) !== undefined;
}
