import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import type { ListedPayment } from '../../payments/payment-provider.js';
import { isKnownDistributed } from '../../shared/distribution.js';
import type { Scope } from '../../shared/scope.js';
import { toDate } from '../../shared/sql-table.js';
import type { TopUpStatus } from '../purchases/top-up.entity.js';
import type { ComparedTopUp } from './compare-payment.js';
import { ReconciliationPayment } from './reconciliation-run.entity.js';

/** A top-up with all that is compared of it. */
export interface TopUpSeen extends ComparedTopUp {
  id: string;
  walletId: string;
  customerId: string;
  /** Refunds and disputes that are known of it. */
  returnsKnown: number;
}

/** An entry that credits a top-up which does not exist. */
export interface OrphanEntry {
  id: string;
  walletId: string;
  customerId: string;
  topUpId: string;
  createdAt: Date;
}

/** Where the page before has ended. */
export type PageKey = { createdAt: Date; id: string } | undefined;

interface TopUpRow {
  id: string;
  wallet_id: string;
  customer_id: string;
  top_up_status: TopUpStatus;
  price_minor: number;
  currency: string;
  payment_id: string | null;
  created_at: string;
  charged_at: string | null;
  updated_at: string;
  credited: number;
  is_page: boolean;
  refunded_minor: number;
  returns_known: number;
}

const OF_TOP_UP = 'e.top_up_id = t.id';
/** A cluster joins only what is on one worker. Elsewhere it would hide the index of top-ups from the planner. */
const OF_TOP_UP_IN_PLACE = `${OF_TOP_UP} and e.shard = t.shard and e.wallet_id = t.wallet_id`;
const COLUMNS = `t.id, t.wallet_id, t.customer_id, t.top_up_status, t.price_minor, t.currency, t.payment_id, t.created_at,
  t.charged_at, t.updated_at, (select count(*)::int from entry e where ${OF_TOP_UP}) as credited,
  t.checkout is not null and t.payment_id like 'cs\\_%' as is_page,
  (select coalesce(sum(r.amount_minor), 0)::float8 from refund r where r.top_up_id = t.id and r.refund_status <> 'failed')
    as refunded_minor,
  (select count(*)::int from refund r where r.top_up_id = t.id)
    + (select count(*)::int from dispute d where d.top_up_id = t.id) as returns_known`;
/** What money was, or should have been, asked for. */
const IS_CHARGED = `(t.payment_id is not null or t.top_up_status = 'succeeded' and t.price_minor > 0) and not t.invoicing`;

/** What reconciliation reads of top-ups and of the ledger: some rows at a time, whatever the length of the period. */
@Injectable()
export class ReconciliationRows {
  constructor(private readonly em: EntityManager) {}

