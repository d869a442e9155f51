import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { DomainError } from '../../shared/errors.js';

/**
 * Counts tries of something that can be guessed. Before it is looked at, as failed ones: many at once must not get past
 * the limit.
 * @throws DomainError `too_many_requests`
 */
export async function takeAttempt(limiter: RateLimiterMemory, key: string, count = 1): Promise<void> {
  try {
    await limiter.consume(key, count);
  } catch (result) {
    // The library rejects with its result when nothing is left, and with an error when it fails.
    if (!(result instanceof RateLimiterRes)) throw result;
    const retryAfterSeconds = Math.max(1, Math.ceil(result.msBeforeNext / 1000));
    throw new DomainError('too_many_requests', 'too many attempts: try again later', { retryAfterSeconds });
  }
}
