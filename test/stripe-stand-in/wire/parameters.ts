import type { Stripe } from 'stripe';
import { emptyTable, type RawTable, type RawValue } from './form-body.js';
import { StripeFailure, wrongParameter } from './stripe-failure.js';

/** Turns what a form says into a value, or throws. */
export type Check = (value: RawValue, path: string) => unknown;

/**
 * The parameters of a request: keys of the package's own type, so that none is misspelled. What a table leaves out is
 * refused as unknown, also where Stripe would know it: a red test is better than a parameter silently ignored.
 */
export type ParameterTable<Params> = { readonly [Key in keyof Params]?: Check };

const REQUIRED = Symbol('required');

/** @throws {StripeFailure} 400 `parameter_unknown`, `parameter_missing` or what a check has against a value. */
export function readParameters<Params>(table: ParameterTable<Params>, raw: RawTable, path = ''): Params {
  const checks = table as Record<string, Check | undefined>;
  const read: Record<string, unknown> = {};
  const unknown = Object.keys(raw).filter((key) => !Object.hasOwn(checks, key));
  if (unknown.length > 0) throw unknownParameters(unknown.map((key) => within(path, key)));
  for (const [key, check] of Object.entries(checks)) {
    const value = raw[key];
    if (value !== undefined) read[key] = (check as Check)(value, within(path, key));
    else if (isRequired(check as Check)) throw missing(within(path, key));
  }
  return read as Params;
}

export function required(check: Check): Check {
  return Object.assign((value: RawValue, path: string) => check(value, path), { [REQUIRED]: true });
}

export function text(maxLength = 5000): Check {
  return (value, path) => {
    if (typeof value !== 'string') throw wrongParameter(path, `Invalid string: ${JSON.stringify(value)}`);
    if (value === '') throw cannotUnset(path);
    if (value.length > maxLength) {
      const message = `Invalid string: ${value.slice(0, 8)}...; must be at most ${maxLength} characters`;
      throw wrongParameter(path, message);
    }
    return value;
  };
}

/** A whole number, and not more digits than are exact. */
export const integer: Check = (value, path) => {
  if (typeof value !== 'string' || !/^-?\d{1,15}$/.test(value)) {
    const shown = typeof value === 'string' ? value : JSON.stringify(value);
    throw wrongParameter(path, `Invalid integer: ${shown}`, 'parameter_invalid_integer');
  }
  return Number.parseInt(value, 10);
};

export const boolean: Check = (value, path) => {
  if (value !== 'true' && value !== 'false') {
    throw wrongParameter(path, `Invalid boolean: ${typeof value === 'string' ? value : JSON.stringify(value)}`);
  }
  return value === 'true';
};

export function oneOf(...allowed: readonly string[]): Check {
  return (value, path) => {
    if (typeof value !== 'string' || !allowed.includes(value)) {
      const shown = typeof value === 'string' ? value : JSON.stringify(value);
      throw wrongParameter(path, `Invalid ${path}: must be one of ${allowed.join(', ')}; got ${shown}`);
    }
    return value;
  };
}

export function table<Params>(checks: ParameterTable<Params>): Check {
  return (value, path) => {
    if (typeof value === 'string') throw wrongParameter(path, 'Invalid object');
    return readParameters(checks, value, path);
  };
}

export function list(check: Check): Check {
  return (value, path) => {
    if (typeof value === 'string') throw wrongParameter(path, 'Invalid array');
    const keys = Object.keys(value);
    if (keys.some((key) => !/^\d+$/.test(key))) throw wrongParameter(path, 'Invalid array');
    return keys.map((key) => check(value[key] as RawValue, `${path}[${key}]`));
  };
}

/** Empty means: unset. Read as null. */
export function orEmpty(check: Check): Check {
  return (value, path) => (value === '' ? null : check(value, path));
}

export function either(first: (value: RawValue) => boolean, then: Check, otherwise: Check): Check {
  return (value, path) => (first(value) ? then(value, path) : otherwise(value, path));
}

const MAX_METADATA_KEYS = 50;
const MAX_METADATA_KEY_LENGTH = 40;
const MAX_METADATA_LENGTH = 500;

/** Texts by name; an empty one removes its key, an empty whole removes all (read as null). */
export const metadata: Check = (value, path) => {
  if (value === '') return null;
  if (typeof value === 'string') throw wrongParameter(path, 'Invalid object');
  const keys = Object.keys(value);
  if (keys.length > MAX_METADATA_KEYS) throw wrongParameter(path, 'You can have at most 50 metadata keys');
  for (const key of keys) {
    const text = value[key];
    if (typeof text !== 'string') throw wrongParameter(`${path}[${key}]`, 'Metadata values must be strings');
    if (key.length > MAX_METADATA_KEY_LENGTH) throw wrongParameter(path, 'Metadata keys can be up to 40 characters');
    if (text.length > MAX_METADATA_LENGTH) {
      throw wrongParameter(`${path}[${key}]`, 'Metadata values can have up to 500 characters');
    }
  }
  return Object.assign(emptyTable(), value);
};

export const expand: Check = list(text());

/** Seconds since 1970, or a range of them. */
export const createdRange: Check = either(
  (value) => typeof value === 'string',
  integer,
  table<Stripe.RangeQueryParam>({ gt: integer, gte: integer, lt: integer, lte: integer }),
);

export const PAGE: ParameterTable<Stripe.PaginationParams> = {
  limit: (value, path) => {
    const limit = integer(value, path) as number;
    if (limit < 1 || limit > 100) throw wrongParameter(path, 'Invalid limit: must be between 1 and 100');
    return limit;
  },
  starting_after: text(),
  ending_before: text(),
};

function within(path: string, key: string): string {
  return path === '' ? key : `${path}[${key}]`;
}

function isRequired(check: Check): boolean {
  return REQUIRED in check;
}

function missing(path: string): StripeFailure {
  return wrongParameter(path, `Missing required param: ${path}.`, 'parameter_missing');
}

function cannotUnset(path: string): StripeFailure {
  const message = `You passed an empty string for '${path}'. We assume empty values are an attempt to unset a parameter; however '${path}' cannot be unset.`;
  return wrongParameter(path, message, 'parameter_invalid_empty');
}

function unknownParameters(paths: readonly string[]): StripeFailure {
  const message = `Received unknown parameter${paths.length > 1 ? 's' : ''}: ${paths.join(', ')}`;
  return wrongParameter(paths[0] as string, message, 'parameter_unknown');
}
