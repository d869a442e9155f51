import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { DomainError, type ErrorKind, keyRefused } from '../../shared/errors.js';
import { invalidFields } from '../field-errors.js';
import { CREDITS_STATUS, renderCreditsError, renderCreditsFailure } from './credits-errors.js';
import { CreditsDetailDto, CreditsFieldErrorsDto, WalletsErrorDto } from './errors.dto.js';
import { renderWalletsError, renderWalletsFailure, WALLETS_STATUS } from './wallets-errors.js';

/** What every route can answer: for its limits and for a loop that is late, too. */
const EVERYWHERE: ErrorKind[] = ['unauthorized', 'forbidden', 'too_many_requests', 'unavailable'];

const SAMPLES: Record<ErrorKind, DomainError> = {
  validation: invalidFields({ metadata: ['must be an object of texts'] }),
  invalid_operation: new DomainError('invalid_operation', 'the wallet is closed', {
    details: { wallet_id: 'wallet_01' },
  }),
  unauthorized: keyRefused(),
  forbidden: new DomainError('forbidden', 'this key lacks the scope wallets:write', {
    details: { scope: 'wallets:write' },
  }),
  not_found: new DomainError('not_found', 'wallet not found', { details: { wallet_id: 'wallet_01' } }),
  already_exists: new DomainError('already_exists', 'a customer with this external_id exists', {
    details: { external_id: 'acme' },
  }),
  conflict: new DomainError('conflict', 'the same request is being handled right now'),
  idempotency_key_reused: new DomainError(
    'idempotency_key_reused',
    'this idempotency key was used with another request',
  ),
  insufficient_credits: new DomainError('insufficient_credits', 'not enough credits: 30 available, 50 required', {
    details: {
      balance: '30',
      required: '50',
      top_up: null,
      paused_reason: 'card_declined',
      no_top_up: {
        code: 'paused',
        reason: 'did not buy: automatic top-up is paused (card_declined) until it is resumed',
        next_evaluation_at: null,
      },
    },
  }),
  payment_declined: new DomainError('payment_declined', 'the card was declined', {
    details: { code: 'card_declined' },
  }),
  method_not_allowed: new DomainError('method_not_allowed', 'this path takes GET, HEAD, not DELETE'),
  payload_too_large: new DomainError('payload_too_large', 'request entity too large'),
  unsupported_media_type: new DomainError(
    'unsupported_media_type',
    'content type text/plain is not supported here: send application/json',
  ),
  too_many_requests: new DomainError('too_many_requests', 'too many requests', { retryAfterSeconds: 1 }),
  unavailable: new DomainError('unavailable', 'the ledger is busy: repeat the request with the same idempotency key'),
};

/** Documents the errors of a wallets API route, beside 401, 403, 429, 500 and 503, with an example of each. */
export function ApiWalletsErrors(...kinds: ErrorKind[]): MethodDecorator & ClassDecorator {
  const schema = { $ref: getSchemaPath(WalletsErrorDto) };
  return documentErrors({
    models: [WalletsErrorDto],
    kinds,
    statusOf: (kind) => WALLETS_STATUS[kind],
    schemaOf: () => schema,
    exampleOf: (kind, status) => renderWalletsError(SAMPLES[kind], status),
    failure: renderWalletsFailure(),
  });
}

/** The same for a route of the credits API. */
export function ApiCreditsErrors(...kinds: ErrorKind[]): MethodDecorator & ClassDecorator {
  return documentErrors({
    models: [CreditsDetailDto, CreditsFieldErrorsDto],
    kinds,
    statusOf: (kind) => CREDITS_STATUS[kind],
    schemaOf: (status) => ({ $ref: getSchemaPath(status === 400 ? CreditsFieldErrorsDto : CreditsDetailDto) }),
    exampleOf: (kind, status) => renderCreditsError(SAMPLES[kind], status),
    failure: renderCreditsFailure(),
  });
}

interface Documented {
  models: (abstract new () => object)[];
  kinds: ErrorKind[];
  statusOf: (kind: ErrorKind) => number;
  schemaOf: (status: number) => { $ref: string };
  exampleOf: (kind: ErrorKind, status: number) => unknown;
  failure: unknown;
}

function documentErrors(of: Documented): MethodDecorator & ClassDecorator {
  const byStatus = Map.groupBy(new Set([...EVERYWHERE, ...of.kinds]), of.statusOf);
  const responses = [...byStatus].map(([status, kinds]) =>
    ApiResponse({
      status,
      description: kinds.map((kind) => kind.replaceAll('_', ' ')).join('; '),
      content: json(
        of.schemaOf(status),
        kinds.map((kind) => [kind, of.exampleOf(kind, status)]),
      ),
    }),
  );
  const failure = ApiResponse({
    status: 500,
    description: 'unexpected failure',
    content: json(of.schemaOf(500), [['failure', of.failure]]),
  });
  return applyDecorators(ApiExtraModels(...(of.models as never[])), ...responses, failure);
}

function json(schema: { $ref: string }, examples: [name: string, value: unknown][]) {
  const named = Object.fromEntries(examples.map(([name, value]) => [name, { value }]));
  return { 'application/json': { schema, examples: named } };
}
