import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { toDate } from '../../shared/sql-table.js';
import { Clock } from '../../shared/clock.js';
import type { Scope } from '../../shared/scope.js';
import { LEASE_MS } from '../schedule/schedule.js';
import { nextRecheckAt } from './change-top-up.js';
import { BUSY_STATUS_LIST, OPEN_STATUS_LIST, TopUp, TopUpAttempt } from './top-up.entity.js';

/** How long an intent may make no progress before somebody should look at it. */
const STUCK_AFTER_MS = 15 * 60_000;
/** While a wallet's evaluation is under way no other process takes it; one that fails is tried again after it. */
const EVALUATION_LEASE_MS = 60_000;

export interface WalletRef {
  walletId: string;
  scope: Scope;
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
  ) {}

  async reread(topUp: Pick<TopUp, 'id'>): Promise<TopUp> {
    return this.em.fork().findOneOrFail(TopUp, { id: topUp.id });
  }

  /**
   * Takes up to `limit` due top-ups for this process, of each environment in turn: no other process has or gets them
   * while the lease lasts.
   */
  async claimDue(limit: number, ids?: readonly string[]): Promise<TopUp[]> {
    const now = this.clock.now();
    const lease = new Date(now.getTime() + LEASE_MS).toISOString();
    const only = ids ? `and id in (${ids.map(() => '?').join(', ')})` : '';
    const em = this.em.fork();
    const rows = await em.execute<{ id: string }[]>(
      `update top_up set next_attempt_at = ? where id in (
         select id from top_up where id in (
           select id from (
             select id, next_attempt_at, row_number() over (partition by environment_id order by next_attempt_at) as turn
             from (
               select id, environment_id, next_attempt_at from top_up
               where top_up_status in (${OPEN_STATUS_LIST}) and next_attempt_at <= ? ${only}
               order by next_attempt_at limit ${CLAIM_WINDOW}
             ) due
           ) ranked order by turn, next_attempt_at limit ${limit}
         ) and next_attempt_at <= ? for update skip locked
       ) returning id`,
      [lease, now.toISOString(), ...(ids ?? []), now.toISOString()],
    );
    if (rows.length === 0) return [];
    return em.find(TopUp, { id: { $in: rows.map(({ id }) => id) } }, { orderBy: { id: 'asc' } });
  }

  /** Ended ones whose payment the provider is asked about once more. */
  async claimRechecks(limit: number): Promise<TopUp[]> {
    const now = this.clock.now();
    const em = this.em.fork();
    return em.transactional(async (tx) => {
      const rows = await tx.execute<{ id: string }[]>(
        `select id from top_up where recheck_at <= ? order by recheck_at limit ${limit} for update skip locked`,
        [now.toISOString()],
      );
      const ended = await tx.find(TopUp, { id: { $in: rows.map(({ id }) => id) } });
      for (const topUp of ended) topUp.recheckAt = nextRecheckAt(topUp.recheckAt ?? null, topUp, now);
      return ended;
    });
  }

  /** Declines of one card since an instant, whatever wallets they were for. */
  async countCardDeclines(fingerprint: string, since: Date): Promise<number> {
    const where = { cardFingerprint: fingerprint, startedAt: { $gte: since }, outcome: 'declined' };
    return this.em.fork().count(TopUpAttempt, where);
  }

  /** Wallets whose rules time may have an answer for, of each environment in turn; each is handed to one process only. */
  async claimDueEvaluations(limit: number): Promise<WalletRef[]> {
    const now = this.clock.now();
    const lease = new Date(now.getTime() + EVALUATION_LEASE_MS);
    return walletRefs(
      this.em.fork(),
      `update top_up_guard set next_evaluation_at = ? where wallet_id in (
         select wallet_id from top_up_guard where wallet_id in (
           select wallet_id from (
             select wallet_id, next_evaluation_at,
               row_number() over (partition by environment_id order by next_evaluation_at) as turn
             from (
               select wallet_id, environment_id, next_evaluation_at from top_up_guard where next_evaluation_at <= ?
               order by next_evaluation_at limit ${CLAIM_WINDOW}
             ) due
           ) ranked order by turn, next_evaluation_at limit ${limit}
         ) and next_evaluation_at <= ? for update skip locked
       ) returning wallet_id, tenant_id, environment_id`,
      [lease.toISOString(), now.toISOString(), now.toISOString()],
    );
  }

  /** Wallets with expired credits that were kept for a purchase which has ended since. */
  async endedRenewals(limit: number): Promise<WalletRef[]> {
    return walletRefs(
      this.em.fork(),
      `select distinct l.wallet_id, l.tenant_id, l.environment_id from lot l join top_up t on t.id = l.renewal_id
       where l.is_open and l.expires_at <= ? and t.top_up_status not in (${OPEN_STATUS_LIST}) limit ${limit}`,
      [this.clock.now().toISOString()],
    );
  }

  /** Charges that have made no progress for a quarter of an hour, oldest first: what an operator looks at. */
  async findStuck(limit: number): Promise<{ id: string; status: string; since: Date }[]> {
    const before = new Date(this.clock.now().getTime() - STUCK_AFTER_MS).toISOString();
    // One that waited for days for its next try counts from that try.
    const rows = await this.em.fork().execute<{ id: string; top_up_status: string; since: string }[]>(
      `select id, top_up_status, coalesce(charged_at, created_at) as since from top_up
       where not invoicing and top_up_status in (${BUSY_STATUS_LIST}) and created_at <= ?
         and coalesce(charged_at, created_at) <= ? order by created_at limit ${limit}`,
      [before, before],
    );
    return rows.map((row) => ({ id: row.id, status: row.top_up_status, since: toDate(row.since) }));
  }
}

/** Due rows that take turns; more than one round takes up, so that one tenant's flood does not hide another's row for long. */
const CLAIM_WINDOW = 5000;

/** Runs a statement that gives wallets with their tenant and environment. */
async function walletRefs(em: EntityManager, sql: string, parameters: unknown[]): Promise<WalletRef[]> {
  const rows = await em.execute<{ wallet_id: string; tenant_id: string; environment_id: string }[]>(sql, parameters);
  return rows.map((row) => ({
    walletId: row.wallet_id,
    scope: { tenantId: row.tenant_id, environmentId: row.environment_id },
  }));
}
