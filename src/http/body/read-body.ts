import type { NestExpressApplication } from '@nestjs/platform-express';
import { type NextFunction, raw, type Request, type Response } from 'express';
import { DomainError } from '../../shared/errors.js';
import { fieldErrorsAt, invalidFields, invalidRequest } from '../field-errors.js';
import { assignRequestId } from '../request-id.js';
import { FORM_TYPE, isJson, isOtherCharset, mediaType } from './media-type.js';
import { parseJson } from './parse-json.js';
import { RawBody } from './raw-body.js';

export const BODY_LIMIT_BYTES = 64 * 1024;
/** A thousand debits do not fit into 64 KiB. */
const LARGE_BODY_PATH = '/v1/wallets/debits/batch';
const LARGE_BODY_LIMIT_BYTES = 1024 * 1024;

/** What payment providers send is signed, byte by byte. */
const RAW_BODY_PATH = '/v1/payments/webhooks';
const RAW_BODY_LIMIT_BYTES = 512 * 1024;

/** A body that nothing has read (yet): a route that wants one answers 415. */
export class UnreadBody {
  constructor(readonly contentType: string | undefined) {}

  refusal(): DomainError {
    const got = this.contentType ?? 'none';
    return new DomainError(
      'unsupported_media_type',
      `content type ${got} is not supported here: send application/json`,
    );
  }
}

/** An urlencoded form, not parsed yet: only routes that accept forms look into it. */
export class UnreadForm extends UnreadBody {
  constructor(readonly bytes: Buffer) {
    super(FORM_TYPE);
  }
}

/**
 * Reads request bodies up to 64 KiB (more where a route says so): JSON into `request.body`, forms as bytes for `@AcceptsForms()`. Use it instead of
 * Nest's own parsers (`NestFactory.create(module, { bodyParser: false })`), which take JSON that we must refuse.
 */
export function readBodies(app: NestExpressApplication): void {
  app.use(identify);
  app.use(RAW_BODY_PATH, raw({ type: () => true, limit: RAW_BODY_LIMIT_BYTES }), keepBytes);
  app.use(LARGE_BODY_PATH, raw({ type: isReadable as never, limit: LARGE_BODY_LIMIT_BYTES }));
  app.useBodyParser('raw', { type: isReadable as never, limit: BODY_LIMIT_BYTES });
  app.use(refuseNulInUrl, parseBody);
}

function identify(request: Request, response: Response, next: NextFunction): void {
  assignRequestId(request, response);
  next();
}

function keepBytes(request: Request, _response: Response, next: NextFunction): void {
  request.body = new RawBody(Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0));
  next();
}

function isReadable(request: Request): boolean {
  const type = mediaType(request);
  return (isJson(type) || type === FORM_TYPE) && !isOtherCharset(request);
}

function parseBody(request: Request, _response: Response, next: NextFunction): void {
  const body: unknown = request.body;
  if (body instanceof RawBody) {
    next();
    return;
  }
  if (Buffer.isBuffer(body)) {
    try {
      request.body = body.length === 0 ? undefined : bodyOf(request, body);
    } catch (error) {
      next(error);
      return;
    }
  } else if (hasBody(request)) {
    request.body = new UnreadBody(mediaType(request));
  }
  next();
}

function bodyOf(request: Request, bytes: Buffer): unknown {
  return mediaType(request) === FORM_TYPE ? new UnreadForm(bytes) : parseJson(bytes);
}

function hasBody(request: Request): boolean {
  if (request.headers['transfer-encoding'] !== undefined) return true;
  const length = request.headers['content-length'];
  return length !== undefined && length !== '0';
}

/** PostgreSQL's text holds no NUL: a parameter with one is wrong, not a failure of the database. */
function refuseNulInUrl(request: Request, _response: Response, next: NextFunction): void {
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
