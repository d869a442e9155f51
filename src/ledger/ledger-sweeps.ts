import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../shared/clock.js';
import { Distribution } from '../shared/distribution.js';
import { DomainError } from '../shared/errors.js';
import {
  claimInstant,
  type DueSearch,
  dueRows,
  type DueWork,
  type WalletRef,
  walletRef,
  type WalletRow,
} from './due-work.js';
import { FailingWork } from './failing-work.js';
import { LedgerService } from './ledger.service.js';
import { toDate } from '../shared/sql-table.js';
import { withinEveryScope } from '../shared/sight.js';

/** How long a first answer is kept for replays. Published in docs/api.md; the entry keeps its own unique key for ever. */
export const IDEMPOTENCY_WINDOW_MS = 7 * 86_400_000;
const SWEEP_LIMIT = 500;
/** Commands of sweeps in the ledger's queue at a time: what clients ask for meanwhile shares its groups with no more than these. */
const QUEUED_AT_ONCE = 48;
/** Keys forgotten in one transaction: it takes some milliseconds, and holds no lock for longer. */
const FORGET_LIMIT = 500;
const SYSTEM_ACTOR = { keyId: '', requestId: 'scheduled' };

export const EXPIRED_LOTS: DueWork = {
  table: 'lot',
  columns: 'wallet_id, tenant_id, environment_id',
  due: 'expires_at',
  where: 'is_open and expires_at is not null and renewal_id is null',
  also: 'remaining > held',
};
export const EXPIRED_HOLDS: DueWork = {
  table: 'hold',
  columns: 'wallet_id, tenant_id, environment_id, id',
  due: 'expires_at',
  where: `hold_status = 'open' and expires_at is not null`,
};

/** What became of wallets that were to be looked at. */
export interface Looked {
  done: WalletRef[];
  /** The ledger was busy: whoever claimed them gives them back. */
  busy: WalletRef[];
  failed: { wallet: WalletRef; retryAt: Date }[];
}

/** What time does to wallets. Nothing becomes true through it: expired credits can't be spent anyway; it only books. */
@Injectable()
export class LedgerSweeps {
  readonly #logger = new Logger('LedgerSweeps');
  readonly #failing = new FailingWork();
  /** How far the keys are forgotten: what is deleted stays in the index until it is vacuumed. */
  #forgottenUntil = new Date(0);

  constructor(
    private readonly em: EntityManager,
    private readonly ledger: LedgerService,
    private readonly clock: Clock,
    private readonly distribution: Distribution,
  ) {}

  /** Books the forfeiture of expired credits. Any number of processes may: the second finds nothing left. @returns of how many wallets */
  async expireCredits(): Promise<number> {
    const rows = await this.#find<WalletRow>(EXPIRED_LOTS, 'select distinct wallet_id, tenant_id, environment_id');
    return countOf(await this.evaluateEach(rows.map(walletRef)));
  }

