import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { type RawBuilder, sql } from 'kysely';
import { notFound } from '../../shared/errors.js';
import { readRows, timestampText } from '../../shared/prepared-reads.js';
import { readPage } from '../../shared/read-page.js';
import type { Scope } from '../../shared/scope.js';
import { shardOf } from '../../shared/shard.js';
import { SqlTable } from '../../shared/sql-table.js';
import { TopUpDecision } from '../rules/top-up-decision.entity.js';
import type { DecisionRecord, TopUpRecord } from '../rules/top-up-state.js';
import { TopUp, type TopUpStatus } from './top-up.entity.js';
import type { TopUpAttemptResponse, TopUpListQuery } from './top-ups.dto.js';

interface Page {
  limit: number;
  offset: number;
}

/** A top-up with every attempt to charge for it, the first one first. */
export interface ShownTopUp extends TopUpRecord {
  attempts: TopUpAttemptResponse[] | null;
}

/** The attempts of a top-up `t`, in the answer's own texts. */
const ATTEMPTS = `(
  select json_agg(json_build_object('attempt', a.attempt, 'outcome', a.outcome, 'code', a.code, 'message', a.message,
    'started_at', ${timestampText('a.started_at')}, 'finished_at', ${timestampText('a.finished_at')}) order by a.attempt)
  from top_up_attempt a where a.shard = t.shard and a.top_up_id = t.id)`;

/** What is to be seen of top-ups, each by one statement. An unknown wallet and another tenant's answer the same. */
@Injectable()
export class TopUpReads {
  readonly #topUps: SqlTable<TopUpRecord>;
  readonly #decisions: SqlTable<DecisionRecord>;

  constructor(private readonly em: EntityManager) {
    this.#topUps = new SqlTable(em.getMetadata().get(TopUp));
    this.#decisions = new SqlTable(em.getMetadata().get(TopUpDecision));
  }

  async get(scope: Scope, id: string): Promise<ShownTopUp> {
    const [row] = await readRows<Record<string, unknown> & Pick<ShownTopUp, 'attempts'>>(
      this.em,
      `select ${this.#topUps.select('t')}, ${ATTEMPTS} as attempts from top_up t
       where t.id = $1 and t.tenant_id = $2 and t.environment_id = $3`,
      [id, scope.tenantId, scope.environmentId],
    );
    if (!row) throw notFound('top-up', { top_up_id: id });
    return { ...this.#topUps.fromRow(row), attempts: row.attempts };
  }

  async ofWallet(scope: Scope, walletId: string, page: Page): Promise<{ topUps: ShownTopUp[]; total: number }> {
    const found = await readPage<TopUpRecord, Pick<ShownTopUp, 'attempts'>>(this.em, this.#topUps, {
      known: walletSql(scope, walletId),
      where: sql`${ofWallet(walletId)} and ${scopeSql(scope)}`,
      order: sql`t.created_at desc, t.id desc`,
      beside: { attempts: ATTEMPTS },
      limit: page.limit,
      offset: page.offset,
    });
    if (!found) throw notFound('wallet', { wallet_id: walletId });
    return { topUps: found.rows, total: found.total };
  }

  /** Of all wallets. */
  async list(scope: Scope, query: TopUpListQuery): Promise<{ topUps: ShownTopUp[]; total: number }> {
    const { status, trigger, wallet_id: walletId, customer_id: customerId, start_time: from, end_time: to } = query;
    const conditions = [
      scopeSql(scope),
      ...(walletId ? [ofWallet(walletId)] : []),
      ...(customerId ? [sql`t.customer_id = ${customerId}`] : []),
      ...(status ? [sql`t.top_up_status = ${status}`] : []),
      ...(trigger ? [sql`t.trigger = ${trigger}`] : []),
      ...(from ? [sql`t.created_at >= ${from.toISOString()}::timestamptz`] : []),
      ...(to ? [sql`t.created_at <= ${to.toISOString()}::timestamptz`] : []),
    ];
    const found = await readPage<TopUpRecord, Pick<ShownTopUp, 'attempts'>>(this.em, this.#topUps, {
      where: sql.join(conditions, sql` and `),
      order: sql.raw(`t.created_at ${query.order}, t.id ${query.order}`),
      beside: { attempts: ATTEMPTS },
      limit: query.limit,
      offset: query.offset,
      isPrepared: false,
    });
    return { topUps: found?.rows ?? [], total: found?.total ?? 0 };
  }

  /** All of a customer's, whichever wallet they are for. */
  async ofCustomer(
    scope: Scope,
    customerId: string,
    { status, direction, limit, offset }: Page & { status?: TopUpStatus; direction: 'asc' | 'desc' },
  ): Promise<{ topUps: TopUpRecord[]; total: number }> {
    const ofStatus = status ? sql` and t.top_up_status = ${status}` : sql``;
    const found = await readPage<TopUpRecord>(this.em, this.#topUps, {
      where: sql`${scopeSql(scope)} and t.customer_id = ${customerId}${ofStatus}`,
      order: sql.raw(`t.created_at ${direction}, t.id ${direction}`),
      limit,
      offset,
    });
    return { topUps: found?.rows ?? [], total: found?.total ?? 0 };
  }

  async decisionsOfWallet(
    scope: Scope,
    walletId: string,
    page: Page,
  ): Promise<{ decisions: DecisionRecord[]; total: number }> {
    const found = await readPage<DecisionRecord>(this.em, this.#decisions, {
      known: walletSql(scope, walletId),
      where: sql`${ofWallet(walletId)} and ${scopeSql(scope)}`,
      order: sql`t.last_seen_at desc, t.id desc`,
      limit: page.limit,
      offset: page.offset,
    });
    if (!found) throw notFound('wallet', { wallet_id: walletId });
    return { decisions: found.rows, total: found.total };
  }
}

function walletSql({ tenantId, environmentId }: Scope, walletId: string): RawBuilder<unknown> {
  return sql`select 1 from wallet where shard = ${shardOf(walletId)} and id = ${walletId} and tenant_id = ${tenantId}
    and environment_id = ${environmentId}`;
}

function ofWallet(walletId: string): RawBuilder<unknown> {
  return sql`t.shard = ${shardOf(walletId)} and t.wallet_id = ${walletId}`;
}

function scopeSql({ tenantId, environmentId }: Scope): RawBuilder<unknown> {
  return sql`t.tenant_id = ${tenantId} and t.environment_id = ${environmentId}`;
}
