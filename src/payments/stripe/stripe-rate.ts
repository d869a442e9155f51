import { Injectable } from '@nestjs/common';
import { RateLimiterMemory, RateLimiterQueue } from 'rate-limiter-flexible';
import { Config } from '../../config.js';

/** 20 requests a second, evenly: a whole second's worth at once, twice, would be 40. */
const SPACING_MS = 50;

/** Too many requests wait already; this one was not sent. */
export class RateExceededError extends Error {
  readonly statusCode = 429;
}

/**
 * At most 20 requests a second with one secret key, in each process. Stripe takes 25 in test mode, and 25 for one
 * endpoint in live mode. Requests wait for their turn, for half of the time that a call may take.
 */
@Injectable()
export class StripeRate {
  readonly #queue: RateLimiterQueue;

  constructor(config: Config) {
    const limiter = new RateLimiterMemory({ points: 1, duration: SPACING_MS / 1000 });
    const maxQueueSize = Math.max(1, Math.floor(config.paymentTimeoutMs / 2 / SPACING_MS));
    this.#queue = new RateLimiterQueue(limiter, { maxQueueSize });
  }

  /** @throws RateExceededError when the request would wait too long */
  async turn(keyHash: string): Promise<void> {
    try {
      await this.#queue.removeTokens(1, keyHash);
    } catch (error) {
      if (error instanceof Error) throw new RateExceededError('too many requests wait for Stripe', { cause: error });
      throw error;
    }
  }
}
