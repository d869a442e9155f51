import { Injectable } from '@nestjs/common';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { takeAttempt } from '../../http/admission/take-attempt.js';
import type { Account } from '../account.js';

const QUARTER_HOUR_S = 900;

/**
 * How many coupons that do not exist may be asked for, by an account and in an environment, in each process by itself.
 * Who guesses has as many tries as accounts; so has nobody more than the environment. Coupons that exist take nothing, and
 * give nothing back of what guesses have taken. Time is the library's own, not the clock's.
 */
@Injectable()
export class CouponGuesses {
  readonly #accounts = new RateLimiterMemory({ points: 20, duration: QUARTER_HOUR_S });
  readonly #environments = new RateLimiterMemory({ points: 500, duration: QUARTER_HOUR_S });

  /** Counts coupons before anybody looks for them. @throws DomainError `too_many_requests` */
  async beforeLookup(account: Account, count: number): Promise<void> {
    await takeAttempt(this.#accounts, accountOf(account), count);
    await takeAttempt(this.#environments, account.scope.environmentId, count);
  }

  /** So many of them exist: those were no guesses. */
  async afterLookup(account: Account, existing: number): Promise<void> {
    if (existing === 0) return;
    await this.#accounts.reward(accountOf(account), existing);
    await this.#environments.reward(account.scope.environmentId, existing);
  }
}

function accountOf({ scope, customerId }: Account): string {
  return `${scope.environmentId} ${customerId}`;
}
