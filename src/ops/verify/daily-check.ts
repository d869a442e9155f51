import { setTimeout as wait } from 'node:timers/promises';
import { EntityManager } from '@mikro-orm/postgresql';
import { type BeforeApplicationShutdown, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Config } from '../../config.js';
import { SecretBox } from '../../settings/secret-box.js';
import { Clock } from '../../shared/clock.js';
import { ScheduledTask } from '../../top-ups/schedule/scheduled-task.js';
import { anchorLine, readAnchor } from './anchors.js';
import { LedgerCheck } from './ledger-check.entity.js';
import { verifyLedger } from './verify-ledger.js';

const DAY_MS = 86_400_000;
/** UTC: after the reconciliation, and late enough that nothing of the day before is under way. */
const HOUR_MS = 4 * 3_600_000;
/** A process that has not come to an end by then is taken for gone; two at once only look. */
const LEASE_MS = 6 * 3_600_000;
/** What failed is tried again. */
const AGAIN_MS = 10 * 60_000;
/** After each piece: the service's own work comes first. */
const PAUSE_MS = 50;
/** Their sums are one statement, which on the embedded database nobody else could come between. */
const MOST_ENTRIES = 200_000;
/** Of the breaches that are kept. */
const KEPT = 100;

/** Once a day, in one process or another, the whole ledger is looked at, slowly; and its anchor is written down. */
@Injectable()
export class DailyLedgerCheck implements OnModuleInit, BeforeApplicationShutdown {
  readonly #logger = new Logger('LedgerCheck');
  #running: Promise<void> | undefined;
  #lookAt = 0;
  #isStopping = false;

  constructor(
    private readonly em: EntityManager,
    private readonly task: ScheduledTask,
    private readonly box: SecretBox,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  onModuleInit(): void {
    if (this.config.sweepIntervalMs > 0) this.task.alsoRun(async () => this.wake());
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.#isStopping = true;
    await this.idle();
  }

  /** Resolves when the look that this process has begun is over. */
  async idle(): Promise<void> {
    await this.#running;
  }

  /** Begins the day's look if it is time, and does not wait for it. */
  wake(): void {
    const now = this.clock.now().getTime();
    if (this.#running || this.#isStopping || now < this.#lookAt) return;
    const midnight = now - (now % DAY_MS);
    if (now < midnight + HOUR_MS) {
      this.#lookAt = midnight + HOUR_MS;
      return;
    }
    this.#running = this.#look(midnight)
      .then((isDone) => void (this.#lookAt = isDone ? midnight + DAY_MS + HOUR_MS : now + AGAIN_MS))
      .catch((error: unknown) => {
        this.#lookAt = now + AGAIN_MS;
        this.#logger.error({ msg: 'the daily look at the ledger stopped; it begins again', err: error });
      })
      .finally(() => {
        this.#running = undefined;
      });
  }

  /** @returns whether the day is done, by this process or another */
  async #look(midnight: number): Promise<boolean> {
    const day = dayOf(midnight);
    const em = this.em.fork();
    if (!(await this.#claim(em, day))) return (await em.findOneOrFail(LedgerCheck, { day })).finishedAt !== null;
    const verified = await verifyLedger(em, { mostEntries: MOST_ENTRIES, goOn: () => this.#goOn() });
    if (!verified) return false;
    const { wallets, entries, leftOut, breaches } = verified;
    const anchor = anchorLine(await readAnchor(em, dayOf(midnight - DAY_MS)), this.box);
    const found = { wallets, entries, leftOut, breaches: breaches.slice(0, KEPT), anchor };
    await em.nativeUpdate(LedgerCheck, { day, finishedAt: null }, { ...found, finishedAt: this.clock.now() });
    for (const breach of found.breaches) this.#logger.error({ msg: 'the ledger breaks an invariant', breach });
    this.#logger.log({ msg: 'the ledger was looked at', wallets, entries, leftOut, breaches: breaches.length, anchor });
    return true;
  }

  /** Whether this process is the one to do it. */
  async #claim(em: EntityManager, day: string): Promise<boolean> {
    const now = this.clock.now();
    const rows = await em.execute<unknown[]>(
      `insert into ledger_check (day, lease_until, wallets, entries, left_out, breaches, anchor)
       values (?, ?, 0, 0, 0, '[]', '')
       on conflict (day) do update set lease_until = excluded.lease_until
         where ledger_check.finished_at is null and ledger_check.lease_until < ?
       returning day`,
      [day, new Date(now.getTime() + LEASE_MS).toISOString(), now.toISOString()],
    );
    return rows.length > 0;
  }

  async #goOn(): Promise<boolean> {
    await wait(PAUSE_MS);
    return !this.#isStopping;
  }
}

function dayOf(instant: number): string {
  return new Date(instant).toISOString().slice(0, 10);
}
