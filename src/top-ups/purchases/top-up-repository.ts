import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../shared/clock.js';
import { notFound } from '../../shared/errors.js';
import { type Scope, scopeOf } from '../../shared/scope.js';
import { toDate } from '../../shared/sql-table.js';
import { LEASE_MS } from '../schedule/schedule.js';
import { TopUpDecision } from '../rules/top-up-decision.entity.js';
import { OPEN_STATUS_LIST, OPEN_STATUSES, TopUp, TopUpAttempt } from './top-up.entity.js';
import type { TopUpRecord } from '../rules/top-up-state.js';

/** Columns that a step of a top-up's life may change. */
export type TopUpChange = Partial<
  Pick<
    TopUpRecord,
    | 'topUpStatus'
    | 'provider'
    | 'paymentMethodId'
    | 'paymentMethodRef'
    | 'cardFingerprint'
    | 'paymentId'
    | 'attempt'
    | 'lookups'
    | 'nextAttemptAt'
    | 'lastErrorCode'
    | 'lastErrorMessage'
    | 'actionUrl'
  >
>;

/** Rows of top-ups outside the ledger's transaction. Every change is conditional on the top-up still being open. */
@Injectable()
export class TopUpRepository {
  constructor(
    private readonly em: EntityManager,
    private readonly clock: Clock,
  ) {}

  async get(scope: Scope, id: string): Promise<TopUp> {
    const topUp = await this.em.fork().findOne(TopUp, { id, ...scopeOf(scope) });
    if (!topUp) throw notFound('top-up', { top_up_id: id });
    return topUp;
  }

  async reread(topUp: TopUp): Promise<TopUp> {
    return this.em.fork().findOneOrFail(TopUp, { id: topUp.id });
  }

  async findByKey(scope: Scope, idempotencyKey: string): Promise<TopUp | null> {
    return this.em.fork().findOne(TopUp, { ...scopeOf(scope), idempotencyKey });
  }

  /** Stores a purchase, and in the same commit what comes with it. */
  async insert(record: TopUpRecord, within?: (tx: EntityManager, topUpId: string) => Promise<void>): Promise<TopUp> {
    return this.em.fork().transactional(async (tx) => {
      const topUp = tx.create(TopUp, record);
      // First, so that a repeat with the same key stops here and takes nothing.
      await tx.flush();
      await within?.(tx, topUp.id);
      return topUp;
    });
  }

  /** Takes up to `limit` due top-ups for this process: no other process has or gets them while the lease lasts. */
  async claimDue(limit: number, ids?: readonly string[]): Promise<TopUp[]> {
    const now = this.clock.now();
    const lease = new Date(now.getTime() + LEASE_MS).toISOString();
    const only = ids ? `and id in (${ids.map(() => '?').join(', ')})` : '';
    const em = this.em.fork();
    const rows = await em.execute<{ id: string }[]>(
      `update top_up set next_attempt_at = ?, updated_at = ? where id in (
         select id from top_up where top_up_status in (${OPEN_STATUS_LIST}) and next_attempt_at <= ? ${only}
         order by next_attempt_at limit ${limit} for update skip locked
       ) returning id`,
      [lease, now.toISOString(), now.toISOString(), ...(ids ?? [])],
    );
    return rows.length === 0
      ? []
      : em.find(TopUp, { id: { $in: rows.map(({ id }) => id) } }, { orderBy: { id: 'asc' } });
  }

  /** Changes an open top-up; false when it had ended meanwhile, and nothing was changed. */
  async change(topUp: TopUp, change: TopUpChange): Promise<boolean> {
    const updatedAt = this.clock.now();
    const where = { id: topUp.id, topUpStatus: { $in: [...OPEN_STATUSES] } };
    const changed = await this.em.fork().nativeUpdate(TopUp, where, { ...change, updatedAt });
    if (changed > 0) Object.assign(topUp, change, { updatedAt });
    return changed > 0;
  }

