import type { DomainError, ErrorKind, FieldErrors } from '../../shared/errors.js';
import { NON_FIELD_ERRORS } from '../field-errors.js';

export const CREDITS_STATUS: Record<ErrorKind, number> = {
  validation: 400,
  invalid_operation: 400,
  unauthorized: 401,
  insufficient_credits: 402,
  payment_declined: 402,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  already_exists: 409,
  conflict: 409,
  idempotency_key_reused: 422,
  payload_too_large: 413,
  unsupported_media_type: 415,
  too_many_requests: 429,
  unavailable: 503,
};

/** What an answer says beside its sentence: of missing credits, and of the purchase that is in the way of another. */
const FACTS: Readonly<Record<number, readonly string[]>> = {
  402: ['balance', 'required', 'top_up', 'paused_reason', 'no_top_up'],
  409: ['top_up'],
};

export type CreditsErrorBody = FieldErrors | ({ detail: string } & Record<string, unknown>);

/** The credits API's errors: field by field for a 400, one `detail` for everything else. */
export function renderCreditsError(error: DomainError, status: number): CreditsErrorBody {
  if (status === 400) return error.fields ? sentences(error.fields) : { [NON_FIELD_ERRORS]: [sentence(error.message)] };
  if (status === 401) return { detail: 'Incorrect authentication credentials.' };
  const body: { detail: string } & Record<string, unknown> = { detail: sentence(error.message) };
  for (const fact of FACTS[status] ?? []) if (error.details[fact] !== undefined) body[fact] = error.details[fact];
  return body;
}

export function renderCreditsFailure(): CreditsErrorBody {
  return { detail: 'Unexpected error while handling your request.' };
}

function sentences(fields: FieldErrors): FieldErrors {
  return Object.fromEntries(
    Object.entries(fields).map(([name, errors]) => [
      name,
      Array.isArray(errors) ? errors.map(sentence) : sentences(errors),
    ]),
  );
}

/** Inside, errors are phrases (`must not be empty`); this API speaks in sentences. */
function sentence(phrase: string): string {
  const text = phrase.charAt(0).toUpperCase() + phrase.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
