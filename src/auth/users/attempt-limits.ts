import { Injectable } from '@nestjs/common';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { networkOf } from '../../http/admission/network-of.js';
import { takeAttempt } from '../../http/admission/take-attempt.js';

const QUARTER_HOUR_S = 900;
const HOUR_S = 3600;

/**
 * How often passwords may be tried and tenants be made from one address (see `networkOf`), in each process by itself.
 * Never by the e-mail address alone: then anybody could lock a user out. Time is the library's own, not the clock's.
 */
@Injectable()
export class AttemptLimits {
  readonly #logins = new RateLimiterMemory({ points: 100, duration: QUARTER_HOUR_S });
  readonly #failures = new RateLimiterMemory({ points: 10, duration: QUARTER_HOUR_S });
  readonly #signups = new RateLimiterMemory({ points: 20, duration: HOUR_S });
  readonly #invitations = new RateLimiterMemory({ points: 60, duration: HOUR_S });

  /**
   * Counts a try before the password is looked at, as a failed one: many at once must not get past the limit.
   * @throws DomainError `too_many_requests`
   */
  async beforeLogin(address: string, email: string): Promise<void> {
    await takeAttempt(this.#logins, networkOf(address));
    await takeAttempt(this.#failures, userAt(address, email));
  }

  /** The password was right: what failed before no longer counts. */
  async afterLogin(address: string, email: string): Promise<void> {
    await this.#failures.delete(userAt(address, email));
  }

  /** @throws DomainError `too_many_requests` */
  async beforeSignup(address: string): Promise<void> {
    await takeAttempt(this.#signups, networkOf(address));
  }

  /**
   * Nobody guesses a link. But who invites an address and accepts for it learns whether there is a user with it: not of
   * many addresses.
   * @throws DomainError `too_many_requests`
   */
  async beforeInvitation(address: string): Promise<void> {
    await takeAttempt(this.#invitations, networkOf(address));
  }
}

function userAt(address: string, email: string): string {
  return `${networkOf(address)} ${email}`;
}
