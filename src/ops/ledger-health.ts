import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { type HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import { Clock } from '../shared/clock.js';
import { RecentLook } from './recent-look.js';
import { LedgerCheck } from './verify/ledger-check.entity.js';

const FRESH_MS = 60_000;

interface Seen {
  /** That the last look has found; 100 at most. */
  breaches: number;
  /** Wallets of which it has looked at the hash chain only. */
  left_out: number;
  /** Since the last look that came to its end; null before the first. */
  checked_seconds: number | null;
}

/** What the last daily look at the whole ledger came to. A breach keeps nobody from being served: it fails no check. */
@Injectable()
export class LedgerHealth {
  readonly #recent: RecentLook<Seen>;

  constructor(
    private readonly em: EntityManager,
    private readonly indicators: HealthIndicatorService,
    private readonly clock: Clock,
  ) {
    this.#recent = new RecentLook(clock, FRESH_MS, () => this.#look(), 'the ledger check could not be read');
  }

  async soundness(): Promise<HealthIndicatorResult> {
    return this.indicators.check('ledger').up({ ...(await this.seen()) });
  }

  /** The same as figures; undefined where the database does not answer. */
  async seen(): Promise<Seen | undefined> {
    return this.#recent.see();
  }

  async #look(): Promise<Seen> {
    const [last] = await this.em
      .fork()
      .find(LedgerCheck, { finishedAt: { $ne: null } }, { orderBy: { day: 'desc' }, limit: 1 });
    if (!last?.finishedAt) return { breaches: 0, left_out: 0, checked_seconds: null };
    const age = this.clock.now().getTime() - last.finishedAt.getTime();
    return { breaches: last.breaches.length, left_out: last.leftOut, checked_seconds: Math.floor(age / 1000) };
  }
}
