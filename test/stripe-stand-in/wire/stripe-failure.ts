import type { Stripe } from 'stripe';

/** The `error` of an answer, as Stripe writes it. */
export interface ErrorBody {
  type: 'api_error' | 'card_error' | 'idempotency_error' | 'invalid_request_error' | 'rate_limit_error';
  message: string;
  code?: string;
  param?: string;
  decline_code?: string;
  advice_code?: string;
  network_decline_code?: string;
  charge?: string;
  doc_url?: string;
  payment_intent?: Stripe.PaymentIntent;
  payment_method?: Stripe.PaymentMethod;
  setup_intent?: Stripe.SetupIntent;
}

/** A request that is answered with an error. */
export class StripeFailure extends Error {
  /**
   * @param isStored whether the answer is kept under the idempotency key. Stripe keeps what was answered once the
   *   endpoint had begun, and nothing of requests whose parameters were found wrong before.
   */
  constructor(
    readonly status: number,
    readonly error: ErrorBody,
    readonly isStored = true,
  ) {
    super(error.message);
  }
}

/** A wrong parameter, found before anything was done. */
export function wrongParameter(param: string, message: string, code?: string): StripeFailure {
  return new StripeFailure(400, { type: 'invalid_request_error', message, param, code }, false);
}

/** Something that cannot be done with things as they are. */
export function refused(message: string, code?: string, more: Partial<ErrorBody> = {}): StripeFailure {
  return new StripeFailure(400, { type: 'invalid_request_error', message, code, ...more });
}

/** @param param the parameter that names it; `id` for the one in the path, which Stripe answers with 404, not 400. */
export function noSuch(what: string, id: string, param = 'id'): StripeFailure {
  const message = `No such ${what}: '${id}'`;
  return new StripeFailure(param === 'id' ? 404 : 400, {
    type: 'invalid_request_error',
    code: 'resource_missing',
    message,
    param: param === 'id' ? what : param,
  });
}
