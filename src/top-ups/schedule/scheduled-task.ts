import { Injectable, Logger, type OnApplicationBootstrap, type BeforeApplicationShutdown } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { Config } from '../../config.js';
import { Clock } from '../../shared/clock.js';
import { PaymentMethodsService } from '../../customers/payment-methods.service.js';
import { LedgerSweeps } from '../../ledger/ledger-sweeps.js';
import { nextSweepAt } from './schedule.js';
import { TopUpEngine } from '../purchases/top-up-engine.js';
import { TopUpPauses } from '../rules/top-up-pauses.js';
import { TopUpRepository } from '../purchases/top-up-repository.js';

const INTERVAL_NAME = 'scheduled-task';
const EVALUATIONS_LIMIT = 500;
const FORGET_EVERY_MS = 3_600_000;

/**
 * The scheduled task: expirations and top-ups that a crash, the clock or a deaf provider left behind. It holds no rule:
 * it finds what is due and hands it to the same services the controllers use. Any number of processes may run it.
 */
@Injectable()
export class ScheduledTask implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #logger = new Logger('ScheduledTask');
  #running: Promise<void> | undefined;
  readonly #jobs: (() => Promise<void>)[] = [];
  #forgetAt = 0;

  constructor(
    private readonly scheduler: SchedulerRegistry,
    private readonly sweeps: LedgerSweeps,
    private readonly engine: TopUpEngine,
    private readonly topUps: TopUpRepository,
    private readonly pauses: TopUpPauses,
    private readonly paymentMethods: PaymentMethodsService,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  onApplicationBootstrap(): void {
    // Another card is on file: who waited for one need not wait for the next round.
    this.paymentMethods.onReplaced = () => void this.tick();
    if (this.config.sweepIntervalMs === 0) return;
    const timer = setInterval(() => void this.tick(), this.config.sweepIntervalMs);
    this.scheduler.addInterval(INTERVAL_NAME, timer);
  }

  async beforeApplicationShutdown(): Promise<void> {
    if (this.scheduler.doesExist('interval', INTERVAL_NAME)) this.scheduler.deleteInterval(INTERVAL_NAME);
    await this.#running;
  }

  /** Hands in what a higher room has to do in every round, at start. It runs before rules are looked at: it may fill a wallet. */
  alsoRun(job: () => Promise<void>): void {
    this.#jobs.push(job);
  }

  /** One round; a round that is still running is not started a second time in this process. */
  async tick(): Promise<void> {
    this.#running ??= this.run()
      .catch((error: unknown) => this.#logger.error({ msg: 'the scheduled task failed; it runs again', err: error }))
      .finally(() => {
        this.#running = undefined;
      });
    await this.#running;
  }

  /** All that is due now. Top-ups that evaluations start are nudged at once and do not wait for the next round. */
  async run(): Promise<void> {
    await this.#resumeWithNewCards();
    for (const job of this.#jobs) await job();
    await this.#evaluateRules();
    await this.sweeps.expireCredits();
    await this.sweeps.expireHolds();
    await this.#endRenewals();
    await this.engine.sweep();
    await this.#forget();
  }

  async #resumeWithNewCards(): Promise<void> {
    const resumed = await this.pauses.resumeWithNewCards();
    await Promise.all(resumed.map(({ walletId, scope }) => this.sweeps.evaluate(walletId, scope)));
  }

  async #evaluateRules(): Promise<void> {
    const due = await this.topUps.claimDueEvaluations(EVALUATIONS_LIMIT, nextSweepAt(this.clock.now()));
    await Promise.all(due.map(({ walletId, scope }) => this.sweeps.evaluate(walletId, scope)));
  }

  async #endRenewals(): Promise<void> {
    const ended = await this.topUps.endedRenewals(EVALUATIONS_LIMIT);
    await Promise.all(ended.map(({ walletId, scope }) => this.sweeps.evaluate(walletId, scope)));
  }

  async #forget(): Promise<void> {
    const now = this.clock.now().getTime();
    if (now < this.#forgetAt) return;
    this.#forgetAt = now + FORGET_EVERY_MS;
    await this.sweeps.forgetAnswers();
  }
}
