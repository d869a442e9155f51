import { performance } from 'node:perf_hooks';
import { Injectable, Logger, type OnApplicationBootstrap, type BeforeApplicationShutdown } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { Config } from '../../config.js';
import { Clock } from '../../shared/clock.js';
import { FigureFolds } from '../../ledger/figures/figure-folds.js';
import { LedgerSweeps } from '../../ledger/ledger-sweeps.js';
import { TopUpEngine } from '../purchases/top-up-engine.js';
import { TopUpQueue } from '../purchases/top-up-queue.js';

const INTERVAL_NAME = 'scheduled-task';
const CLAIM_LIMIT = 500;
/** How long one stage goes on while more is due, so that the others have their turn; the round then begins anew. */
const STAGE_MS = 5000;
/** Forgetting can wait, and leaves most of the time to what can't. */
const FORGET_MS = 1000;
/** Rows of figures that are not made one yet cost only their place. */
const FOLD_MS = 1000;
const FORGET_EVERY_MS = 3_600_000;

/**
 * The scheduled task: expirations and top-ups that a crash, the clock or a deaf provider left behind. It holds no rule:
 * it finds what is due and hands it to the same services the controllers use. Any number of processes may run it.
 */
@Injectable()
export class ScheduledTask implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #logger = new Logger('ScheduledTask');
  #running: Promise<void> | undefined;
  #isStopping = false;
  readonly #jobs: { name: string; work: () => Promise<void> }[] = [];
  #forgetAt = 0;
  readonly #finishedAt = new Map<string, Date>();

  constructor(
    private readonly scheduler: SchedulerRegistry,
    private readonly sweeps: LedgerSweeps,
    private readonly engine: TopUpEngine,
    private readonly topUps: TopUpQueue,
    private readonly figures: FigureFolds,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.sweepIntervalMs === 0) return;
    const timer = setInterval(() => void this.tick(), this.config.sweepIntervalMs);
    this.scheduler.addInterval(INTERVAL_NAME, timer);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.#isStopping = true;
    if (this.scheduler.doesExist('interval', INTERVAL_NAME)) this.scheduler.deleteInterval(INTERVAL_NAME);
    await this.#running;
  }

  /** When each stage has last come to its end without an error, in this process. */
  get finishedAt(): ReadonlyMap<string, Date> {
    return this.#finishedAt;
  }

  /**
   * Hands in what a higher room has to do in every round, at start. It runs before rules are looked at: it may fill a
   * wallet.
   * @param name what an operator sees of it
   */
  alsoRun(work: () => Promise<void>, name = 'job'): void {
    this.#jobs.push({ name, work });
  }

  /** One round, or more while there is a backlog; one that is still running is not started a second time in this process. */
  async tick(): Promise<void> {
    this.#running ??= this.#runThrough()
      .catch((error: unknown) => this.#logger.error({ msg: 'the scheduled task failed; it runs again', err: error }))
      .finally(() => {
        this.#running = undefined;
      });
    await this.#running;
  }

  /**
   * All that is due now. Each stage does what it can: one that fails is logged, and the next goes on.
   * @returns whether a stage has stopped with something left to do
   */
  async run(): Promise<boolean> {
    for (const { name, work } of this.#jobs) await this.#stage(name, work);
    const isLeft = [
      await this.#stageOf('evaluate', () => this.#evaluateDue()),
      await this.#stageOf('expire-credits', () => this.sweeps.expireCredits()),
      await this.#stageOf('expire-holds', () => this.sweeps.expireHolds()),
    ];
    await this.#stage('top-ups', () => this.engine.sweep());
    await this.#stage('figures', () => this.#goOn(() => this.figures.foldNext(), FOLD_MS));
    await this.#stage('forget', () => this.#forget());
    return isLeft.includes(true);
  }

  async #runThrough(): Promise<void> {
    while (!this.#isStopping && (await this.run()));
  }

  async #stage<Result>(name: string, work: () => Promise<Result>): Promise<Result | undefined> {
    try {
      const result = await work();
      this.#finishedAt.set(name, this.clock.now());
      return result;
    } catch (error) {
      this.#logger.error({ msg: 'a stage of the scheduled task failed; it runs again', stage: name, err: error });
      return undefined;
    }
  }

  async #stageOf(name: string, piece: () => Promise<number>): Promise<boolean> {
    return (await this.#stage(name, () => this.#goOn(piece, STAGE_MS))) ?? false;
  }

  /** Piece by piece until nothing is done any more, or the time is up. @returns whether something may be left */
  async #goOn(piece: () => Promise<number>, forMs: number): Promise<boolean> {
    const end = performance.now() + forMs;
    do {
      if ((await piece()) === 0) return false;
    } while (!this.#isStopping && performance.now() < end);
    return true;
  }

  /** @returns how many wallets were looked at; none where more would meet a ledger that is busy */
  async #evaluateDue(): Promise<number> {
    const claim = await this.topUps.claimEvaluations(CLAIM_LIMIT);
    const { done, busy, failed } = await this.sweeps.evaluateEach(claim.wallets);
    await this.topUps.giveBack(claim, busy, claim.now);
    for (const { wallet, retryAt } of failed) await this.topUps.giveBack(claim, [wallet], retryAt);
    return busy.length > 0 ? 0 : done.length;
  }

  async #forget(): Promise<void> {
    const now = this.clock.now().getTime();
    if (now < this.#forgetAt) return;
    if (await this.#goOn(() => this.sweeps.forgetAnswers(), FORGET_MS)) return;
    this.#forgetAt = now + FORGET_EVERY_MS;
  }
}
