import type { FilterQuery } from '@mikro-orm/core';
import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import type { PurchaseFacts } from '../../payments/payment-provider.js';
import { Clock } from '../../shared/clock.js';
import { notFound } from '../../shared/errors.js';
import { newId } from '../../shared/ids.js';
import { type Scope, scopeOf } from '../../shared/scope.js';
import type { Finding, SideHere, SideThere } from './compare-payment.js';
import { ReconciliationDifference } from './reconciliation-difference.entity.js';
import type { ReconciliationRun } from './reconciliation-run.entity.js';

/** A finding, and what it is about. */
export interface Difference extends Finding {
  provider: string;
  subject: string;
  paymentId: string | null;
  topUpId: string | null;
  walletId: string | null;
  customerId: string | null;
  there: SideThere | null;
  here: SideHere | null;
  purchase: PurchaseFacts | null;
  occurredAt: Date;
}

/** The rows of differences. Another tenant's and one that does not exist answer the same. */
@Injectable()
export class ReconciliationDifferences {
  constructor(
    private readonly em: EntityManager,
    private readonly clock: Clock,
  ) {}

  async get(scope: Scope, id: string): Promise<ReconciliationDifference> {
    const row = await this.em.fork().findOne(ReconciliationDifference, { id, ...scopeOf(scope) });
    if (!row) throw notFound('difference', { difference_id: id });
    return row;
  }

  async list(
    scope: Scope,
    filter: FilterQuery<ReconciliationDifference>,
    page: { limit: number; offset: number; order: 'asc' | 'desc' },
  ): Promise<{ items: ReconciliationDifference[]; total: number }> {
    const { order, ...bounds } = page;
    const where = { $and: [scopeOf(scope), filter] } as FilterQuery<ReconciliationDifference>;
    const orderBy = { firstSeenAt: order, id: order };
    const [items, total] = await this.em.fork().findAndCount(ReconciliationDifference, where, { orderBy, ...bounds });
    return { items, total };
  }

  /** Keeps what a run has seen. One that was repaired and is there again is open again; what was accepted stays so. */
  async saw(run: ReconciliationRun, found: Difference): Promise<void> {
    const now = this.clock.now();
    const seen = {
      kind: found.kind,
      repair: found.repair,
      provider: found.provider,
      subject: found.subject,
      paymentId: found.paymentId,
      topUpId: found.topUpId,
      walletId: found.walletId,
      customerId: found.customerId,
      there: found.there,
      here: found.here,
      purchase: found.purchase,
      occurredAt: found.occurredAt,
      lastSeenAt: now,
      lastRunId: run.id,
    };
    await this.em.fork().transactional(async (tx) => {
      const where = { environmentId: run.environmentId, kind: found.kind, subject: found.subject };
      const known = await tx.findOne(ReconciliationDifference, where);
      if (!known) {
        const fresh = { id: newId('diff', now), ...scopeOf(run), state: 'open' as const, firstSeenAt: now };
        tx.create(ReconciliationDifference, { ...fresh, ...seen, resolvedAt: null, resolvedBy: '', note: '' });
        return;
      }
      Object.assign(known, seen);
      if (known.state === 'repaired') Object.assign(known, { state: 'open', resolvedAt: null, resolvedBy: '' });
    });
  }

  /** Of the run's time, what it did not find any more. */
  async closeUnseen(run: ReconciliationRun): Promise<void> {
    const where = {
      ...scopeOf(run),
      state: 'open' as const,
      occurredAt: { $gte: run.periodFrom, $lt: run.periodTo },
      lastRunId: { $ne: run.id },
    };
    const repaired = { state: 'repaired' as const, resolvedAt: this.clock.now(), resolvedBy: 'run' };
    await this.em.fork().nativeUpdate(ReconciliationDifference, where, repaired);
  }

  countOpen(run: ReconciliationRun): Promise<number> {
    return this.em.fork().count(ReconciliationDifference, { ...scopeOf(run), lastRunId: run.id, state: 'open' });
  }

  async resolve(
    difference: ReconciliationDifference,
    change: { state: 'repaired' | 'accepted'; resolvedBy: string; note: string },
  ): Promise<ReconciliationDifference> {
    const where = { ...scopeOf(difference), id: difference.id, state: 'open' as const };
    await this.em.fork().nativeUpdate(ReconciliationDifference, where, { ...change, resolvedAt: this.clock.now() });
    return this.get(difference, difference.id);
  }

  /** Why it is still open. */
  async note(difference: ReconciliationDifference, note: string): Promise<ReconciliationDifference> {
    await this.em
      .fork()
      .nativeUpdate(ReconciliationDifference, { ...scopeOf(difference), id: difference.id }, { note });
    return this.get(difference, difference.id);
  }
}
