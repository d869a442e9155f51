import { Injectable } from '@nestjs/common';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { DomainError } from '../../shared/errors.js';

/** Points that may be spent; null: no limit. */
export interface PointLimits {
  perSecond: number | null;
  perMinute: number | null;
}

/** Something that points are counted for: a key, a tenant, an address. */
export interface Budget {
  /** Unlike any other's. */
  id: string;
  limits: PointLimits;
}

/** How a budget stands in one of its windows. */
export interface Standing {
  limit: number;
  remaining: number;
  resetMs: number;
}

const SECOND_S = 1;
const MINUTE_S = 60;

/**
 * Counts points in windows of a second and a minute, in this process by itself: a look into another's memory for every
 * request would cost more than most requests. Time is the library's own, not the clock's.
 */
@Injectable()
export class PointBudgets {
  // What is left is judged here, not in the library: the limits are not the same for everybody, and may change.
  readonly #seconds = new RateLimiterMemory({ points: Number.MAX_SAFE_INTEGER, duration: SECOND_S });
  readonly #minutes = new RateLimiterMemory({ points: Number.MAX_SAFE_INTEGER, duration: MINUTE_S });

  /**
   * Spends points of each budget, in this order: what the first refuses costs the next ones nothing. A request that finds
   * anything left goes through whole, so that none costs too much for ever; the next one finds less.
   * @returns the window of which least is left; undefined where nothing is limited
   * @throws DomainError `too_many_requests`
   */
  async spend(budgets: readonly Budget[], points: number): Promise<Standing | undefined> {
    let tightest: Standing | undefined;
    for (const { id, limits } of budgets) {
      for (const standing of await this.#count(id, limits, points)) {
        if (standing.remaining < 0) throw new BudgetExceeded({ ...standing, remaining: 0 });
        if (!tightest || standing.remaining < tightest.remaining) tightest = standing;
      }
    }
    return tightest;
  }

  /** @returns the windows that are limited; what is left in one that was used up before is negative */
  async #count(id: string, { perSecond, perMinute }: PointLimits, points: number): Promise<Standing[]> {
    const standings: Standing[] = [];
    for (const [limit, counter] of [
      [perSecond, this.#seconds],
      [perMinute, this.#minutes],
    ] as const) {
      if (limit === null) continue;
      const { consumedPoints, msBeforeNext } = await counter.penalty(id, points);
      const isUsedUp = consumedPoints - points >= limit;
      const remaining = isUsedUp ? -1 : Math.max(0, limit - consumedPoints);
      standings.push({ limit, remaining, resetMs: msBeforeNext });
    }
    return standings;
  }
}

/** A refusal that says how the window stands, for the headers. */
export class BudgetExceeded extends DomainError {
  constructor(readonly standing: Standing) {
    const retryAfterSeconds = Math.max(1, Math.ceil(standing.resetMs / 1000));
    super('too_many_requests', `more than ${standing.limit} points were spent: repeat the request later`, {
      details: { limit: standing.limit },
      retryAfterSeconds,
    });
  }
}