  /** The top-ups that payments name, or that name a payment. */
  async ofPayments(
    scope: Scope,
    payments: readonly Pick<ListedPayment, 'paymentId' | 'topUpId'>[],
  ): Promise<TopUpSeen[]> {
    if (payments.length === 0) return [];
    const ids = payments.flatMap(({ topUpId }) => (topUpId === null ? [] : [topUpId]));
    const paymentIds = payments.map(({ paymentId }) => paymentId);
    const marks = (values: readonly string[]) => values.map(() => '?').join(', ');
    const byId = ids.length === 0 ? '' : `t.id in (${marks(ids)}) or`;
    const rows = await this.#read<TopUpRow>(
      `select ${COLUMNS} from top_up t
       where (${byId} t.payment_id in (${marks(paymentIds)})) and t.tenant_id = ? and t.environment_id = ?`,
      [...ids, ...paymentIds, scope.tenantId, scope.environmentId],
    );
    return rows.map((row) => topUpSeen(row));
  }

  async topUp(scope: Scope, id: string): Promise<TopUpSeen | undefined> {
    const [row] = await this.#read<TopUpRow>(
      `select ${COLUMNS} from top_up t where t.id = ? and t.tenant_id = ? and t.environment_id = ?`,
      [id, scope.tenantId, scope.environmentId],
    );
    return row && topUpSeen(row);
  }

  /** Top-ups of the period that were charged through the provider, oldest first, with whether the run has listed their payment. */
  async ofPeriod(
    scope: Scope,
    { provider, runId, ...period }: { provider: string; runId: string; from: Date; to: Date },
    after: PageKey,
    limit: number,
  ): Promise<{ topUps: TopUpSeen[]; isListed: ReadonlySet<string> }> {
    const rows = await this.#read<TopUpRow>(
      `select ${COLUMNS} from top_up t
       where t.tenant_id = ? and t.environment_id = ? and t.created_at < ? and (t.created_at, t.id) > (?, ?)
         and t.provider = ? and ${IS_CHARGED}
       order by t.created_at, t.id limit ${limit}`,
      [
        scope.tenantId,
        scope.environmentId,
        period.to.toISOString(),
        (after?.createdAt ?? period.from).toISOString(),
        after?.id ?? '',
        provider,
      ],
    );
    const listed = await this.#listed(
      runId,
      rows.flatMap(({ payment_id: paymentId }) => paymentId ?? []),
    );
    const isListed = rows.filter(({ payment_id: paymentId }) => paymentId !== null && listed.has(paymentId));
    return { topUps: rows.map((row) => topUpSeen(row)), isListed: new Set(isListed.map(({ id }) => id)) };
  }

  /** Asked for by itself: workers of a cluster know nothing of runs. */
  async #listed(runId: string, paymentIds: readonly string[]): Promise<ReadonlySet<string>> {
    const listed = await this.em.fork().find(ReconciliationPayment, { runId, paymentId: { $in: [...paymentIds] } });
    return new Set(listed.map(({ paymentId }) => paymentId));
  }

  async isListed(runId: string, paymentId: string): Promise<boolean> {
    return (await this.em.fork().count(ReconciliationPayment, { runId, paymentId })) > 0;
  }

  /** Entries of the period that credit a top-up which does not exist, oldest first. */
  async orphans(scope: Scope, period: { from: Date; to: Date }, after: PageKey, limit: number): Promise<OrphanEntry[]> {
    const rows = await this.#read<{
      id: string;
      wallet_id: string;
      customer_id: string;
      top_up_id: string;
      created_at: string;
    }>(
      `select e.id, e.wallet_id, e.customer_id, e.top_up_id, e.created_at from entry e
       where e.environment_id = ? and e.tenant_id = ? and e.created_at < ? and (e.created_at, e.id) > (?, ?)
         and e.top_up_id is not null and not exists (select 1 from top_up t where ${OF_TOP_UP})
       order by e.created_at, e.id limit ${limit}`,
      [
        scope.environmentId,
        scope.tenantId,
        period.to.toISOString(),
        (after?.createdAt ?? period.from).toISOString(),
        after?.id ?? '',
      ],
    );
    return rows.map((row) => ({
      id: row.id,
      walletId: row.wallet_id,
      customerId: row.customer_id,
      topUpId: row.top_up_id,
      createdAt: toDate(row.created_at),
    }));
  }

  /** Providers that top-ups of the period were charged through. */
  async providersOf(scope: Scope, period: { from: Date; to: Date }): Promise<string[]> {
    const rows = await this.#read<{ provider: string }>(
      `select distinct t.provider from top_up t
       where t.tenant_id = ? and t.environment_id = ? and t.created_at >= ? and t.created_at < ? and ${IS_CHARGED}
         and t.provider is not null and t.provider <> 'none'`,
      [scope.tenantId, scope.environmentId, period.from.toISOString(), period.to.toISOString()],
    );
    return rows.map(({ provider }) => provider);
  }

  async #read<Row>(sql: string, parameters: unknown[]): Promise<Row[]> {
    const em = this.em.fork();
    return em.execute<Row[]>(isKnownDistributed(em) ? sql.replace(OF_TOP_UP, OF_TOP_UP_IN_PLACE) : sql, parameters);
  }
}

function topUpSeen(row: TopUpRow): TopUpSeen {
  return {
    id: row.id,
    walletId: row.wallet_id,
    customerId: row.customer_id,
    status: row.top_up_status,
    priceMinor: row.price_minor,
    currency: row.currency,
    paymentId: row.payment_id,
    credited: row.credited,
    isPage: row.is_page,
    refundedMinor: row.refunded_minor,
    returnsKnown: row.returns_known,
    createdAt: toDate(row.created_at),
    chargedAt: row.charged_at ? toDate(row.charged_at) : null,
    updatedAt: toDate(row.updated_at),
  };
}
