import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { claimInstant, dueRows, type DueWork } from '../../ledger/due-work.js';
import { Clock } from '../../shared/clock.js';
import { type Scope, scopeOf } from '../../shared/scope.js';
import { withinEveryScope } from '../../shared/sight.js';
import { TopUp } from '../purchases/top-up.entity.js';
import { LEASE_MS } from '../schedule/schedule.js';
import { Refund } from './refund.entity.js';

const DUE_REFUNDS: DueWork = {
  table: 'refund',
  columns: 'id',
  due: 'next_attempt_at',
  where: "refund_status = 'pending'",
};

/** Refunds that are due, handed to one process at a time by a lease: that, and when it is asked again, is all that is written here. */
@Injectable()
export class RefundQueue {
  constructor(
    private readonly em: EntityManager,
    private readonly clock: Clock,
  ) {}

  /** Of each environment in turn. */
  async claimDue(limit: number): Promise<Refund[]> {
    return withinEveryScope(() => this.#claimDue(limit));
  }

  async #claimDue(limit: number): Promise<Refund[]> {
    const em = this.em.fork();
    const now = await claimInstant(em, this.clock);
    const due = await dueRows(em, DUE_REFUNDS, { now, limit, lock: 'for update skip locked' });
    if (!due) return [];
    const rows = await em.execute<{ id: string }[]>(
      `with due as materialized (${due.sql})
       update refund set next_attempt_at = ? where id = any(array(select id from due)) returning id`,
      [...due.parameters, new Date(now.getTime() + LEASE_MS).toISOString()],
    );
    return em.find(Refund, { id: { $in: rows.map(({ id }) => id) } }, { orderBy: { id: 'asc' } });
  }

  async reread(id: string): Promise<Refund> {
    return this.em.fork().findOneOrFail(Refund, { id });
  }

  /** Unless it has ended meanwhile. */
  async askAgainAt({ id, lookups }: Refund, nextAttemptAt: Date): Promise<void> {
    const where = { id, refundStatus: 'pending' as const };
    await this.em.fork().nativeUpdate(Refund, where, { nextAttemptAt, lookups: lookups + 1 });
  }

  async findTopUp(scope: Scope, where: { id: string } | { paymentId: string }): Promise<TopUp | undefined> {
    return (await this.em.fork().findOne(TopUp, { ...scopeOf(scope), ...where })) ?? undefined;
  }
}
