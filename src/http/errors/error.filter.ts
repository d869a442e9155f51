import { type ArgumentsHost, Catch, type ExceptionFilter, Logger, NotFoundException } from '@nestjs/common';
import type { Request, Response } from 'express';
import { DomainError } from '../../shared/errors.js';
import { isReusedKeyConflict } from '../idempotency.js';
import { requestIdOf } from '../request-id.js';
import { allowedMethods } from './allowed-methods.js';
import { type Api, apiOf } from './api-of.js';
import { CREDITS_STATUS, renderCreditsError, renderCreditsFailure } from './credits-errors.js';
import { withMistakenId } from './mistaken-id.js';
import { toDomainError } from './to-domain-error.js';
import { renderWalletsError, renderWalletsFailure, WALLETS_STATUS } from './wallets-errors.js';

const RENDERERS = {
  wallets: { statuses: WALLETS_STATUS, error: renderWalletsError, failure: renderWalletsFailure },
  credits: { statuses: CREDITS_STATUS, error: renderCreditsError, failure: renderCreditsFailure },
} satisfies Record<Api, unknown>;

/** Where a key may be; the words of the credits API are given, so there this header alone says it. */
const CREDENTIALS = 'Bearer, JWT, ApiKey header="x-api-key"';

/** The one place that knows statuses: every refusal and every failure becomes the answer its API promises. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  readonly #logger = new Logger('Http');

  catch(exception: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<Request>();
    const response = host.switchToHttp().getResponse<Response>();
    const error = toDomainError(exception);
    const status = error ? renderRefusal(error, request.path).status : 500;
    if (status >= 500) this.#log(exception, request, status);
    if (response.headersSent) {
      response.end();
      return;
    }
    if (error) answerRefusal(isUnrouted(exception) ? unrouted(request, response) : error, request, response);
    else response.status(status).json(RENDERERS[apiOf(request.path)].failure());
  }

  #log(exception: unknown, request: Request, status: number): void {
    const { method, path } = request;
    // Of a refusal it says nothing where it was thrown, but what it was made of.
    const what =
      exception instanceof DomainError ? { reason: exception.message, err: exception.cause } : { err: exception };
    this.#logger.error({ msg: 'request failed', requestId: requestIdOf(request), method, path, status, ...what });
  }
}

function answerRefusal(refusal: DomainError, request: Request, response: Response): void {
  const error = asAnswered(refusal, request);
  const { status, body } = renderRefusal(error, request.path);
  const isRetryable = error.kind === 'unavailable' || error.kind === 'too_many_requests';
  if (isRetryable || error.retryAfterSeconds) response.setHeader('Retry-After', String(error.retryAfterSeconds ?? 1));
  if (error.kind === 'unauthorized') response.setHeader('WWW-Authenticate', CREDENTIALS);
  if (error.isReplayed) response.setHeader('Idempotent-Replayed', 'true');
  response.status(status).json(body);
}

/** A refusal as the API of a path answers it. */
export function renderRefusal(error: DomainError, path: string): { status: number; body: object } {
  const renderer = RENDERERS[apiOf(path)];
  const status = renderer.statuses[error.kind];
  return { status, body: renderer.error(error, status) };
}

function asAnswered(refusal: DomainError, request: Request): DomainError {
  // Drop-in routes answer a key that was used for another request as Flexprice answers any repeated key.
  if (refusal.kind === 'idempotency_key_reused' && isReusedKeyConflict(request)) {
    return new DomainError('already_exists', refusal.message, { details: refusal.details });
  }
  return refusal.kind === 'not_found' ? withMistakenId(refusal) : refusal;
}

/** Nest's own 404 (ours are DomainErrors): no route matched, which it also says for a known path with another method. */
function isUnrouted(exception: unknown): boolean {
  return exception instanceof NotFoundException;
}

function unrouted(request: Request, response: Response): DomainError {
  const methods = allowedMethods(request);
  if (methods.length === 0) return unknownPath(request);
  response.setHeader('Allow', methods.join(', '));
  return new DomainError('method_not_allowed', `${request.path} takes ${methods.join(', ')}, not ${request.method}`);
}

/** The wallets API is under /v1, the credits API is not: who mixes them up is told. */
function unknownPath(request: Request): DomainError {
  const { method, path } = request;
  const twin = /^\/v1(?=\/)/i.test(path) ? path.slice('/v1'.length) : `/v1${path}`;
  const isMeant = allowedMethods(request, twin).length > 0;
  return new DomainError('not_found', `there is no ${method} ${path}${isMeant ? `; did you mean ${twin}?` : ''}`);
}
