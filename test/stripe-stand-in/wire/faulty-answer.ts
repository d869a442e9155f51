import type { ServerResponse } from 'node:http';
import type { Fault } from '../script/fault-script.js';
import type { Answer } from './api-handler.js';
import { keyInUse } from './idempotency.js';
import { StripeFailure } from './stripe-failure.js';

const PAGE = '<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>\n';

/** Refuses a request on its way to the endpoint. @throws {StripeFailure} where the fault says so. */
export function faultBefore(fault: Fault | undefined, idempotencyKey: string | null): void {
  if (!fault) return;
  if (fault.kind === 'conflict') throw keyInUse(idempotencyKey ?? '');
  if (fault.kind === 'rate_limit') throw failure(429, 'Request rate limit exceeded.', 'rate_limit');
  if (fault.kind === 'lock_timeout') {
    throw failure(
      429,
      'This object cannot be accessed right now because another API request or Stripe process is currently accessing it.',
      'lock_timeout',
    );
  }
  if (fault.when === 'before' && (fault.kind === 'unavailable' || fault.kind === 'html')) throw unavailable();
}

/** Sends an answer, or what a fault leaves of it. */
export function sendFaulty(
  response: ServerResponse,
  answer: Answer,
  headers: Record<string, string>,
  fault: Fault | undefined,
): void {
  if (fault?.kind === 'html') {
    response.writeHead(502, { 'Content-Type': 'text/html' }).end(PAGE);
    return;
  }
  if (fault?.when === 'after' && fault.kind === 'hang') return;
  if (fault?.when === 'after' && fault.kind === 'reset') {
    response.socket?.resetAndDestroy();
    return;
  }
  if (fault?.kind === 'truncate') {
    truncate(response, answer, headers);
    return;
  }
  if (fault?.kind === 'unavailable') {
    const body = JSON.stringify({ error: unavailable().error });
    response.writeHead(503, { 'Content-Type': 'application/json', 'Request-Id': headers['Request-Id'] }).end(body);
    return;
  }
  response.writeHead(answer.status, headers).end(answer.body);
}

function truncate(response: ServerResponse, answer: Answer, headers: Record<string, string>): void {
  const length = Buffer.byteLength(answer.body);
  response.writeHead(answer.status, { ...headers, 'Content-Length': String(length) });
  response.write(answer.body.slice(0, Math.floor(answer.body.length / 2)), () => response.destroy());
}

function unavailable(): StripeFailure {
  return failure(503, 'The service is temporarily unavailable.');
}

function failure(status: number, message: string, code?: string): StripeFailure {
  const type = status === 429 ? 'rate_limit_error' : 'api_error';
  return new StripeFailure(status, { type, message, code }, false);
}
