import { randomUUID } from 'node:crypto';
const HEADER = 'X-Request-Id';
const ACCEPTED = /^[\w-]{1,64}$/;
/**
 * Takes the client's request id if it is a plain word, makes one otherwise, and sends it back. The first who asks decides:
 * the body parsers may answer before the logger has seen the request.
 */
export function assignRequestId(request, response) {
    if (typeof request.id === 'string')
        return request.id;
    const sent = request.headers['x-request-id'];
    const id = typeof sent === 'string' && ACCEPTED.test(sent) ? sent : `req_${randomUUID().replaceAll('-', '')}`;
    request.id = id;
    response.setHeader(HEADER, id);
    return id;
}
/** The id that logs, entries and error reports of this request share. */
export function requestIdOf(request) {
    return 'id' in request && typeof request.id === 'string' ? request.id : '';
}
//# sourceMappingURL=request-id.js.map