import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { SUSPENDED_TENANTS } from '../../auth/suspension.js';
import { toDate } from '../../shared/sql-table.js';
import {
  claimInstant,
  dueRows,
  type DueSearch,
  type DueWork,
  takeSpread,
  type WalletRef,
  walletRef,
  type WalletRow,
} from '../../ledger/due-work.js';
import { Clock } from '../../shared/clock.js';
import { Distribution } from '../../shared/distribution.js';
import { type Scope, scopeOf } from '../../shared/scope.js';
import { withinEveryScope, withinScopes } from '../../shared/sight.js';
import { shardOf } from '../../shared/shard.js';
import { LEASE_MS } from '../schedule/schedule.js';
import { nextRecheckAt } from './change-top-up.js';
import { BUSY_STATUS_LIST, OPEN_STATUS_LIST, TopUp, TopUpAttempt } from './top-up.entity.js';

/** How long an intent may make no progress before somebody should look at it. */
const STUCK_AFTER_MS = 15 * 60_000;
/** While a wallet's evaluation is under way no other process takes it; after this its process is taken for crashed. */
const EVALUATION_LEASE_MS = 60_000;

/** What has not begun waits while its tenant is suspended; what has is looked after. The gate asks again, under the lock. */
export const MAY_BEGIN = `(top_up_status not in ('created', 'retry_wait') or tenant_id not in (${SUSPENDED_TENANTS}))`;

export const DUE_TOP_UPS: DueWork = {
  table: 'top_up',
  columns: 'shard, id',
  due: 'next_attempt_at',
  where: `top_up_status in (${OPEN_STATUS_LIST})`,
  also: MAY_BEGIN,
};
const DUE_RECHECKS: DueWork = { table: 'top_up', columns: 'id', due: 'recheck_at', where: 'recheck_at is not null' };
export const DUE_EVALUATIONS: DueWork = {
  table: 'top_up_guard',
  columns: 'shard, wallet_id',
  due: 'next_evaluation_at',
  where: 'next_evaluation_at is not null',
};

const WALLET_COLUMNS = 'wallet_id, tenant_id, environment_id';

/** Wallets that this process, and no other, looks at until then. */
export interface EvaluationClaim {
  wallets: WalletRef[];
  /** When it was made. */
  now: Date;
  until: Date;
}

/**
 * What is due, handed to one process at a time by a lease. Of top-ups the lease is all that is written here: everything
 * else about them changes under their wallet's lock.
 */
@Injectable()
export class TopUpQueue {
  constructor(
    private readonly em: EntityManager,
    private readonly clock: Clock,
    private readonly distribution: Distribution,
  ) {}

