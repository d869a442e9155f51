/** What a card error says, thrown or kept on a payment intent as `last_payment_error`. */
export interface StripeCardFailure {
  code?: string | null | undefined;
  decline_code?: string | null | undefined;
  /** `do_not_try_again`, `try_again_later`, `confirm_card_data`. */
  advice_code?: string | null | undefined;
  /** Two digits of Mastercard's. */
  network_advice_code?: string | null | undefined;
  message?: string | null | undefined;
}

/** Declines that no repeat with this card turns: it is lost, closed, wrong, forbidden or taken for fraud. */
const NEVER: ReadonlySet<string> = new Set([
  'card_not_supported',
  'currency_not_supported',
  'expired_card',
  'fraudulent',
  'incorrect_address',
  'incorrect_cvc',
  'incorrect_number',
  'incorrect_pin',
  'incorrect_zip',
  'invalid_account',
  'invalid_cvc',
  'invalid_expiry_month',
  'invalid_expiry_year',
  'invalid_number',
  'invalid_pin',
  'live_mode_test_card',
  'lost_card',
  'merchant_blacklist',
  'mobile_device_authentication_required',
  'not_permitted',
  'offline_pin_required',
  'online_or_offline_pin_required',
  'payment_method_customer_decline',
  'pickup_card',
  'pin_try_exceeded',
  'restricted_card',
  'revocation_of_all_authorizations',
  'revocation_of_authorization',
  'security_violation',
  'service_not_allowed',
  'stolen_card',
  'stop_payment_order',
  'test_mode_live_card',
  'testmode_decline',
  'transaction_not_allowed',
]);
const NEVER_ADVICE: ReadonlySet<string> = new Set(['do_not_try_again', 'confirm_card_data']);
/** Mastercard's "do not try again" and "payment cancellation": repeats after them cost a fee. */
const NEVER_NETWORK_ADVICE: ReadonlySet<string> = new Set(['03', '21']);
const AUTHENTICATION = 'authentication_required';
/** Its holder was asked and has not convinced the bank: that may be tried again, by its holder only. */
const NOT_AUTHENTICATED = 'payment_intent_authentication_failure';

export function asksForAuthentication({ code, decline_code }: StripeCardFailure): boolean {
  return code === AUTHENTICATION || decline_code === AUTHENTICATION || code === NOT_AUTHENTICATED;
}

/** Whether the same card may be tried again. A code that is not known may be; the schedule of retries has an end. */
export function classifyDecline(failure: StripeCardFailure): {
  code: string;
  message: string;
  retry: 'later' | 'never';
} {
  const { code, decline_code, advice_code, network_advice_code, message } = failure;
  const isFinal =
    NEVER.has(decline_code ?? '') ||
    NEVER.has(code ?? '') ||
    NEVER_ADVICE.has(advice_code ?? '') ||
    NEVER_NETWORK_ADVICE.has(network_advice_code ?? '');
  return {
    code: decline_code || code || 'card_declined',
    message: message || 'The card was declined.',
    retry: isFinal ? 'never' : 'later',
  };
}
