import { Injectable } from '@nestjs/common';

/** Codes that are counted by name; a provider's text of any other kind would be a series for each. */
const NAMED: ReadonlySet<string> = new Set([
  'authentication_required',
  'call_issuer',
  'card_declined',
  'card_not_supported',
  'card_removed',
  'card_velocity_exceeded',
  'currency_not_supported',
  'do_not_honor',
  'do_not_try_again',
  'expired_card',
  'fraudulent',
  'generic_decline',
  'incorrect_cvc',
  'incorrect_number',
  'insufficient_funds',
  'invalid_account',
  'invalid_payment',
  'issuer_not_available',
  'lost_card',
  'not_permitted',
  'payment_intent_authentication_failure',
  'pickup_card',
  'processing_error',
  'restricted_card',
  'stolen_card',
  'transaction_not_allowed',
  'try_again_later',
  'withdrawal_count_limit_exceeded',
]);
const OTHER = 'other';

/** How often cards were declined since the start, by code; of codes that are not known, all together. */
@Injectable()
export class DeclineCounts {
  readonly #counts = new Map<string, number>();

  get byCode(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  count(code: string): void {
    const name = NAMED.has(code) ? code : OTHER;
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }
}
