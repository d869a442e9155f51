import { createHash } from 'node:crypto';
import { createParamDecorator } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import stringify from 'safe-stable-stringify';
import { invalidField } from '../shared/errors.js';
import { faultOfIdempotencyKey } from './fields/is-text.js';
/** Marks requests to drop-in routes for the exception filter. */
const REUSED_KEY_CONFLICT = Symbol('a reused key is a conflict');
/**
 * The idempotency key of a request, from the body's `idempotency_key` or the header `Idempotency-Key` (bare, or in
 * double quotes as RFC 8941 writes strings); undefined when there is none. Two different ones are a 400.
 */
export const Idempotency = createParamDecorator((options, context) => {
    const request = context.switchToHttp().getRequest();
    if (options?.isDropIn)
        request[REUSED_KEY_CONFLICT] = true;
    const key = readIdempotencyKey(request, options?.isDropIn ?? false);
    if (key === undefined && options?.isRequired) {
        throw invalidField('idempotency_key', 'is required: in the body, or as header Idempotency-Key');
    }
    if (key === undefined)
        return undefined;
    return { key, requestHash: requestHash(request.method, request.path, request.body, accountOf(request)) };
}, [documentHeader]);
function documentHeader(target, method) {
    const descriptor = method && Object.getOwnPropertyDescriptor(target, method);
    if (!descriptor)
        return;
    const description = 'The same as `idempotency_key` in the body: repeat a request with the same key and it takes effect once.';
    ApiHeader({ name: 'Idempotency-Key', required: false, description, example: 'order-1017' })(target, method, descriptor);
}
export function isReusedKeyConflict(request) {
    return request[REUSED_KEY_CONFLICT] === true;
}
/**
 * What makes two requests the same: method, path, body, and the account where the path does not name it. The key itself
 * does not count, wherever it is written.
 */
export function requestHash(method, route, body, account = '') {
    const path = route.length > 1 && route.endsWith('/') ? route.slice(0, -1) : route;
    return createHash('sha256')
        .update(`${method} ${path} ${account}\n${stringify(withoutKey(body)) ?? ''}`)
        .digest('hex');
}
/** The body of a ledger answer; says in a header when it is the stored first one. */
export function replayable(answer, response) {
    if (answer.isReplayed)
        response.setHeader('Idempotent-Replayed', 'true');
    return answer.body;
}
/** The credits API's paths say only "account": whose it is, the key says or a header. */
function accountOf(request) {
    const named = request.get('X-Customer-ID') ?? request.get('X-External-Customer-ID');
    return request.caller?.customerId ?? named ?? '';
}
function readIdempotencyKey(request, isEmptyNone) {
    const body = request.body;
    const inBody = typeof body === 'object' && body !== null && 'idempotency_key' in body ? body.idempotency_key : undefined;
    const inHeader = unquoted(request.get('Idempotency-Key'));
    const isGiven = inBody !== undefined && inBody !== null && !(isEmptyNone && inBody === '');
    const key = isGiven ? inBody : inHeader;
    if (key === undefined)
        return undefined;
    const fault = faultOfIdempotencyKey(key);
    if (fault)
        throw invalidField('idempotency_key', fault);
    if (isGiven && inHeader !== undefined && inHeader !== inBody) {
        throw invalidField('idempotency_key', 'differs from the header Idempotency-Key');
    }
    return key;
}
function unquoted(header) {
    if (header === undefined || !/^".*"$/.test(header) || header.length < 2)
        return header;
    return header.slice(1, -1).replace(/\\(["\\])/g, '$1');
}
function withoutKey(body) {
    if (typeof body !== 'object' || body === null || !('idempotency_key' in body))
        return body;
    const { idempotency_key: _key, ...rest } = body;
    return rest;
}
//# sourceMappingURL=idempotency.js.map