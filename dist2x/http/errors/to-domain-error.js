import { ConnectionException } from '@mikro-orm/core';
import { HttpException } from '@nestjs/common';
import { DomainError } from '../../shared/errors.js';
/** What the framework refuses by itself, by status. */
const KINDS = {
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
/** SQLSTATE classes and codes of a database that is away, starting, stopping or full: a repeat may well succeed. */
const DATABASE_AWAY = /^(08...|57P0[123]|53300|ECONN\w+|EPIPE)$/;
/** The refusal that an exception stands for; undefined when it is a bug. */
export function toDomainError(exception) {
    if (exception instanceof DomainError)
        return exception;
    if (exception instanceof HttpException)
        return fromHttpException(exception);
    if (isDatabaseAway(exception)) {
        return new DomainError('unavailable', 'the database does not answer: repeat the request later', {
            retryAfterSeconds: 1,
        });
    }
    return undefined;
}
function fromHttpException(exception) {
    if (exception.cause instanceof DomainError)
        return exception.cause;
    const kind = KINDS[exception.getStatus()];
    return kind && new DomainError(kind, lowerFirst(exception.message));
}
function isDatabaseAway(exception) {
    if (exception instanceof ConnectionException)
        return true;
    if (!(exception instanceof Error))
        return false;
    if ('code' in exception && typeof exception.code === 'string' && DATABASE_AWAY.test(exception.code))
        return true;
    return /^(Connection terminated|timeout exceeded when trying to connect)/.test(exception.message);
}
function lowerFirst(text) {
    return text.charAt(0).toLowerCase() + text.slice(1);
}
//# sourceMappingURL=to-domain-error.js.map