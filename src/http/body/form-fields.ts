import type { Type as Class } from '@nestjs/common';
import { getMetadataStorage } from 'class-validator';
import { fieldErrorsAt, invalidFields, invalidRequest } from '../field-errors.js';
import { nestedDtoOf } from '../fields/nested.js';
import { inspectBody } from './inspect-body.js';
import { MAX_DEPTH } from './json-outline.js';
import { parseJson } from './parse-json.js';

export const MAX_FORM_FIELDS = 100;

/** A form as it was sent: names and texts, in order. */
export type FormEntry = [name: string, text: string];
type FormObject = Record<string, unknown>;

/** Flags as HTML forms and hand-written clients spell them. */
const FLAGS: Readonly<Record<string, boolean>> = {
  true: true,
  '1': true,
  on: true,
  false: false,
  '0': false,
  off: false,
};

/** Splits an urlencoded body. @throws DomainError `validation` when a name or value is not percent-encoded UTF-8. */
export function parseUrlencoded(bytes: Buffer): FormEntry[] {
  const pairs = bytes.toString('latin1').split('&').filter(Boolean);
  if (pairs.length > MAX_FORM_FIELDS) throw invalidRequest(`the form has more than ${MAX_FORM_FIELDS} fields`);
  return pairs.map((pair) => {
    const separator = pair.indexOf('=');
    const [name, text] = separator === -1 ? [pair, ''] : [pair.slice(0, separator), pair.slice(separator + 1)];
    return [decode(name), decode(text)];
  });
}

/**
 * The body that a form stands for: `a[b]=c` and `a.b=c` nest, a field sent twice is a list, and texts become what the
 * DTO's field wants where they spell it; what they don't spell stays text, for the validator to refuse.
 */
export function formToBody(entries: FormEntry[], dto: Class<object>): FormObject {
  const form: FormObject = {};
  for (const [name, text] of entries) put(form, pathOf(name), text, name);
  inspectBody(form);
  return toDtoFields(form, dto);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw invalidRequest('the form is not percent-encoded UTF-8');
  }
}

function pathOf(name: string): string[] {
  const path = name.replaceAll(']', '').split(/[[.]/);
  if (path.length > MAX_DEPTH) throw invalidRequest(`the form is nested more than ${MAX_DEPTH} levels deep`);
  return path;
}

function put(form: FormObject, path: string[], text: string, name: string): void {
  const [field = '', ...rest] = path;
  const existing = Object.hasOwn(form, field) ? form[field] : undefined;
  if (rest.length === 0) {
    if (isObject(existing)) throw invalidFields(fieldErrorsAt([field], 'is given both as a value and by its fields'));
    set(form, field, existing === undefined ? text : [existing, text].flat());
    return;
  }
  if (existing !== undefined && !isObject(existing)) {
    throw invalidFields(fieldErrorsAt([field], 'is given both as a value and by its fields'));
  }
  const nested = existing ?? {};
  set(form, field, nested);
  put(nested, rest, text, name);
}

/** Also for a field named `__proto__`, which an assignment would not create. */
function set(form: FormObject, field: string, value: unknown): void {
  Object.defineProperty(form, field, { value, enumerable: true, configurable: true, writable: true });
}

function isObject(value: unknown): value is FormObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function toDtoFields(form: FormObject, dto: Class<object>): FormObject {
  const rules = rulesOf(dto);
  const body: FormObject = {};
  for (const [field, value] of Object.entries(form)) {
    const nested = nestedDtoOf(dto, field);
    if (nested) body[field] = toNested(value, nested);
    else if (typeof value === 'string' && rules.get(field)?.has('isBoolean'))
      body[field] = FLAGS[value.toLowerCase()] ?? value;
    else if (typeof value === 'string' && rules.get(field)?.has('isInt')) body[field] = toInteger(value);
    else if (typeof value === 'string' && rules.get(field)?.has('isArray')) body[field] = toList(value);
    else body[field] = value;
  }
  return body;
}

function toNested(value: unknown, dto: Class<object>): unknown {
  if (isObject(value)) return toDtoFields(value, dto);
  if (typeof value !== 'string') return value;
  const text = value.trim();
  if (text === '' || text === 'null') return null;
  return text.startsWith('{') ? parseJson(Buffer.from(text)) : value;
}

/** A form sends its empty list as a field without text. */
function toList(text: string): string[] {
  return text === '' ? [] : [text];
}

/** Digits only: an amount of 16 digits or more would lose some. */
function toInteger(text: string): unknown {
  return /^[+-]?\d{1,15}$/.test(text.trim()) ? Number(text) : text;
}

function rulesOf(dto: Class<object>): Map<string, Set<string>> {
  const rules = new Map<string, Set<string>>();
  for (const { propertyName, name } of getMetadataStorage().getTargetValidationMetadatas(dto, '', false, false)) {
    const names = rules.get(propertyName) ?? new Set();
    if (name) names.add(name);
    rules.set(propertyName, names);
  }
  return rules;
}