  /** How a claim keeps others off: rows of several workers cannot be locked, so there it compares what it has read. */
  get #claim(): Pick<DueSearch, 'isSpread' | 'lock'> {
    return this.distribution.isDistributed ? { isSpread: true } : { lock: 'for update skip locked' };
  }

  async reread(topUp: Pick<TopUp, 'id'>): Promise<TopUp> {
    return this.em.fork().findOneOrFail(TopUp, { id: topUp.id });
  }

  /**
   * Takes due top-ups for this process, of each environment in turn: no other process has or gets them while the lease
   * lasts.
   * @param roomOf how many more this process takes up of an environment
   */
  async claimDue(limit: number, roomOf: (environmentId: string) => number): Promise<TopUp[]> {
    return withinEveryScope(async () => {
      const em = this.em.fork();
      const now = await claimInstant(em, this.clock);
      const due = await dueRows(em, DUE_TOP_UPS, { now, limit, roomOf, ...this.#claim });
      return due ? this.#lease(em, now, due.sql, due.parameters) : [];
    });
  }

  /** Takes those of the given top-ups that are due, and that nobody else is at. */
  async claim(ids: readonly string[]): Promise<TopUp[]> {
    return withinEveryScope(async () => {
      const em = this.em.fork();
      const now = await claimInstant(em, this.clock);
      const due = `select shard, id, next_attempt_at from top_up where id in (${ids.map(() => '?').join(', ')})
        and top_up_status in (${OPEN_STATUS_LIST}) and ${MAY_BEGIN} and next_attempt_at <= ? ${this.#claim.lock ?? ''}`;
      return this.#lease(em, now, due, [...ids, now.toISOString()]);
    });
  }

  /** The top-up of a payment that waits for what its provider will say, if there is one. */
  async claimByPayment({ tenantId, environmentId }: Scope, paymentId: string): Promise<TopUp[]> {
    const em = this.em.fork();
    const due = `select shard, id, next_attempt_at from top_up where payment_id = ? and tenant_id = ? and environment_id = ?
      and top_up_status in ('unknown', 'processing', 'requires_action') ${this.#claim.lock ?? ''}`;
    return this.#lease(em, await claimInstant(em, this.clock), due, [paymentId, tenantId, environmentId]);
  }

  /** One that has ended without money though it has a payment. */
  async findEnded(scope: Scope, paymentId: string): Promise<TopUp | undefined> {
    const where = { ...scopeOf(scope), paymentId, topUpStatus: { $in: ['failed' as const, 'canceled' as const] } };
    return (await this.em.fork().findOne(TopUp, where)) ?? undefined;
  }

  async #lease(em: EntityManager, now: Date, due: string, parameters: unknown[]): Promise<TopUp[]> {
    const lease = new Date(now.getTime() + LEASE_MS);
    const rows = await (this.distribution.isDistributed
      ? this.#take(em, lease, due, parameters)
      : em.execute<{ id: string }[]>(
          // As an array: how many there are is not known to the planner, which would join, and read the table whole.
          `with due as materialized (${due})
       update top_up set next_attempt_at = ? where id = any(array(select id from due)) returning id`,
          [...parameters, lease.toISOString()],
        ));
    if (rows.length === 0) return [];
    return em.find(TopUp, { id: { $in: rows.map(({ id }) => id) } }, { orderBy: { id: 'asc' } });
  }

  async #take(em: EntityManager, lease: Date, due: string, parameters: unknown[]): Promise<{ id: string }[]> {
    const rows = await em.execute<Record<string, unknown>[]>(due, parameters);
    return takeSpread<{ id: string }>(em, DUE_TOP_UPS, rows, lease, 'id');
  }

  /** Ended ones whose payment the provider is asked about once more. */
  async claimRechecks(limit: number, roomOf: (environmentId: string) => number): Promise<TopUp[]> {
    return withinEveryScope(async () => {
      const em = this.em.fork();
      const now = await claimInstant(em, this.clock);
      return em.transactional(async (tx) => {
        // Of a distributed database two processes may take the same: then the provider is asked twice, and nothing else.
        const due = await dueRows(tx, DUE_RECHECKS, { now, limit, roomOf, ...this.#claim });
        if (!due) return [];
        const rows = await tx.execute<{ id: string }[]>(due.sql, due.parameters);
        const ended = await tx.find(TopUp, { id: { $in: rows.map(({ id }) => id) } });
        for (const topUp of ended) topUp.recheckAt = nextRecheckAt(topUp.recheckAt ?? null, topUp, now);
        return ended;
      });
    });
  }

  /** Declines of one card since an instant, whatever wallets they were for. */
  async countCardDeclines(fingerprint: string, since: Date): Promise<number> {
    const where = { cardFingerprint: fingerprint, startedAt: { $gte: since }, outcome: 'declined' };
    return this.em.fork().count(TopUpAttempt, where);
  }

  /** Wallets whose rules time may have an answer for, of each environment in turn; each is handed to one process only. */
  async claimEvaluations(limit: number): Promise<EvaluationClaim> {
    return withinEveryScope(() => this.#claimEvaluations(limit));
  }

  async #claimEvaluations(limit: number): Promise<EvaluationClaim> {
    const em = this.em.fork();
    const now = await claimInstant(em, this.clock);
    const until = new Date(now.getTime() + EVALUATION_LEASE_MS);
    const due = await dueRows(em, DUE_EVALUATIONS, { now, limit, ...this.#claim });
    if (!due) return { wallets: [], now, until };
    const rows = await (this.distribution.isDistributed
      ? takeSpread<WalletRow>(em, DUE_EVALUATIONS, await em.execute(due.sql, due.parameters), until, WALLET_COLUMNS)
      : em.execute<WalletRow[]>(
          `with due as materialized (${due.sql})
           update top_up_guard g set next_evaluation_at = ?
           from unnest(array(select shard from due), array(select wallet_id from due)) as d(shard, wallet_id)
           where g.shard = d.shard and g.wallet_id = d.wallet_id
           returning g.wallet_id, g.tenant_id, g.environment_id`,
          [...due.parameters, until.toISOString()],
        ));
    return { wallets: rows.map(walletRef), now, until };
  }

  /** Gives back what could not be looked at. What somebody else has looked at meanwhile has its own time by now. */
  async giveBack({ until }: EvaluationClaim, wallets: readonly WalletRef[], dueAt: Date): Promise<void> {
    if (wallets.length === 0) return;
    await withinScopes(
      wallets.map(({ scope }) => scope),
      () =>
        this.em.fork().execute(
          `update top_up_guard set next_evaluation_at = ?
           where (shard, wallet_id) in (${wallets.map(() => '(?, ?)').join(', ')}) and next_evaluation_at = ?`,
          [dueAt.toISOString(), ...wallets.flatMap(({ walletId: id }) => [shardOf(id), id]), until.toISOString()],
        ),
    );
  }

  /** Charges that have made no progress for a quarter of an hour, oldest first: what an operator looks at. */
  async findStuck(limit: number): Promise<{ id: string; status: string; since: Date }[]> {
    const before = new Date(this.clock.now().getTime() - STUCK_AFTER_MS).toISOString();
    // One that waited for days for its next try counts from that try.
    const rows = await withinEveryScope(() =>
      this.em.fork().execute<{ id: string; top_up_status: string; since: string }[]>(
        `select id, top_up_status, coalesce(charged_at, created_at) as since from top_up
       where not invoicing and top_up_status in (${BUSY_STATUS_LIST}) and ${MAY_BEGIN} and created_at <= ?
         and coalesce(charged_at, created_at) <= ? order by created_at limit ${limit}`,
        [before, before],
      ),
    );
    return rows.map((row) => ({ id: row.id, status: row.top_up_status, since: toDate(row.since) }));
  }
}
