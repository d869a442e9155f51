import { EntityManager } from '@mikro-orm/postgresql';
import { type BeforeApplicationShutdown, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Environment } from '../../auth/environment.entity.js';
import { Config } from '../../config.js';
import { Clock } from '../../shared/clock.js';
import type { Scope } from '../../shared/scope.js';
import { withinEveryScope, withinScope } from '../../shared/sight.js';
import { DAY_MS, DailyWork } from '../schedule/daily-work.js';
import { ScheduledTask } from '../schedule/scheduled-task.js';
import { Reconciler } from './reconciler.js';
import { ReconciliationRuns } from './reconciliation-runs.js';

/** UTC: a quiet hour for most, and late enough that the day before has settled. */
const HOUR_MS = 3 * 3_600_000;
/** Each run looks back this far again: a bank debit may take days to succeed. */
const OVERLAP_MS = 7 * DAY_MS;
/** What could not be done is looked for again. */
const AGAIN_MS = 10 * 60_000;
/** Environments that are reconciled at once: one whose provider hangs holds the others up no longer than a call may take. */
const PLACES = 4;
const PAGE = 100;

/**
 * Every environment, once a day, in one process or another: the row of the day decides which. The scheduled task starts it
 * and does not wait for it.
 */
@Injectable()
export class DailyReconciliation implements OnModuleInit, BeforeApplicationShutdown {
  readonly #logger = new Logger('Reconciliation');
  readonly #daily: DailyWork;

  constructor(
    private readonly em: EntityManager,
    private readonly task: ScheduledTask,
    private readonly runs: ReconciliationRuns,
    private readonly reconciler: Reconciler,
    clock: Clock,
    private readonly config: Config,
  ) {
    this.#daily = new DailyWork(clock, {
      hourMs: HOUR_MS,
      againMs: AGAIN_MS,
      work: (midnight) => this.#round(new Date(midnight)),
      failed: (error) => {
        this.#logger.error({ msg: 'the daily reconciliation stopped; it goes on later', err: error });
      },
    });
  }

  onModuleInit(): void {
    if (this.config.sweepIntervalMs > 0) this.task.alsoRun(async () => this.wake(), 'reconciliation');
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#daily.stop();
  }

  /** Resolves when the round that this process has started is over. */
  async idle(): Promise<void> {
    await this.#daily.idle();
  }

  /** Starts the day's round if it is time, and does not wait for it. */
  wake(): void {
    this.#daily.wake();
  }

  /** @returns whether every environment is done, by this process or another */
  async #round(to: Date): Promise<boolean> {
    let after = '';
    let isDone = true;
    while (!this.#daily.isStopping) {
      const environments = await withinEveryScope(() => this.#environmentsAfter(after, to));
      const waiting = [...environments];
      const work = Array.from({ length: PLACES }, async () => {
        for (let next = waiting.shift(); next && !this.#daily.isStopping; next = waiting.shift()) {
          const scope = { tenantId: next.tenantId, environmentId: next.id };
          isDone = (await withinScope(scope, () => this.#reconcile(scope, next, to))) && isDone;
        }
      });
      await Promise.all(work);
      const last = environments.at(-1);
      if (environments.length < PAGE || !last) return isDone;
      after = last.id;
    }
    return false;
  }

  #environmentsAfter(id: string, to: Date): Promise<Environment[]> {
    const where = { id: { $gt: id }, createdAt: { $lt: to } };
    return this.em.fork().find(Environment, where, { orderBy: { id: 'asc' }, limit: PAGE });
  }

  /** One that fails must not stop the others. */
  async #reconcile(scope: Scope, environment: Environment, to: Date): Promise<boolean> {
    try {
      const last = await this.runs.lastFinishedTo(scope);
      if (last && last >= to) return true;
      const from = new Date((last ?? environment.createdAt).getTime() - OVERLAP_MS);
      const providers = await this.reconciler.providersOf({ ...scope, periodFrom: from, periodTo: to });
      if (providers.length === 0) return true;
      const run = await this.runs.claimDaily(scope, { from, to });
      if (!run) return false;
      return (await this.reconciler.reconcile(run)).runStatus === 'finished';
    } catch (error) {
      this.#logger.error({ msg: 'an environment could not be reconciled', environmentId: environment.id, err: error });
      return false;
    }
  }
}
