import { DomainError } from '../../shared/errors.js';
import { fieldErrorsAt, invalidFields, invalidRequest } from '../field-errors.js';
import { assignRequestId } from '../request-id.js';
import { FORM_TYPE, isJson, isOtherCharset, mediaType } from './media-type.js';
import { parseJson } from './parse-json.js';
export const BODY_LIMIT_BYTES = 64 * 1024;
/** A body that nothing has read (yet): a route that wants one answers 415. */
export class UnreadBody {
    contentType;
    constructor(contentType) {
        this.contentType = contentType;
    }
    refusal() {
        const got = this.contentType ?? 'none';
        return new DomainError('unsupported_media_type', `content type ${got} is not supported here: send application/json`);
    }
}
/** An urlencoded form, not parsed yet: only routes that accept forms look into it. */
export class UnreadForm extends UnreadBody {
    bytes;
    constructor(bytes) {
        super(FORM_TYPE);
        this.bytes = bytes;
    }
}
/**
 * Reads request bodies up to 64 KiB: JSON into `request.body`, forms as bytes for `@AcceptsForms()`. Use it instead of
 * Nest's own parsers (`NestFactory.create(module, { bodyParser: false })`), which take JSON that we must refuse.
 */
export function readBodies(app) {
    app.use(identify);
    app.useBodyParser('raw', { type: isReadable, limit: BODY_LIMIT_BYTES });
    app.use(refuseNulInUrl, parseBody);
}
function identify(request, response, next) {
    assignRequestId(request, response);
    next();
}
function isReadable(request) {
    const type = mediaType(request);
    return (isJson(type) || type === FORM_TYPE) && !isOtherCharset(request);
}
function parseBody(request, _response, next) {
    const body = request.body;
    if (Buffer.isBuffer(body)) {
        try {
            request.body = body.length === 0 ? undefined : bodyOf(request, body);
        }
        catch (error) {
            next(error);
            return;
        }
    }
    else if (hasBody(request)) {
        request.body = new UnreadBody(mediaType(request));
    }
    next();
}
function bodyOf(request, bytes) {
    return mediaType(request) === FORM_TYPE ? new UnreadForm(bytes) : parseJson(bytes);
}
function hasBody(request) {
    if (request.headers['transfer-encoding'] !== undefined)
        return true;
    const length = request.headers['content-length'];
    return length !== undefined && length !== '0';
}
/** PostgreSQL's text holds no NUL: a parameter with one is wrong, not a failure of the database. */
function refuseNulInUrl(request, _response, next) {
    if (!request.url.includes('%00')) {
        next();
        return;
    }
    const query = request.url.split('?', 2)[1] ?? '';
    for (const [name, value] of new URLSearchParams(query)) {
        if (value.includes('\0')) {
            next(invalidFields(fieldErrorsAt([name.replaceAll('\0', '')], 'must not contain NUL characters')));
            return;
        }
    }
    next(invalidRequest('the URL must not contain NUL characters'));
}
//# sourceMappingURL=read-body.js.map