import type { RequestHandler } from 'express';
import { collectDefaultMetrics, Registry } from 'prom-client';
import type { WorkWatch } from '../../shared/work-watch.js';
import { OPEN_STATUSES } from '../../top-ups/purchases/top-up.entity.js';
import type { Piles } from './database-figures.js';
import { VERSION } from '../version.js';
import { Gauges } from './gauges.js';
import type { MetricSources } from './metric-sources.js';
import { RequestMetrics } from './request-metrics.js';
import { WorkMetrics } from './work-metrics.js';

/** What of a scrape has to be waited for. */
interface Asked {
  isUp: boolean;
  piles: Piles | undefined;
  /** Undefined before the first look at the whole ledger. */
  look: { breaches: number; ageSeconds: number } | undefined;
}

/** All that this process tells Prometheus. Loaded only where somebody may ask. */
export class Metrics {
  readonly handle: RequestHandler;
  readonly #registry = new Registry();
  readonly #sources: MetricSources;
  #asked: Asked = { isUp: false, piles: undefined, look: undefined };
  #rendering: Promise<string> | undefined;

  constructor(sources: MetricSources, watch: WorkWatch) {
    this.#sources = sources;
    collectDefaultMetrics({ register: this.#registry });
    this.handle = new RequestMetrics(this.#registry).handle;
    watch.add(new WorkMetrics(this.#registry));
    const gauges = new Gauges(this.#registry);
    this.#showProcess(gauges);
    this.#showConnections(gauges);
    this.#showWaitingWork(gauges);
    this.#showLedger(gauges);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** What Prometheus reads. Within some 2 s, also where the database does not answer; shared by all who ask meanwhile. */
  render(): Promise<string> {
    this.#rendering ??= this.#render().finally(() => {
      this.#rendering = undefined;
    });
    return this.#rendering;
  }

  async #render(): Promise<string> {
    const { database, figures, ledgerHealth } = this.#sources;
    const isUp = await database.ping();
    // Who is not there is not asked.
    const [piles, seen] = isUp ? await Promise.all([figures.read(), ledgerHealth.seen()]) : [];
    const ageSeconds = seen?.checked_seconds ?? null;
    const look = seen && ageSeconds !== null ? { breaches: seen.breaches, ageSeconds } : undefined;
    this.#asked = { isUp, piles, look };
    return this.#registry.metrics();
  }

  #showProcess(gauges: Gauges): void {
    const { ledger, shedding, budgets, lanes } = this.#sources;
    gauges.gauge(
      { name: 'refill_build_info', help: 'Always 1; says the version of the service.', label: 'version' },
      () => [[VERSION, 1]],
    );
    gauges.counter(
      {
        name: 'refill_refusals_total',
        help: 'Requests that were refused to protect the others, by reason (`late_loop`, `points`, `ledger_queue`, `no_connection`).',
        label: 'reason',
      },
      () => [
        ['late_loop', shedding.refusedInAll],
        ['points', budgets.refusedInAll],
        ['ledger_queue', ledger.turnedAway],
        ['no_connection', Object.values(lanes.read()).reduce((sum, { gaveUp }) => sum + gaveUp, 0)],
      ],
    );
  }

  #showConnections(gauges: Gauges): void {
    const { lanes } = this.#sources;
    const each = (figure: 'places' | 'inUse' | 'waiting') => () =>
      Object.entries(lanes.read()).map(([lane, figures]) => [lane, figures[figure]] as const);
    gauges.gauge({ name: 'refill_database_up', help: '1 if the database answers within 2 s, 0 if not.' }, () =>
      Number(this.#asked.isUp),
    );
    gauges.gauge(
      { name: 'refill_database_connections', help: 'Connections that a lane may have.', label: 'lane' },
      each('places'),
    );
    gauges.gauge(
      { name: 'refill_database_connections_in_use', help: 'Connections in use, by lane.', label: 'lane' },
      each('inUse'),
    );
    gauges.gauge(
      {
        name: 'refill_database_connections_waiting',
        help: 'Work that waits for a connection, by lane.',
        label: 'lane',
      },
      each('waiting'),
    );
  }

  #showWaitingWork(gauges: Gauges): void {
    const { declines, task } = this.#sources;
    const openTopUps = (figure: 'count' | 'oldestSeconds') => () => {
      const { piles } = this.#asked;
      return piles && OPEN_STATUSES.map((status) => [status, piles.topUps.get(status)?.[figure] ?? 0] as const);
    };
    gauges.gauge(
      { name: 'refill_top_ups_open', help: 'Top-ups that have not ended, by status.', label: 'status' },
      openTopUps('count'),
    );
    gauges.gauge(
      {
        name: 'refill_top_ups_oldest_open_seconds',
        help: 'Age of the oldest of them, since its charge began if it has.',
        label: 'status',
      },
      openTopUps('oldestSeconds'),
    );
    gauges.counter(
      {
        name: 'refill_declines_total',
        help: 'Cards declined, by code (`other`: a code not known here).',
        label: 'code',
      },
      () => declines.byCode,
    );
    gauges.gauge(
      {
        name: 'refill_sweep_finished_timestamp_seconds',
        help: 'When a stage of the scheduled task last ended without an error in this process.',
        label: 'stage',
      },
      () => Array.from(task.finishedAt, ([stage, at]) => [stage, at.getTime() / 1000] as const),
    );
    gauges.gauge(
      { name: 'refill_due_oldest_seconds', help: 'How long the oldest piece of work has been due.', label: 'work' },
      () =>
        this.#asked.piles &&
        Array.from(this.#asked.piles.due, ([work, { oldestSeconds }]) => [work, oldestSeconds] as const),
    );
    gauges.gauge(
      { name: 'refill_webhook_deliveries_due', help: 'Deliveries of webhooks that are due and not sent.' },
      () => this.#asked.piles?.deliveries.count,
    );
    gauges.gauge(
      { name: 'refill_webhook_oldest_due_seconds', help: 'How long the oldest of them has been due.' },
      () => this.#asked.piles?.deliveries.oldestSeconds,
    );
  }

  #showLedger(gauges: Gauges): void {
    const { ledger } = this.#sources;
    gauges.gauge(
      { name: 'refill_ledger_queue_length', help: 'Commands that wait for their group.' },
      () => ledger.queueLength,
    );
    gauges.gauge(
      { name: 'refill_ledger_breaches', help: 'Invariants found broken by the last look at the whole ledger.' },
      () => this.#asked.look?.breaches,
    );
    gauges.gauge(
      { name: 'refill_ledger_check_age_seconds', help: 'How long ago that look ended.' },
      () => this.#asked.look?.ageSeconds,
    );
  }
}
