import { type CanActivate, type CustomDecorator, type ExecutionContext, Injectable, SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { raw, type Request, type Response } from 'express';
import { DomainError } from '../../shared/errors.js';
import { LoopTurns } from '../admission/loop-turns.js';
import { payerOf } from '../admission/payer.js';
import { Declared } from '../declared.js';
import { invalidRequest } from '../field-errors.js';
import { LargeBodies } from './large-bodies.js';
import { FORM_TYPE, isJson, isOtherCharset, mediaType, MULTIPART_TYPE } from './media-type.js';
import { parseJson } from './parse-json.js';
import { RawBody } from './raw-body.js';
import { UnreadBody, UnreadForm } from './unread-body.js';

/** How a route wants its body. */
interface BodyTerms {
  limitBytes: number;
  /** What others have signed is checked byte by byte: it stays as it was sent, whatever its content type. */
  isRaw: boolean;
}

export const BODY_LIMIT_BYTES = 64 * 1024;
/** More takes a millisecond or longer to read: of these one at a time, and others between them. */
const QUICK_BYTES = 8 * 1024;
const ORDINARY: BodyTerms = { limitBytes: BODY_LIMIT_BYTES, isRaw: false };
const BODY_TERMS = 'body terms';

/** The route's body may have 1 MiB: a thousand debits do not fit into 64 KiB. */
export function LargeBody(): CustomDecorator {
  return SetMetadata(BODY_TERMS, { limitBytes: 1024 * 1024, isRaw: false } satisfies BodyTerms);
}

/** The route reads the bytes of its body (`@RawBytes()`), up to 512 KiB: events of payment providers can be long. */
export function BodyAsBytes(): CustomDecorator {
  return SetMetadata(BODY_TERMS, { limitBytes: 512 * 1024, isRaw: true } satisfies BodyTerms);
}

/**
 * Reads the body of a request that was let in by its headers, and of no other: JSON into `request.body`, forms as bytes
 * for `@AcceptsForms()`. A guard, so that it comes after the one that asks for a key, and before everything that looks at
 * bodies. Instead of Nest's own parsers (`bodyParser: false`), which run first of all and take JSON that we must refuse.
 */
@Injectable()
export class BodyGuard implements CanActivate {
  readonly #terms: Declared<BodyTerms>;

  constructor(
    reflector: Reflector,
    private readonly large: LargeBodies,
    private readonly turns: LoopTurns,
  ) {
    this.#terms = new Declared((handler) => reflector.get<BodyTerms | undefined>(BODY_TERMS, handler) ?? ORDINARY);
  }

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<Request>();
    const terms = this.#terms.of(context);
    if (!hasBody(request)) {
      if (terms.isRaw) request.body = new RawBody(Buffer.alloc(0));
      return true;
    }
    if (!terms.isRaw && !isReadable(request)) {
      request.body = new UnreadBody(mediaType(request));
      return true;
    }
    const read = () => this.#read(request, http.getResponse<Response>(), terms);
    return mayBeLarge(request, terms) ? this.large.whileReading(payerOf(request), read) : read();
  }

  async #read(request: Request, response: Response, { limitBytes, isRaw }: BodyTerms): Promise<true> {
    const bytes = await bytesOf(request, response, limitBytes);
    if (bytes.length > QUICK_BYTES) await this.turns.take(payerOf(request));
    request.body = isRaw ? new RawBody(bytes) : bytes.length === 0 ? undefined : bodyOf(request, bytes);
    return true;
  }
}

async function bytesOf(request: Request, response: Response, limit: number): Promise<Buffer> {
  // Whoever has gone meanwhile would be waited for, for ever.
  if (request.destroyed) throw incomplete();
  await new Promise<void>((resolve, reject) => {
    raw({ type: () => true, limit })(request, response, (error?: unknown) => {
      if (error === undefined) resolve();
      else reject(refusalOf(error, limit));
    });
  });
  return Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
}

function bodyOf(request: Request, bytes: Buffer): unknown {
  const type = mediaType(request);
  return isForm(type) ? new UnreadForm(type, bytes) : parseJson(bytes);
}

function hasBody(request: Request): boolean {
  if (request.headers['transfer-encoding'] !== undefined) return true;
  const length = request.headers['content-length'];
  return length !== undefined && length !== '0';
}

/** Whether more may come than from most; whoever does not say how much is taken at the most. */
function mayBeLarge(request: Request, { limitBytes }: BodyTerms): boolean {
  const length = request.headers['content-length'];
  return limitBytes > BODY_LIMIT_BYTES && (length === undefined || Number(length) > BODY_LIMIT_BYTES);
}

function isReadable(request: Request): boolean {
  const type = mediaType(request);
  return (isJson(type) || isForm(type)) && !isOtherCharset(request);
}

function isForm(type: string | undefined): type is string {
  return type === FORM_TYPE || type === MULTIPART_TYPE;
}

/** What the parser says, by the status that it would answer with. */
function refusalOf(error: unknown, limit: number): unknown {
  const { status, type, message } = error as { status?: number; type?: string; message?: string };
  if (status === 413) return new DomainError('payload_too_large', `the body is larger than ${limit} bytes`);
  if (status === 415) return new DomainError('unsupported_media_type', message ?? 'the encoding is not supported');
  if (type === 'request.aborted') return incomplete();
  return status === 400 ? invalidRequest(`the body cannot be read: ${message}`) : error;
}

function incomplete(): DomainError {
  return invalidRequest('the body did not arrive whole');
}