  async startAttempt(topUp: TopUp): Promise<void> {
    await this.em.fork().execute(
      `insert into top_up_attempt (top_up_id, attempt, wallet_id, card_fingerprint, outcome, code, message, started_at)
       values (?, ?, ?, ?, 'started', '', '', ?) on conflict do nothing`,
      [topUp.id, topUp.attempt, topUp.walletId, topUp.cardFingerprint ?? '', this.clock.now().toISOString()],
    );
  }

  async finishAttempt(topUp: TopUp, outcome: string, code = '', message = ''): Promise<void> {
    await this.em
      .fork()
      .nativeUpdate(
        TopUpAttempt,
        { topUpId: topUp.id, attempt: topUp.attempt },
        { outcome, code, message, finishedAt: this.clock.now() },
      );
  }

  /** Declines of one card since an instant, whatever wallets they were for. */
  async countCardDeclines(fingerprint: string, since: Date): Promise<number> {
    const where = { cardFingerprint: fingerprint, startedAt: { $gte: since }, outcome: 'declined' };
    return this.em.fork().count(TopUpAttempt, where);
  }

  async listOfWallet(scope: Scope, walletId: string, limit: number, offset: number): Promise<[TopUp[], number]> {
    const orderBy = { createdAt: 'desc', id: 'desc' } as const;
    return this.em.fork().findAndCount(TopUp, { ...scopeOf(scope), walletId }, { orderBy, limit, offset });
  }

  async attemptsOf(topUpIds: readonly string[]): Promise<TopUpAttempt[]> {
    const orderBy = { topUpId: 'asc', attempt: 'asc' } as const;
    return this.em.fork().find(TopUpAttempt, { topUpId: { $in: [...topUpIds] } }, { orderBy });
  }

  async decisionsOfWallet(
    scope: Scope,
    walletId: string,
    limit: number,
    offset: number,
  ): Promise<[TopUpDecision[], number]> {
    const orderBy = { lastSeenAt: 'desc', id: 'desc' } as const;
    return this.em.fork().findAndCount(TopUpDecision, { ...scopeOf(scope), walletId }, { orderBy, limit, offset });
  }

  /** Wallets whose rules are due for a look; each is handed to one process only. */
  async claimDueEvaluations(limit: number, next: Date): Promise<WalletRef[]> {
    return walletRefs(
      this.em.fork(),
      `update top_up_guard set next_evaluation_at = ? where wallet_id in (
         select wallet_id from top_up_guard where next_evaluation_at <= ?
         order by next_evaluation_at limit ${limit} for update skip locked
       ) returning wallet_id, tenant_id, environment_id`,
      [next.toISOString(), this.clock.now().toISOString()],
    );
  }

  /** Wallets with expired credits that were kept for a renewal which has ended since. */
  async endedRenewals(limit: number): Promise<WalletRef[]> {
    return walletRefs(
      this.em.fork(),
      `select distinct l.wallet_id, l.tenant_id, l.environment_id from lot l join top_up t on t.id = l.renewal_id
       where l.is_open and l.expires_at <= ? and t.top_up_status not in (${OPEN_STATUS_LIST}) limit ${limit}`,
      [this.clock.now().toISOString()],
    );
  }

  /** The age of the oldest open top-up: what an operator watches. */
  async oldestOpenAt(): Promise<Date | null> {
    const rows = await this.em
      .fork()
      .execute<{ at: string | null }[]>(
        `select min(created_at) as at from top_up where top_up_status in (${OPEN_STATUS_LIST})`,
      );
    return rows[0]?.at ? toDate(rows[0].at) : null;
  }
}

export interface WalletRef {
  walletId: string;
  scope: Scope;
}

/** Runs a statement that gives wallets with their tenant and environment. */
export async function walletRefs(em: EntityManager, sql: string, parameters: unknown[]): Promise<WalletRef[]> {
  const rows = await em.execute<{ wallet_id: string; tenant_id: string; environment_id: string }[]>(sql, parameters);
  return rows.map((row) => ({
    walletId: row.wallet_id,
    scope: { tenantId: row.tenant_id, environmentId: row.environment_id },
  }));
}
