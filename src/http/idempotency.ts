import { hash } from 'node:crypto';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import stringify from 'safe-stable-stringify';
import { invalidField } from '../shared/errors.js';
import { UnreadBody } from './body/unread-body.js';
import { faultOfIdempotencyKey } from './fields/is-text.js';

/** A client's key, and what identifies the request that it stands for. */
export interface IdempotentRequest {
  key: string;
  /** SHA-256 of method, route and canonical body: the same key with another hash is refused. */
  requestHash: string;
}

interface IdempotencyOptions {
  /** 400 without a key. */
  isRequired?: boolean;
  /** A route of Flexprice's: a key that was used for another request is 409 `already_exists`, an empty one is none. */
  isDropIn?: boolean;
}

/** Marks requests to drop-in routes for the exception filter. */
const REUSED_KEY_CONFLICT = Symbol('a reused key is a conflict');
type Marked = { [REUSED_KEY_CONFLICT]?: true };

/**
 * The idempotency key of a request, from the body's `idempotency_key` or the header `Idempotency-Key` (bare, or in
 * double quotes as RFC 8941 writes strings); undefined when there is none. Two different ones are a 400.
 */
export const Idempotency = createParamDecorator(
  (options: IdempotencyOptions | undefined, context: ExecutionContext): IdempotentRequest | undefined => {
    const request = context.switchToHttp().getRequest<Request & Marked>();
    if (options?.isDropIn) request[REUSED_KEY_CONFLICT] = true;
    const key = readIdempotencyKey(request, options?.isDropIn ?? false);
    if (key === undefined && options?.isRequired) {
      throw invalidField('idempotency_key', 'is required: in the body, or as header Idempotency-Key');
    }
    if (key === undefined) return undefined;
    return { key, requestHash: requestHash(request.method, request.path, request.body, accountOf(request)) };
  },
  [documentHeader],
);

function documentHeader(target: object, method: string | symbol | undefined): void {
  const descriptor = method && Object.getOwnPropertyDescriptor(target, method);
  if (!descriptor) return;
  const description =
    'The same as `idempotency_key` in the body: repeat a request with the same key and it takes effect once.';
  // No example: it would be sent with each request that somebody tries, and the second one is then another's repeat.
  ApiHeader({ name: 'Idempotency-Key', required: false, description })(target, method, descriptor);
}

export function isReusedKeyConflict(request: Request): boolean {
  return (request as Marked)[REUSED_KEY_CONFLICT] === true;
}

/**
 * What makes two requests the same: method, path, body, and the account where the path does not name it. The key itself
 * does not count, wherever it is written.
 */
export function requestHash(method: string, route: string, body: unknown, account = ''): string {
  const path = route.length > 1 && route.endsWith('/') ? route.slice(0, -1) : route;
  return hash('sha256', `${method} ${path} ${account}\n${stringify(withoutKey(body)) ?? ''}`);
}

/** The body of a ledger answer; says in a header when it is the stored first one. */
export function replayable<Body>(answer: { body: Body; isReplayed: boolean }, response: Response): Body {
  if (answer.isReplayed) response.setHeader('Idempotent-Replayed', 'true');
  return answer.body;
}

/** The credits API's paths say only "account": whose it is, the key says or a header. */
function accountOf(request: Request & { caller?: { customerId: string | null } }): string {
  const named = request.get('X-Customer-ID') ?? request.get('X-External-Customer-ID');
  return request.caller?.customerId ?? named ?? '';
}

function readIdempotencyKey(request: Request, isEmptyNone: boolean): string | undefined {
  const body: unknown = request.body;
  // A key that is in a body which nothing could read is not a key that is missing.
  if (body instanceof UnreadBody) throw body.refusal();
  const inBody =
    typeof body === 'object' && body !== null && 'idempotency_key' in body ? body.idempotency_key : undefined;
  const inHeader = unquoted(request.get('Idempotency-Key'));
  const isGiven = inBody !== undefined && inBody !== null && !(isEmptyNone && inBody === '');
  const key = isGiven ? inBody : inHeader;
  if (key === undefined) return undefined;
  const fault = faultOfIdempotencyKey(key);
  if (fault) throw invalidField('idempotency_key', fault);
  if (isGiven && inHeader !== undefined && inHeader !== inBody) {
    throw invalidField('idempotency_key', 'differs from the header Idempotency-Key');
  }
  return key as string;
}

function unquoted(header: string | undefined): string | undefined {
  if (header === undefined || !/^".*"$/.test(header) || header.length < 2) return header;
  return header.slice(1, -1).replace(/\\(["\\])/g, '$1');
}

function withoutKey(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || !('idempotency_key' in body)) return body;
  const { idempotency_key: _key, ...rest } = body;
  return rest;
}
