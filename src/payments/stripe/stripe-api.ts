import type { Stripe } from 'stripe';
import type { StripeRate } from './stripe-rate.js';

/** The API with one secret key. Every request takes its turn, so that Stripe's limit is never met. */
export class StripeApi {
  constructor(
    private readonly stripe: Stripe,
    private readonly rate: StripeRate,
    /** Of the secret key: requests are counted for each. */
    private readonly keyHash: string,
  ) {}

  /**
   * @param request one request; a POST names its idempotency key, or the package would invent one
   * @throws the package's errors, and `RateExceededError` when too many wait already
   */
  async call<Answer>(request: (stripe: Stripe) => Promise<Answer>): Promise<Answer> {
    await this.rate.turn(this.keyHash);
    return request(this.stripe);
  }
}
