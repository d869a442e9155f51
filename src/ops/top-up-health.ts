import { Injectable, Logger } from '@nestjs/common';
import { type HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import { Clock } from '../shared/clock.js';
import { TopUpQueue } from '../top-ups/purchases/top-up-queue.js';

/** Enough to see that something is wrong; how much exactly is in the log. */
const MOST = 100;
/** Anybody may ask, as often as they like: the database is asked no more often than this. */
const FRESH_MS = 5000;

interface Stuck {
  stuck: number;
  oldest_seconds: number;
}

/** Charges that make no progress. They keep nobody from being served, so they fail no check: they are there to be seen. */
@Injectable()
export class TopUpHealth {
  readonly #logger = new Logger('Health');
  #seen: Promise<Stuck> | undefined;
  #seenAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly queue: TopUpQueue,
    private readonly indicators: HealthIndicatorService,
    private readonly clock: Clock,
  ) {}

  async stuck(): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check('top_ups');
    const now = this.clock.now().getTime();
    if (!this.#seen || now - this.#seenAt >= FRESH_MS) {
      this.#seenAt = now;
      this.#seen = this.#look();
    }
    try {
      return indicator.up({ ...(await this.#seen) });
    } catch (error) {
      this.#seen = undefined;
      this.#logger.warn({ msg: 'top-ups could not be counted', err: error });
      return indicator.up();
    }
  }

  async #look(): Promise<Stuck> {
    const stuck = await this.queue.findStuck(MOST);
    const oldest = Math.min(...stuck.map(({ since }) => since.getTime()));
    const oldest_seconds = stuck.length === 0 ? 0 : Math.floor((this.clock.now().getTime() - oldest) / 1000);
    return { stuck: stuck.length, oldest_seconds };
  }
}
