import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { type HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import { Clock } from '../shared/clock.js';
import { toDate } from '../shared/sql-table.js';
import { RecentLook } from './recent-look.js';

/** Enough to see that something is wrong. */
const MOST = 100;
const FRESH_MS = 60_000;

interface Seen {
  open_differences: number;
  /** Of the environment whose last green run is the longest ago; null where one has had none yet. */
  oldest_green_seconds: number | null;
}

/** Whether providers and ledger agree. A difference keeps nobody from being served, so it fails no check. */
@Injectable()
export class ReconciliationHealth {
  readonly #recent: RecentLook<Seen>;

  constructor(
    private readonly em: EntityManager,
    private readonly indicators: HealthIndicatorService,
    private readonly clock: Clock,
  ) {
    this.#recent = new RecentLook(clock, FRESH_MS, () => this.#look(), 'differences could not be counted');
  }

  async agreement(): Promise<HealthIndicatorResult> {
    return this.indicators.check('reconciliation').up({ ...(await this.#recent.see()) });
  }

  async #look(): Promise<Seen> {
    const [row] = await this.em.fork().execute<{ open: number; oldest: string | null; without: number }[]>(
      `select (select count(*)::int from (
                 select 1 from reconciliation_difference where state = 'open' limit ${MOST}) d) as open,
              min(g.green) as oldest, count(*) filter (where g.green is null)::int as without
       from (
         select (select max(r.finished_at) from reconciliation_run r where r.environment_id = e.id
                   and r.run_status = 'finished' and r.differences_open = 0) as green
         from environment e
         where exists (select 1 from reconciliation_run r where r.environment_id = e.id and r.tenant_id = e.tenant_id)
       ) g`,
    );
    const isKnown = row?.oldest && row.without === 0;
    const age = isKnown ? this.clock.now().getTime() - toDate(row.oldest as string).getTime() : null;
    return { open_differences: row?.open ?? 0, oldest_green_seconds: age === null ? null : Math.floor(age / 1000) };
  }
}
