import { ConnectionException } from '@mikro-orm/core';
import { HttpException } from '@nestjs/common';
import { DomainError, type ErrorKind } from '../../shared/errors.js';
import { sqlStateOf } from '../../shared/sql-state.js';

/** What the framework refuses by itself, by status. */
const KINDS: Record<number, ErrorKind> = {
  400: 'validation',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  408: 'unavailable',
  409: 'conflict',
  413: 'payload_too_large',
  415: 'unsupported_media_type',
  422: 'validation',
  429: 'too_many_requests',
  503: 'unavailable',
};

/** SQLSTATE classes and codes of a database that is away, starting, stopping or full. */
const DATABASE_AWAY = /^(08...|57P0[123]|53300|ECONN\w+|EPIPE)$/;
/** A deadlock, a serialization failure, a lock or an answer that took too long: all was undone, a repeat may well succeed. */
const GIVEN_WAY = /^(40P01|40001|55P03|57014)$/;

/** The refusal that an exception stands for; undefined when it is a bug. */
export function toDomainError(exception: unknown): DomainError | undefined {
  if (exception instanceof DomainError) return exception;
  if (exception instanceof HttpException) return fromHttpException(exception);
  if (isDatabaseAway(exception)) {
    return new DomainError('unavailable', 'the database does not answer: repeat the request later', {
      retryAfterSeconds: 1,
    });
  }
  if (GIVEN_WAY.test(sqlStateOf(exception))) {
    return new DomainError('unavailable', 'somebody else is changing the same thing: repeat the request', {
      retryAfterSeconds: 1,
    });
  }
  return undefined;
}

function fromHttpException(exception: HttpException): DomainError | undefined {
  if (exception.cause instanceof DomainError) return exception.cause;
  const kind = KINDS[exception.getStatus()];
  return kind && new DomainError(kind, lowerFirst(exception.message));
}

function isDatabaseAway(exception: unknown): boolean {
  if (exception instanceof ConnectionException) return true;
  if (!(exception instanceof Error)) return false;
  if (DATABASE_AWAY.test(sqlStateOf(exception))) return true;
  return /^(Connection terminated|timeout exceeded when trying to connect)/.test(exception.message);
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
