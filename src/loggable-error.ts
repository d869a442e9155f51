import { ValidationError } from '@mikro-orm/core';
import { stdSerializers } from 'pino';
import { ownStack } from './own-stack.js';
import { sqlStateOf } from './shared/sql-state.js';

/** What an error is written with, listed: another field may hold the row that it is about, or what was sent. */
const FIELDS = [
  'type',
  'message',
  'stack',
  'code',
  'errno',
  'syscall',
  'address',
  'port',
  'table',
  'constraint',
  'kind',
];
const NOT_LOGGED = '(not logged)';
/** Where MikroORM and PostgreSQL begin to show a value, a condition or a whole entity. */
const VALUE = /['"[{\n][\s\S]*$/;

/**
 * An error as it is logged: without the values of rows, the hash of a key or a password among them. MikroORM writes the
 * entity into the message of what it refuses; PostgreSQL tells a row that a constraint refuses (SQLSTATE class 23) in
 * `detail`, which MikroORM repeats, and what it cannot read (class 22) in the message.
 */
export function loggableError(error: Error): object {
  const serialized = stdSerializers.err(error) as unknown as Record<string, unknown>;
  if (typeof serialized['stack'] === 'string') serialized['stack'] = ownStack(serialized['stack']);
  const hidden = chainOf(error).flatMap(valuesOf);
  return Object.fromEntries(
    FIELDS.filter((field) => serialized[field] !== undefined).map((field) => [
      field,
      without(serialized[field], hidden),
    ]),
  );
}

/** The same as one line, for a command that prints why it ended. */
export function loggableMessage(error: unknown): string {
  return error instanceof Error ? String((loggableError(error) as { message?: string }).message) : String(error);
}

/** The error and its causes: their messages are written behind one another. */
function chainOf(error: unknown, above: readonly Error[] = []): Error[] {
  if (!(error instanceof Error) || above.includes(error)) return [...above];
  return chainOf(error.cause, [...above, error]);
}

/** The parts of what an error says that must not be written. */
function valuesOf(error: Error): string[] {
  const state = sqlStateOf(error);
  const { detail } = error as { detail?: unknown };
  if (error instanceof ValidationError || state.startsWith('22')) return VALUE.exec(error.message)?.slice(0, 1) ?? [];
  return state.startsWith('23') && typeof detail === 'string' ? [detail] : [];
}

function without(value: unknown, hidden: readonly string[]): unknown {
  if (typeof value !== 'string') return value;
  return hidden.reduce((text, part) => text.replaceAll(part, NOT_LOGGED), value);
}
