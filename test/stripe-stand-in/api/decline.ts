import type { CardOutcome } from '../books/test-cards.js';
import type { ErrorBody } from '../wire/stripe-failure.js';

export type Decline = Extract<CardOutcome, { kind: 'decline' }>;

const MESSAGES: Readonly<Record<string, string>> = {
  authentication_required: 'Your card was declined. This transaction requires authentication.',
  card_declined: 'Your card was declined.',
  expired_card: 'Your card has expired.',
  incorrect_cvc: "Your card's security code is incorrect.",
  insufficient_funds: 'Your card has insufficient funds.',
  processing_error: 'An error occurred while processing your card. Try again in a little bit.',
};

export const EXPIRED: Decline = {
  kind: 'decline',
  code: 'expired_card',
  declineCode: 'expired_card',
  adviceCode: 'confirm_card_data',
};

/** A charge that wants the customer while the customer is away. */
export const NEEDS_CUSTOMER: Decline = {
  kind: 'decline',
  code: 'authentication_required',
  declineCode: 'authentication_required',
};

/** The `card_error` of a decline. Lost and stolen cards say no more than any other: the customer may read it. */
export function declineError(decline: Decline): ErrorBody {
  const message = MESSAGES[decline.declineCode ?? ''] ?? MESSAGES[decline.code] ?? 'Your card was declined.';
  return {
    type: 'card_error',
    code: decline.code,
    decline_code: decline.declineCode,
    advice_code: decline.adviceCode,
    doc_url: `https://stripe.com/docs/error-codes/${decline.code.replaceAll('_', '-')}`,
    message,
  };
}
