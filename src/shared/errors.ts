/**
 * What can go wrong, in the domain's own words. A kind says what sort of refusal it is; which HTTP status that
 * means is decided in one place, the exception filter, once per API.
 */
export type ErrorKind =
  | 'validation'
  | 'invalid_operation'
  | 'unauthorized'
  | 'forbidden'
  | 'not_found'
  | 'already_exists'
  | 'conflict'
  | 'idempotency_key_reused'
  | 'insufficient_credits'
  | 'payment_declined'
  | 'method_not_allowed'
  | 'payload_too_large'
  | 'unsupported_media_type'
  | 'too_many_requests'
  | 'unavailable';

/** Errors field by field, nested like the body they are about. A list of sentences for each field. */
export interface FieldErrors {
  [field: string]: string[] | FieldErrors;
}

export interface DomainErrorOptions {
  /** Stable, machine readable, snake_case. Defaults to the kind. */
  code?: string;
  /** Facts a client can branch on. Never another tenant's data. */
  details?: Record<string, unknown>;
  /** For `validation`: which fields, and why. */
  fields?: FieldErrors;
  /** For `too_many_requests` and `unavailable`: seconds after which a repeat makes sense. */
  retryAfterSeconds?: number;
  /** What it was made of, for the log; never answered. */
  cause?: unknown;
}

/** A refusal that the caller can understand. Anything else that is thrown is a bug and becomes a 500. */
export class DomainError extends Error {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly details: Record<string, unknown>;
  readonly fields: FieldErrors | undefined;
  readonly retryAfterSeconds: number | undefined;
  /** Set when this is the stored first answer to an idempotency key. */
  isReplayed = false;

  constructor(kind: ErrorKind, message: string, options: DomainErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'DomainError';
    this.kind = kind;
    this.code = options.code ?? kind;
    this.details = options.details ?? {};
    this.fields = options.fields;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** In the same words for every reason: which keys exist is nobody's business. */
export function keyRefused(): DomainError {
  return new DomainError(
    'unauthorized',
    'the API key is missing or wrong: send it as header x-api-key: <key>, or as Authorization: Bearer <key>',
  );
}

/** The same answer for an unknown id and for an id of another tenant or environment. */
export function notFound(what: string, details: Record<string, unknown>): DomainError {
  return new DomainError('not_found', `${what} not found`, { details });
}

/** A refusal about one field of the request. */
export function invalidField(field: string, sentence: string): DomainError {
  return new DomainError('validation', `${field}: ${sentence}`, {
    code: 'validation_error',
    fields: { [field]: [sentence] },
    details: { [field]: sentence },
  });
}
