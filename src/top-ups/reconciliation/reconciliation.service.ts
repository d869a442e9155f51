import { EntityManager } from '@mikro-orm/postgresql';
import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { shifted } from '../../shared/calendar.js';
import { Clock } from '../../shared/clock.js';
import { DomainError, invalidField, notFound } from '../../shared/errors.js';
import { RunningWork } from '../../shared/running-work.js';
import { type Scope, scopeOf } from '../../shared/scope.js';
import { Reconciler } from './reconciler.js';
import { ReconciliationRun } from './reconciliation-run.entity.js';
import { ReconciliationRuns } from './reconciliation-runs.js';

const DEFAULT_PERIOD_MS = 7 * 86_400_000;

/** Runs that somebody asks for, and what became of any. */
@Injectable()
export class Reconciliation implements BeforeApplicationShutdown {
  readonly #logger = new Logger('Reconciliation');
  readonly #work = new RunningWork();

  constructor(
    private readonly em: EntityManager,
    private readonly runs: ReconciliationRuns,
    private readonly reconciler: Reconciler,
    private readonly clock: Clock,
  ) {}

  /** A run that is cut off here is failed once its lease has ended, and is asked for anew. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.#work.stop();
  }

  /** Resolves when no run that this process was asked for is under way. */
  async idle(): Promise<void> {
    await this.#work.idle();
  }

  /**
   * Begins a run, and does not wait for its end.
   * @param period the last seven days, if absent
   * @throws validation for a period that ends before it begins; conflict while another run of the environment is under way
   */
  async start(
    scope: Scope,
    period: { from?: Date | undefined; to?: Date | undefined },
    createdBy: string,
  ): Promise<ReconciliationRun> {
    const run = await this.#begin(scope, period, createdBy);
    const work = this.reconciler
      .reconcile(run)
      .catch((error: unknown) => this.#logger.error({ msg: 'a reconciliation was lost', runId: run.id, err: error }));
    this.#work.track(work);
    return run;
  }

  /** The same, to its end. */
  async run(scope: Scope, period: { from?: Date | undefined; to?: Date | undefined }): Promise<ReconciliationRun> {
    return this.reconciler.reconcile(await this.#begin(scope, period, ''));
  }

  async get(scope: Scope, id: string): Promise<ReconciliationRun> {
    const run = await this.em.fork().findOne(ReconciliationRun, { id, ...scopeOf(scope) });
    if (!run) throw notFound('reconciliation', { reconciliation_id: id });
    return run;
  }

  async list(
    scope: Scope,
    { order, ...bounds }: { limit: number; offset: number; order: 'asc' | 'desc' },
  ): Promise<{ items: ReconciliationRun[]; total: number }> {
    const orderBy = { createdAt: order, id: order };
    const [items, total] = await this.em.fork().findAndCount(ReconciliationRun, scopeOf(scope), { orderBy, ...bounds });
    return { items, total };
  }

  async #begin(
    scope: Scope,
    period: { from?: Date | undefined; to?: Date | undefined },
    createdBy: string,
  ): Promise<ReconciliationRun> {
    if (this.#work.isStopping) throw new DomainError('unavailable', 'the service stops');
    const to = period.to ?? this.clock.now();
    const from = period.from ?? shifted(to, -DEFAULT_PERIOD_MS);
    if (from >= to) throw invalidField('to', 'must be after from');
    return this.runs.begin(scope, { from, to }, createdBy);
  }
}
