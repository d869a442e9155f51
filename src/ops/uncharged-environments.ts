import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable, Logger } from '@nestjs/common';
import { type HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import { Config } from '../config.js';
import { Clock } from '../shared/clock.js';
import { withinEveryScope } from '../shared/sight.js';
import { RecentLook } from './recent-look.js';

/** Enough to see it; which ones exactly is in the log of the start. */
const MOST = 100;
const FRESH_MS = 60_000;

/**
 * Environments for real money that name no payment provider: what is bought there is credited, and nobody is charged. Some
 * want it so, hence it fails no check; who has forgotten it is told at the start and by the readiness check.
 */
@Injectable()
export class UnchargedEnvironments {
  readonly #logger = new Logger('Payments');
  readonly #recent: RecentLook<{ without_provider: number }>;

  constructor(
    private readonly em: EntityManager,
    private readonly indicators: HealthIndicatorService,
    private readonly config: Config,
    clock: Clock,
  ) {
    const look = async () => ({ without_provider: (await this.#find()).length });
    this.#recent = new RecentLook(
      clock,
      FRESH_MS,
      look,
      'environments without a payment provider could not be counted',
    );
  }

  /** When all else is ready: the first start has made an environment by then. */
  async warn(): Promise<void> {
    if (!this.config.isProduction) return;
    const environments = await withinEveryScope(() => this.#find());
    if (environments.length === 0) return;
    this.#logger.warn({
      msg: 'no payment provider: what these environments buy, also automatically, is credited and NOT CHARGED; PUT /v1/settings/payments names one',
      environments,
    });
  }

  async count(): Promise<HealthIndicatorResult> {
    return this.indicators.check('payments').up({ ...(await this.#recent.see()) });
  }

  /** @returns their ids, the oldest first */
  async #find(): Promise<string[]> {
    const rows = await this.em.fork().execute<{ id: string }[]>(
      `select e.id from environment e
       left join tenant_setting s on s.tenant_id = e.tenant_id and s.environment_id = e.id and s.key = 'payments'
       where e.type = 'production' and e.status = 'published' and coalesce(s.value->>'provider', 'none') = 'none'
       order by e.id limit ${MOST}`,
    );
    return rows.map(({ id }) => id);
  }
}
