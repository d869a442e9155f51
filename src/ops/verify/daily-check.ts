import { setTimeout as wait } from 'node:timers/promises';
import { EntityManager } from '@mikro-orm/postgresql';
import { type BeforeApplicationShutdown, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Config } from '../../config.js';
import { SecretBox } from '../../settings/secret-box.js';
import { Clock } from '../../shared/clock.js';
import { withinEveryScope } from '../../shared/sight.js';
import { asOwnWork } from '../../shared/turn.js';
import { DAY_MS, DailyWork } from '../../top-ups/schedule/daily-work.js';
import { ScheduledTask } from '../../top-ups/schedule/scheduled-task.js';
import { anchorLine, checkAnchor, readAnchor } from './anchors.js';
import { LedgerCheck } from './ledger-check.entity.js';
import { verifyLedger } from './verify-ledger.js';

/** UTC: after the reconciliation, and late enough that nothing of the day before is under way. */
const HOUR_MS = 4 * 3_600_000;
/** A process that has not said for so long that it is at it is taken for gone. */
const LEASE_MS = 10 * 60_000;
/** What failed, or another process is at, is looked after again. */
const AGAIN_MS = 15 * 60_000;
/** Before each piece, and as many times as long as the piece before it took: the service's own work comes first. */
const PAUSE_MS = 20;
const PAUSE_TIMES = 3;
/** A service that stops waits for no more than this, and the piece that is under way. */
const LONGEST_PAUSE_MS = 2000;
/** Of a piece: on the embedded database, which is in this process, nothing else happens meanwhile. */
const PIECE_ENTRIES = 2000;
/** The sums of a wallet are one statement, which must stay far below the timeout of statements. */
const MOST_ENTRIES = 50_000;
/** Of the breaches that are kept. */
const KEPT = 100;

/**
 * Once a day, in one process or another, the whole ledger is looked at, slowly, and held against the anchor of the look
 * before; and its new anchor is written down. It has one connection of those that are for everything, a statement at a
 * time and no transaction, and fails alone.
 */
@Injectable()
export class DailyLedgerCheck implements OnModuleInit, BeforeApplicationShutdown {
  readonly #logger = new Logger('LedgerCheck');
  readonly #daily: DailyWork;

  constructor(
    private readonly em: EntityManager,
    private readonly task: ScheduledTask,
    private readonly box: SecretBox,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {
    this.#daily = new DailyWork(clock, {
      hourMs: HOUR_MS,
      againMs: AGAIN_MS,
      work: (midnight) => withinEveryScope(() => asOwnWork(() => this.#look(midnight))),
      failed: (error) => {
        if (this.#daily.isStopping) return;
        this.#logger.error({ msg: 'the daily look at the ledger stopped; it begins again', err: error });
      },
    });
  }

  onModuleInit(): void {
    if (this.config.sweepIntervalMs > 0) this.task.alsoRun(async () => this.wake(), 'ledger-check');
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#daily.stop();
  }

  /** Resolves when the look that this process has begun is over. */
  async idle(): Promise<void> {
    await this.#daily.idle();
  }

  /** Begins the day's look if it is time, and does not wait for it. */
  wake(): void {
    this.#daily.wake();
  }

  /** @returns whether the day is done, by this process or another */
  async #look(midnight: number): Promise<boolean> {
    const day = dayOf(midnight);
    const em = this.em.fork();
    if (!(await this.#claim(em, day))) return (await em.findOneOrFail(LedgerCheck, { day })).finishedAt !== null;
    const pause = this.#pauses(em, day);
    const verified = await verifyLedger(em, { pieceEntries: PIECE_ENTRIES, mostEntries: MOST_ENTRIES, pause });
    const { wallets, entries, leftOut, breaches } = verified;
    breaches.push(...(await this.#sinceLastLook(em, pause)));
    const anchor = anchorLine(await readAnchor(em, dayOf(midnight - DAY_MS), pause), this.box);
    const found = { wallets, entries, leftOut, breaches: breaches.slice(0, KEPT), anchor };
    await em.nativeUpdate(LedgerCheck, { day, finishedAt: null }, { ...found, finishedAt: this.clock.now() });
    for (const breach of found.breaches) this.#logger.error({ msg: 'the ledger breaks an invariant', breach });
    this.#logger.log({ msg: 'the ledger was looked at', wallets, entries, leftOut, breaches: breaches.length, anchor });
    return true;
  }

  /** Whether all is still there that was there at the last look. */
  async #sinceLastLook(em: EntityManager, pause: () => Promise<void>): Promise<string[]> {
    const [last] = await em.find(LedgerCheck, { finishedAt: { $ne: null } }, { orderBy: { day: 'desc' }, limit: 1 });
    const fault = last && (await checkAnchor(em, last.anchor, this.box, pause));
    return fault === undefined ? [] : [`anchor ${fault}`];
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

  /** What is waited for between pieces. It says now and then that this process is still at it. */
  #pauses(em: EntityManager, day: string): () => Promise<void> {
    let wentOnAt = performance.now();
    let saidAt = wentOnAt;
    return async () => {
      await wait(Math.min(LONGEST_PAUSE_MS, PAUSE_MS + PAUSE_TIMES * (performance.now() - wentOnAt)));
      if (this.#daily.isStopping) throw new Error('the service stops');
      if (performance.now() - saidAt > LEASE_MS / 10) {
        const leaseUntil = new Date(this.clock.now().getTime() + LEASE_MS);
        await em.nativeUpdate(LedgerCheck, { day, finishedAt: null }, { leaseUntil });
        saidAt = performance.now();
      }
      wentOnAt = performance.now();
    };
  }
}

function dayOf(instant: number): string {
  return new Date(instant).toISOString().slice(0, 10);
}
