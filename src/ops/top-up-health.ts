import { Injectable } from '@nestjs/common';
import { type HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import { Clock } from '../shared/clock.js';
import { TopUpQueue } from '../top-ups/purchases/top-up-queue.js';
import { RecentLook } from './recent-look.js';

/** Enough to see that something is wrong; how much exactly is in the log. */
const MOST = 100;
const FRESH_MS = 5000;

interface Stuck {
  stuck: number;
  oldest_seconds: number;
}

/** Charges that make no progress. They keep nobody from being served, so they fail no check: they are there to be seen. */
@Injectable()
export class TopUpHealth {
  readonly #recent: RecentLook<Stuck>;

  constructor(
    private readonly queue: TopUpQueue,
    private readonly indicators: HealthIndicatorService,
    private readonly clock: Clock,
  ) {
    this.#recent = new RecentLook(clock, FRESH_MS, () => this.#look(), 'top-ups could not be counted');
  }

  async stuck(): Promise<HealthIndicatorResult> {
    return this.indicators.check('top_ups').up({ ...(await this.#recent.see()) });
  }

  async #look(): Promise<Stuck> {
    const stuck = await this.queue.findStuck(MOST);
    const oldest = Math.min(...stuck.map(({ since }) => since.getTime()));
    const oldest_seconds = stuck.length === 0 ? 0 : Math.floor((this.clock.now().getTime() - oldest) / 1000);
    return { stuck: stuck.length, oldest_seconds };
  }
}