  /** Ends holds whose time is over and gives their credits back. @returns how many */
  async expireHolds(): Promise<number> {
    const rows = await this.#find<WalletRow & { id: string }>(EXPIRED_HOLDS, 'select *');
    const holds = rows.map((row) => ({ ...walletRef(row), holdId: row.id }));
    return countOf(await this.#each(holds, (hold) => this.#expireHold(hold)));
  }

  /** Lets the ledger and its policies look at wallets again. One that fails is logged, fails alone and waits longer each time. */
  evaluateEach(wallets: readonly WalletRef[]): Promise<Looked> {
    return this.#each(wallets, async ({ walletId, scope }) => {
      await this.ledger.post({ kind: 'evaluate', scope, walletId, actor: SYSTEM_ACTOR, answer: () => null });
    });
  }

  /** Forgets some answers that are older than the published window. @returns how many */
  async forgetAnswers(): Promise<number> {
    const before = new Date(this.clock.now().getTime() - IDEMPOTENCY_WINDOW_MS);
    if (this.distribution.isDistributed) return this.#forgetInPlaces(before);
    const [piece] = await withinEveryScope(() =>
      this.em.fork().execute<{ forgotten: number; last: string | null }[]>(
        `with old as materialized (
         select ctid from idempotency_key where created_at >= ? and created_at < ? order by created_at limit ${FORGET_LIMIT}
       ), forgotten as (
         delete from idempotency_key where ctid = any(array(select ctid from old)) returning created_at
       )
       select count(*)::int as forgotten, max(created_at) as last from forgotten`,
        [this.#forgottenUntil.toISOString(), before.toISOString()],
      ),
    );
    if (piece?.last) this.#forgottenUntil = toDate(piece.last);
    // Beginning anew the next time finds what a clock that was set back has written.
    else this.#forgottenUntil = new Date(0);
    return piece?.forgotten ?? 0;
  }

  /** A piece after the other: no statement takes some rows of several. */
  async #forgetInPlaces(before: Date): Promise<number> {
    let most = 0;
    for (const place of this.distribution.places) {
      const shards = place.join(', ');
      const forgotten = await withinEveryScope(() =>
        this.em.fork().execute<unknown[]>(
          `delete from idempotency_key where shard in (${shards}) and (shard, tenant_id, environment_id, key) in (
             select shard, tenant_id, environment_id, key from idempotency_key
             where shard in (${shards}) and created_at < ? order by created_at limit ${FORGET_LIMIT}
           ) returning shard`,
          [before.toISOString()],
        ),
      );
      most = Math.max(most, forgotten.length);
    }
    return most;
  }

  /** What is due, whoever it is of; the ledger then sees what each of its groups is about. */
  async #find<Row extends WalletRow>(work: DueWork, select: string): Promise<Row[]> {
    return withinEveryScope(async () => {
      const em = this.em.fork();
      const due = await dueRows(em, work, await this.#search());
      return due ? em.execute<Row[]>(`${select} from (${due.sql}) due`, due.parameters) : [];
    });
  }

  async #search(): Promise<DueSearch> {
    const now = await claimInstant(this.em.fork(), this.clock);
    const { isDistributed: isSpread } = this.distribution;
    return { now, limit: SWEEP_LIMIT, without: this.#failing.waiting(this.clock.now()), isSpread };
  }

  async #expireHold({ walletId, scope, holdId }: WalletRef & { holdId: string }): Promise<void> {
    const release = { kind: 'release', scope, walletId, holdId, outcome: 'expired' } as const;
    try {
      await this.ledger.post({ ...release, actor: SYSTEM_ACTOR, answer: () => null });
    } catch (error) {
      // Another process was faster, or the hold was captured meanwhile.
      if (!(error instanceof DomainError) || error.kind === 'unavailable') throw error;
    }
  }

  /** So many at a time, so that those who wait for an answer keep their share of the ledger. */
  async #each<Item extends WalletRef>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<Looked> {
    const looked: Looked = { done: [], busy: [], failed: [] };
    let next = 0;
    const takeTurns = async (): Promise<void> => {
      for (let item = items[next++]; item; item = items[next++]) {
        // Whoever is told to come back does not bring the next one.
        if (looked.busy.length > 0) looked.busy.push(item);
        else await this.#one(item, work, looked);
      }
    };
    await Promise.all(Array.from({ length: Math.min(QUEUED_AT_ONCE, items.length) }, takeTurns));
    return looked;
  }

  async #one<Item extends WalletRef>(item: Item, work: (item: Item) => Promise<void>, looked: Looked): Promise<void> {
    try {
      await work(item);
      this.#failing.succeeded(item.walletId);
      looked.done.push(item);
    } catch (error) {
      if (error instanceof DomainError && error.kind === 'unavailable') {
        looked.busy.push(item);
        return;
      }
      const retryAt = this.#failing.failed(item.walletId, this.clock.now());
      looked.failed.push({ wallet: item, retryAt });
      const { scope, ...what } = item;
      this.#logger.error({
        msg: 'a wallet could not be looked at; it is tried again',
        ...what,
        environmentId: scope.environmentId,
        retryAt,
        err: error,
      });
    }
  }
}

/** How many were looked at; none where more would meet a ledger that is busy. */
function countOf({ done, busy }: Looked): number {
  return busy.length > 0 ? 0 : done.length;
}
