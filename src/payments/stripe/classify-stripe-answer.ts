import type { PaymentOutcome, UnknownOutcome } from '../payment-provider.js';
import { asksForAuthentication, classifyDecline, type StripeCardFailure } from './classify-decline.js';
import { fromStripeAmount } from './stripe-amount.js';

/** What is read of a payment intent. Statuses are open-ended: an unknown one is possible. */
export interface IntentFacts {
  status?: string;
  amount_received?: number;
  currency?: string;
  last_payment_error?: StripeCardFailure | null;
  next_action?: { redirect_to_url?: { url?: string | null } | null } | null;
}

/** What is read of an error of the package, which keeps the API's own words. */
export interface StripeErrorFacts extends StripeCardFailure {
  /** The package's class, e.g. `StripeCardError`. */
  type?: string;
  /** The API's type, e.g. `card_error`. */
  rawType?: string | undefined;
  statusCode?: number | undefined;
  headers?: Record<string, string> | undefined;
}

/** What an error means; `read_again`: the payment is not in a state for this call, and its own record says which. */
export type StripeErrorClass = PaymentOutcome | { kind: 'read_again'; reason: string };

const RATE_LIMIT_RETRY_S = 5;
const RATE_LIMIT_RETRY_MAX_S = 300;
/** A key that Stripe refuses is made right by a person. */
const REFUSED_KEY_RETRY_S = 900;

/** What Stripe's record of a payment says. What is not certain is `unknown`, and so is money that can't be counted. */
export function classifyIntent(intent: IntentFacts): PaymentOutcome {
  switch (intent.status) {
    case 'succeeded':
      return succeeded(intent);
    case 'processing':
      return { kind: 'processing' };
    case 'requires_action':
      return { kind: 'requires_action', actionUrl: intent.next_action?.redirect_to_url?.url ?? null };
    case 'requires_confirmation':
      return { kind: 'requires_confirmation' };
    case 'requires_payment_method':
      return intent.last_payment_error ? refused(intent.last_payment_error) : { kind: 'requires_confirmation' };
    case 'canceled':
      return { kind: 'canceled' };
    default:
      return unknown(`Stripe answered with the payment status ${JSON.stringify(intent.status)}`);
  }
}

/** Whether an error is one of our own making: the same key with other parameters. A new key would charge twice. */
export function isOurBug({ type, rawType }: StripeErrorFacts): boolean {
  return type === 'StripeIdempotencyError' || rawType === 'idempotency_error';
}

/** What an error of a call says about the payment. Whatever is no certain answer is `unknown`. */
export function classifyError(error: StripeErrorFacts): StripeErrorClass {
  if (isOurBug(error)) return unknown('the idempotency key was used with other parameters');
  const { statusCode, code } = error;
  if (error.type === 'StripeRateLimitError' || statusCode === 429) return rateLimited(error);
  if (statusCode === 401 || statusCode === 403) return refusedKey(statusCode);
  if (statusCode === 402 && isCardError(error)) return refused(error);
  if (statusCode === 400 || statusCode === 404) {
    if (code === 'payment_intent_unexpected_state') return { kind: 'read_again', reason: reasonOf(error) };
    return { kind: 'invalid', reason: reasonOf(error) };
  }
  return isKept(error) ? { ...unknown(reasonOf(error)), isKept: true } : unknown(reasonOf(error));
}

/** Said of the repeat only: a first 5xx may be that of something in front of the API, while the request goes on behind it. */
function isKept({ statusCode = 0, headers }: StripeErrorFacts): boolean {
  return statusCode >= 500 && headers?.['idempotent-replayed'] === 'true';
}

function succeeded({ amount_received: received, currency }: IntentFacts): PaymentOutcome {
  const amountMinor =
    typeof received === 'number' && typeof currency === 'string' ? fromStripeAmount(received, currency) : undefined;
  if (amountMinor === undefined) {
    return unknown(`Stripe reports ${JSON.stringify(received)} of ${JSON.stringify(currency)}, which can't be counted`);
  }
  return { kind: 'succeeded', amountMinor, currency: currency as string };
}

function refused(failure: StripeCardFailure): PaymentOutcome {
  // Off-session it failed, and nothing is parked: where its holder confirms it is the service's own page.
  if (asksForAuthentication(failure)) return { kind: 'requires_action', actionUrl: null };
  return { kind: 'declined', ...classifyDecline(failure) };
}

function isCardError({ type, rawType }: StripeErrorFacts): boolean {
  return rawType === undefined ? type === 'StripeCardError' : rawType === 'card_error';
}

function rateLimited({ headers }: StripeErrorFacts): PaymentOutcome {
  const asked = Number(headers?.['retry-after']);
  const retryAfterSeconds =
    Number.isFinite(asked) && asked > 0 ? Math.min(Math.ceil(asked), RATE_LIMIT_RETRY_MAX_S) : RATE_LIMIT_RETRY_S;
  return { kind: 'not_executed', reason: 'Stripe takes no more requests at the moment', retryAfterSeconds };
}

/** In words of our own: Stripe's repeat a part of the key. */
function refusedKey(statusCode: number): PaymentOutcome {
  const reason =
    statusCode === 401
      ? 'Stripe does not know the secret key of this environment'
      : 'the secret key of this environment may not do this at Stripe';
  return { kind: 'not_executed', reason, retryAfterSeconds: REFUSED_KEY_RETRY_S };
}

function reasonOf({ message, code, statusCode }: StripeErrorFacts): string {
  const status = statusCode ? `Stripe answered ${statusCode}` : 'no answer from Stripe';
  return [status, code, message].filter(Boolean).join(': ');
}

function unknown(reason: string): UnknownOutcome {
  return { kind: 'unknown', reason };
}
