import { Injectable, Logger, type OnApplicationBootstrap, type BeforeApplicationShutdown } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { Config } from '../../config.js';
import { Clock } from '../../shared/clock.js';
import { LedgerSweeps } from '../../ledger/ledger-sweeps.js';
import { TopUpEngine } from '../purchases/top-up-engine.js';
import { TopUpQueue, type WalletRef } from '../purchases/top-up-queue.js';

const INTERVAL_NAME = 'scheduled-task';
const WALLETS_PER_ROUND = 500;
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
    private readonly topUps: TopUpQueue,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  onApplicationBootstrap(): void {
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

  /** All that is due now. Each stage does what it can: one that fails is logged, and the next goes on. */
  async run(): Promise<void> {
    for (const job of this.#jobs) await this.#stage('job', job);
    await this.#stage('evaluate', () => this.#evaluateEach(this.topUps.claimDueEvaluations(WALLETS_PER_ROUND)));
    await this.#stage('expire-credits', () => this.sweeps.expireCredits());
    await this.#stage('expire-holds', () => this.sweeps.expireHolds());
    await this.#stage('end-renewals', () => this.#evaluateEach(this.topUps.endedRenewals(WALLETS_PER_ROUND)));
    await this.#stage('top-ups', () => this.engine.sweep());
    await this.#stage('forget', () => this.#forget());
  }

  async #stage(name: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#logger.error({ msg: 'a stage of the scheduled task failed; it runs again', stage: name, err: error });
    }
  }

  /** One wallet that cannot be looked at costs no other its turn: its lease runs out, and it is tried again. */
  async #evaluateEach(due: Promise<WalletRef[]>): Promise<void> {
    await Promise.all((await due).map(({ walletId, scope }) => this.sweeps.evaluateSafely(walletId, scope)));
  }

  async #forget(): Promise<void> {
    const now = this.clock.now().getTime();
    if (now < this.#forgetAt) return;
    this.#forgetAt = now + FORGET_EVERY_MS;
    await this.sweeps.forgetAnswers();
  }
}
