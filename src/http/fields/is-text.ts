import { faultOfText } from '../body/inspect-body.js';
import { field } from './field-decorator.js';

const MAX_ID_LENGTH = 100;
export const MAX_IDEMPOTENCY_KEY_LENGTH = 255;

/** Text of a length, which PostgreSQL can store. The length counts characters, not code units. */
export function IsText(options: {
  min?: number;
  max: number;
  description?: string;
  example?: string;
}): PropertyDecorator {
  const { min = 0, max, ...words } = options;
  return field({
    name: 'isText',
    fault: (value) => faultOfLength(value, min, max),
    schema: { type: String, minLength: min, maxLength: max, ...words },
  });
}

/** An id, ours or a client's own: 1 to 100 characters. Whether it exists is another question. */
export function IsIdentifier(words: { description?: string; example?: string } = {}): PropertyDecorator {
  return IsText({ min: 1, max: MAX_ID_LENGTH, ...words });
}

/**
 * A client's idempotency key: 1 to 255 printable characters. Where Flexprice takes an empty one (it then protects
 * nothing), `isEmptyAllowed`.
 */
export function IsIdempotencyKey(
  options: { isEmptyAllowed?: boolean; isUndocumented?: boolean } = {},
): PropertyDecorator {
  return field({
    name: 'isIdempotencyKey',
    fault: (value) => (options.isEmptyAllowed && value === '' ? undefined : faultOfIdempotencyKey(value)),
    schema: options.isUndocumented
      ? undefined
      : {
          type: String,
          maxLength: MAX_IDEMPOTENCY_KEY_LENGTH,
          description: 'Repeat a request with the same key and it takes effect once; kept 7 days.',
          example: 'order-1017',
        },
  });
}

/** Why a value is not an idempotency key, as a sentence. */
export function faultOfIdempotencyKey(value: unknown): string | undefined {
  const isKey = typeof value === 'string' && /^\P{C}{1,255}$/u.test(value);
  return isKey ? undefined : `must be 1 to ${MAX_IDEMPOTENCY_KEY_LENGTH} printable characters`;
}

function faultOfLength(value: unknown, min: number, max: number): string | undefined {
  if (typeof value !== 'string') return 'must be a string';
  const length = value.length <= max ? value.length : [...value].length;
  if (length > max) return `must have at most ${max} characters`;
  if (length < min) return min === 1 ? 'must not be empty' : `must have at least ${min} characters`;
  return faultOfText(value);
}
