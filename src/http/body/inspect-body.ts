import { fieldErrorsAt, invalidFields } from '../field-errors.js';

/** Names that mean something to JavaScript objects; no field of either API has one. */
const RESERVED_NAMES: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Looks at every name and text of a parsed body.
 * @returns how many fields it has, at all levels.
 * @throws DomainError naming the field of the first text that can't be stored or reserved name.
 */
export function inspectBody(value: unknown): number {
  return inspect(value, []);
}

function inspect(value: unknown, path: string[]): number {
  if (typeof value === 'string') {
    const fault = faultOfText(value);
    if (fault) throw invalidFields(fieldErrorsAt(path, fault));
    return 0;
  }
  if (typeof value !== 'object' || value === null) return 0;
  return Array.isArray(value) ? inspectList(value, path) : inspectObject(value as Record<string, unknown>, path);
}

function inspectList(list: unknown[], path: string[]): number {
  let fields = 0;
  for (let index = 0; index < list.length; index += 1) {
    path.push(String(index));
    fields += inspect(list[index], path);
    path.pop();
  }
  return fields;
}

function inspectObject(object: Record<string, unknown>, path: string[]): number {
  const names = Object.keys(object);
  let fields = names.length;
  for (const name of names) {
    const fault = RESERVED_NAMES.has(name) ? `has a field named ${name}, which is not allowed` : faultOfText(name);
    if (fault) throw invalidFields(fieldErrorsAt(path, fault));
    path.push(name);
    fields += inspect(object[name], path);
    path.pop();
  }
  return fields;
}

/** Why PostgreSQL could not store a text, or undefined. */
export function faultOfText(text: string): string | undefined {
  if (text.includes('\0')) return 'must not contain NUL characters';
  if (!text.isWellFormed()) return 'must not contain half a surrogate pair';
  return undefined;
}
