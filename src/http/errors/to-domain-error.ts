import { HttpException } from '@nestjs/common';
import { DomainError, type ErrorKind } from '../../shared/errors.js';
import { isConnectionLost } from '../../shared/is-connection-lost.js';
import { sqlStateOf } from '../../shared/sql-state.js';
import { currentTurn, NO_TURN } from '../../shared/turn.js';

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

/** An answer of the database that took too long. */
const TOO_LONG = '57014';
/** A deadlock, a serialization failure, a lock or an answer that took too long: all was undone, a repeat may well succeed. */
const GIVEN_WAY = /^(40P01|40001|55P03|57014)$/;

/** A full disk, no memory: nothing was written, and an operator has to see to it (the log has the cause). */
const NO_ROOM = /^53/;

/** The refusal that an exception stands for; undefined when it is a bug. */
export function toDomainError(exception: unknown): DomainError | undefined {
  if (exception instanceof DomainError) return exception;
  if (exception instanceof HttpException) return fromHttpException(exception);
  if (isRefusedByPlanner(exception)) {
    return new DomainError(
      'validation',
      'the distributed database cannot look this up over all of its machines: name one wallet, or leave out what is filtered by',
      { code: 'search_not_distributed' },
    );
  }
  if (currentTurn().lane === 'searches') {
    const refusal = refusalOfSearch(sqlStateOf(exception));
    if (refusal) return refusal;
  }
  if (isConnectionLost(exception)) {
    return new DomainError('unavailable', 'the database does not answer: repeat the request later', {
      retryAfterSeconds: 1,
    });
  }
  if (NO_ROOM.test(sqlStateOf(exception))) {
    return new DomainError('unavailable', 'the database has no room left: repeat the request later', {
      retryAfterSeconds: 10,
    });
  }
  if (GIVEN_WAY.test(sqlStateOf(exception))) {
    return new DomainError('unavailable', 'somebody else is changing the same thing: repeat the request', {
      retryAfterSeconds: 1,
    });
  }
  return undefined;
}

/**
 * The engine of a distributed database refuses statements that no worker can answer by itself; of PostgreSQL's own refusals
 * with this code none is of a planner, and each is a failure.
 */
function isRefusedByPlanner(exception: unknown): boolean {
  return sqlStateOf(exception) === '0A000' && /_plann(er|ing)\.c$/.test((exception as { file?: string }).file ?? '');
}

/** What is wrong with a search is wrong with what was asked for, or with how much at once: no failure of the service. */
function refusalOfSearch(state: string): DomainError | undefined {
  if (state === TOO_LONG) {
    return new DomainError(
      'validation',
      'the search took too long and was given up: ask for less, by a customer, a wallet, a status or a time, and with fewer text filters',
      { code: 'search_too_expensive' },
    );
  }
  if (state === NO_TURN) {
    return new DomainError('too_many_requests', 'too many lists and searches at once: wait for those under way', {
      code: 'too_many_searches',
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

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
