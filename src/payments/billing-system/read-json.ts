import { DomainError } from '../../shared/errors.js';

export type JsonObject = Record<string, unknown>;

/** The value as an object; undefined for anything else. */
export function objectOf(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}

/** The value as text that can be stored and shown, of 1 to so many characters; undefined for anything else. */
export function printable(value: unknown, max: number): string | undefined {
  return typeof value === 'string' && value.length <= max && /^\P{C}+$/u.test(value) ? value : undefined;
}

/** An id of the billing system's own: 1 to 255 characters of ASCII without spaces. Undefined for anything else. */
export function idOf(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\x21-\x7e]{1,255}$/.test(value) ? value : undefined;
}

/** The value as a whole number within the bounds; undefined for anything else. */
export function wholeNumber(value: unknown, min: number, max: number = Number.MAX_SAFE_INTEGER): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max ? value : undefined;
}

/** The value as a currency after ISO 4217, in lower case letters; undefined for anything else. */
export function currencyOf(value: unknown): string | undefined {
  return typeof value === 'string' && /^[a-z]{3}$/.test(value) ? value : undefined;
}

/** For whoever cannot go on with half an answer. */
export function notKnown(what: string): DomainError {
  return new DomainError('unavailable', `your billing system answered ${what}`, { retryAfterSeconds: 5 });
}
