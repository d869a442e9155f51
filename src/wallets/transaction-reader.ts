import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { type RawBuilder, sql } from 'kysely';
import { conditionSql, orderSql, propertiesOf, type SearchColumns } from '../http/filter-sql.js';
import { sortOrder } from '../http/filters.js';
import { availableSql, liveSql } from '../ledger/live-lots.js';
import { Clock } from '../shared/clock.js';
import { roundedText } from '../shared/decimal.js';
import { isKnownDistributed } from '../shared/distribution.js';
import { amountText, searchRows, timestampText } from '../shared/prepared-reads.js';
import type { Scope } from '../shared/scope.js';
import { shardOf } from '../shared/shard.js';
import { shapeTransaction, type TransactionTexts } from './render-transaction.js';
import { totalSql } from './transaction-counts.js';
import { seekPage } from './transaction-seek.js';
import { conditionsOf, TRANSACTION_FIELDS } from './transaction-search.js';
import type { TransactionDto, TransactionSearch } from './transactions.dto.js';

type TransactionRow = TransactionTexts & { sequence: number | null };
/** A transaction of a list, or nothing of one when the page is empty. */
type PageRow = (TransactionRow | { id: null }) & { page_length: number; total: number | null };

export interface TransactionPage {
  items: TransactionDto[];
  total: number;
}

/** Of the lot that a credit granted. Debits have none: not to look spares most of the rows a look-up. */
const ofLot = (expression: string) =>
  `case when e.type = 'credit' then (
    select ${expression} from lot l where l.shard = e.shard and l.wallet_id = e.wallet_id and l.id = e.id) end`;

interface LotField {
  name: string;
  ofEntry: string;
  ofPending: string;
}

/** Columns that the lot knows at an instant (`?`), for a statement that chooses or sorts by them; others look behind the page. */
const LOT_FIELDS: Record<string, LotField> = {
  expiresAt: { name: 'expires_at', ofEntry: ofLot('l.expires_at'), ofPending: 'p.expires_at' },
  priority: { name: 'priority', ofEntry: ofLot('l.priority'), ofPending: 'p.priority' },
  creditsAvailable: {
    name: 'credits_available',
    ofEntry: `coalesce(${ofLot(availableSql('l'))}, 0)`,
    ofPending: '0::numeric',
  },
};

/**
 * Entries and the pending credits, as one list. A completed pending credit is an entry: what it was before then is
 * there too, visible until it was completed. Each side is one table, without a join or a condition, and columns have
 * the same types on both: only then does PostgreSQL read both in the order of their indexes and stop at the end of the
 * page (measured: otherwise the first page of a million entries sorts the million).
 */
function transactionsSql(lotFields: LotField[], shard?: number): string {
  const ofShard = shard === undefined ? '' : ` where shard = ${shard}`;
  const ofEntries = lotFields.map(({ name, ofEntry }) => `, ${ofEntry} as ${name}`).join('');
  const ofPending = lotFields.map(({ name, ofPending }) => `, ${ofPending} as ${name}`).join('');
  return `
    select e.shard, e.id, e.wallet_id, e.tenant_id, e.environment_id, e.customer_id, e.currency, e.sequence, e.type,
      abs(e.credits) as credit_amount, e.balance_before, e.balance_after, 'completed' as transaction_status, e.rate,
      e.reason, e.reference_type, e.reference_id, e.description, e.metadata, e.idempotency_key, e.parent_id,
      null::timestamptz as own_expires_at, null::int as own_priority, e.created_at, e.created_by,
      null::timestamptz as visible_until${ofEntries}
    from entry e${ofShard}
    union all
    select p.shard, p.id, p.wallet_id, p.tenant_id, p.environment_id, p.customer_id,
      (select w.currency from wallet w where w.shard = p.shard and w.id = p.wallet_id) as currency, null as sequence, 'credit' as type,
      p.credits as credit_amount, p.balance as balance_before, p.balance as balance_after,
      case when p.pending_status = 'completed' then 'pending' else p.pending_status end as transaction_status,
      (select w.topup_conversion_rate from wallet w where w.shard = p.shard and w.id = p.wallet_id) as rate, p.reason,
      'EXTERNAL' as reference_type, p.reference_id, p.description, p.metadata, p.idempotency_key, null as parent_id,
      p.expires_at as own_expires_at, p.priority as own_priority, p.created_at, p.created_by,
      case when p.pending_status = 'completed' then p.updated_at end as visible_until${ofPending}
    from pending_credit p${ofShard}`;
}

/** Of transaction `t` and its lot `l`, in the answer's own texts. The amount is rounded behind it: SQL has no half-even. */
const TRANSACTION = `t.id, t.wallet_id, t.customer_id, t.currency, t.sequence, t.type,
  ${amountText('t.credit_amount * t.rate')} as amount, ${amountText('t.credit_amount')} as credit_amount,
  ${amountText('t.balance_before')} as credit_balance_before, ${amountText('t.balance_after')} as credit_balance_after,
  t.transaction_status, ${amountText('t.rate')} as rate, t.reference_type, t.reference_id, t.description, t.metadata,
  ${timestampText('coalesce(l.expires_at, t.own_expires_at)')} as expiry_date,
  ${amountText('coalesce(l.available, 0)')} as credits_available, t.reason as transaction_reason,
  coalesce(l.priority, t.own_priority) as priority, t.parent_id as parent_transaction_id, t.idempotency_key,
  t.environment_id, t.tenant_id, ${timestampText('t.created_at')} as created_at, t.created_by`;

/** What a credit's lot had left after the wallet's last entry at or before an instant (`?`): nothing once it had expired. */
const AVAILABLE_THEN = `case when ${liveSql('l')} then (
    select k.remaining_after from entry_lot k
    where k.shard = l.shard and k.wallet_id = l.wallet_id and k.lot_id = l.id and k.sequence <= (
      select e.sequence from entry e where e.shard = l.shard and e.wallet_id = l.wallet_id and e.created_at <= ?
      order by e.created_at desc, e.sequence desc limit 1)
    order by k.sequence desc limit 1) else 0 end`;

/** What is shown of an entry's lot, in the entry's own row (`OF_ITS_ROW`). */
const shownOfLot = (available: string): LotField[] => [
  { name: 'lot_expires_at', ofEntry: ofLot('l.expires_at'), ofPending: 'null::timestamptz' },
  { name: 'lot_available', ofEntry: ofLot(available), ofPending: 'null::numeric' },
  { name: 'lot_priority', ofEntry: ofLot('l.priority'), ofPending: 'null::int' },
];

const OF_ITS_ROW = `cross join lateral (
  select t.lot_expires_at as expires_at, t.lot_available as available, t.lot_priority as priority) l`;

/** One look-up for each credit of the page. */
function joinLot(available: string): string {
  return `left join lateral (
    select l.expires_at, l.priority, ${available} as available from lot l
    where t.type = 'credit' and t.transaction_status = 'completed'
      and l.shard = t.shard and l.wallet_id = t.wallet_id and l.id = t.id
    limit 1) l on true`;
}

const COLUMNS: SearchColumns = {
  shard: { column: 't.shard', type: 'smallint' },
  tenantId: { column: 't.tenant_id', type: 'text' },
  environmentId: { column: 't.environment_id', type: 'text' },
  visibleUntil: { column: 't.visible_until', type: 'timestamp' },
  ...Object.fromEntries(
    Object.entries(TRANSACTION_FIELDS).map(([name, { property, type }]) => {
      const column = name === 'transaction_reason' ? 'reason' : name === 'expiry_date' ? 'expires_at' : name;
      return [property, { column: `t.${column}`, type }];
    }),
  ),
};

/** Transactions as they are shown, each list read by one statement, straight into the texts of the answer. */
@Injectable()
export class TransactionReader {
  constructor(
    private readonly em: EntityManager,
    private readonly clock: Clock,
  ) {}

  /** @returns undefined when the list is of a wallet that the scope does not have */
  async list(scope: Scope, search: TransactionSearch): Promise<TransactionPage | undefined> {
    if (isKnownDistributed(this.em)) return this.#listSpread(scope, search);
    const rows = await searchRows<PageRow>(this.em, this.#listSql(scope, search), { isPrepared: isCommon(search) });
    const [head] = rows;
    if (!head) return undefined;
    // Nothing is ever archived or deleted here: whoever asks for that gets none.
    if (search.status && search.status !== 'published') return { items: [], total: 0 };
    const items = rows.flatMap((row) => (row.id === null ? [] : [render(row)]));
    return { items, total: head.total ?? head.page_length };
  }

  /** One of them as it is now, with the number of its entry: null while it waits. */
  async find(scope: Scope, id: string): Promise<{ transaction: TransactionDto; sequence: number | null } | undefined> {
    const which = conditionSql({ id, tenantId: scope.tenantId, environmentId: scope.environmentId }, COLUMNS);
    const query = sql`select ${sql.raw(TRANSACTION)} from (${sql.raw(transactionsSql([]))}) t
      ${asOf(this.clock.now(), joinLot(availableSql('l')))} where ${which} and t.visible_until is null limit 1`;
    const [row] = await searchRows<TransactionRow>(this.em, query, { isPrepared: true });
    return row && { transaction: render(row), sequence: row.sequence };
  }

  /**
   * A page with how many there are in all, and no row where the wallet is not the scope's. A first page that is not full
   * has said how many. Lots are looked up behind the page: what it skips needs none.
   */
  #listSql(scope: Scope, search: TransactionSearch): RawBuilder<unknown> {
    const { limit, offset } = search;
    const { at, where, order, from, known, total } = this.#partsOf(scope, search);
    const seek = seekPage(scope, search, known);
    return sql`with ${seek ? sql`${seek.place},` : sql``} page as materialized (
        select t.* from ${from} where ${where} ${seek ? sql`and ${seek.condition}` : sql``} order by ${order}
        limit ${limit}::int offset ${seek?.offset ?? sql`${offset}::int`}),
      head as materialized (
        select known.sequence as last_sequence, (select count(*)::int from page) as page_length from (${known}) known)
      select head.page_length, ${sql.raw(TRANSACTION)},
        case when ${offset}::int > 0 or head.page_length = ${limit}::int then (${total})::float8 end as total
      from head left join page t on true
      ${asOf(at, joinLot(search.at ? AVAILABLE_THEN : availableSql('l')))} order by ${order}`;
  }

  /**
   * @param fields of the lots of entries, beside those that are asked for
   * @param shard where the database is distributed, and all of it is of a wallet
   */
  #partsOf(scope: Scope, search: TransactionSearch, fields: LotField[] = [], shard?: number) {
    const { id } = search;
    const { tenantId, environmentId } = scope;
    const at = search.at ?? this.clock.now();
    const conditions = conditionsOf(search);
    const sorting = sortOrder(search.sort, TRANSACTION_FIELDS, search.order);
    // A known wallet says it all: more conditions only lead to worse plans.
    const where = conditionSql({ ...(id ? {} : { tenantId, environmentId }), ...conditions }, COLUMNS);
    const from = sql`(${asOf(at, transactionsSql([...lotFieldsIn([conditions, ...sorting]), ...fields], shard))}) t`;
    const known = id
      ? sql`select w.sequence from wallet w where w.shard = ${shardOf(id)} and w.id = ${id} and w.tenant_id = ${tenantId}
          and w.environment_id = ${environmentId}`
      : sql`select 0 as sequence`;
    const total = totalSql(scope, search, sql`(select count(*) from ${from} where ${where})`);
    return { at, where, order: orderSql(sorting, COLUMNS), from, known, total };
  }

  /** The same in several statements: workers look up lots of what they have, but nothing of a page that was gathered before. */
  async #listSpread(scope: Scope, search: TransactionSearch): Promise<TransactionPage | undefined> {
    const { limit, offset } = search;
    const fields = shownOfLot(search.at ? AVAILABLE_THEN : availableSql('l'));
    const { where, order, from, known, total } = this.#partsOf(
      scope,
      search,
      fields,
      search.id ? shardOf(search.id) : undefined,
    );
    const isPrepared = false;
    if ((await searchRows(this.em, known, { isPrepared })).length === 0) return undefined;
    if (search.status && search.status !== 'published') return { items: [], total: 0 };
    const page = sql`select ${sql.raw(TRANSACTION)} from ${from} ${sql.raw(OF_ITS_ROW)} where ${where}
      order by ${order} limit ${limit}::int offset ${offset}::int`;
    const rows = await searchRows<TransactionRow>(this.em, page, { isPrepared });
    const items = rows.map(render);
    if (offset === 0 && items.length < limit) return { items, total: items.length };
    const count = sql`select (${total})::float8 as total from (select known.sequence as last_sequence from (${known}) known) head`;
    const [counted] = await searchRows<{ total: number }>(this.em, count, { isPrepared });
    return { items, total: counted?.total ?? 0 };
  }
}

/** SQL that says `?` for an instant, with that instant for a parameter. */
function asOf(at: Date, text: string): RawBuilder<unknown> {
  const parts = text.split('?').map((part) => sql.raw(part));
  return sql.join(parts, sql`${at.toISOString()}::timestamptz`);
}

/**
 * The texts of these are few, and prepared: a wallet's list of all or of its debits, of a time, in the order of creation. Credits
 * are rare in some wallets and half of others, so that no plan for whatever wallet is good for them (measured: 0.4 s in one of a
 * million entries).
 */
function isCommon(search: TransactionSearch): boolean {
  const COMMON = ['id', 'limit', 'offset', 'order', 'expand', 'type', 'start_time', 'end_time', 'at'];
  return (
    Boolean(search.id) &&
    search.type !== 'credit' &&
    Object.entries(search).every(([name, value]) => COMMON.includes(name) || isNothing(value))
  );
}

function isNothing(value: unknown): boolean {
  return value == null || (Array.isArray(value) && value.length === 0);
}

function lotFieldsIn(conditions: readonly object[]): LotField[] {
  const named = new Set(conditions.flatMap(propertiesOf));
  return Object.entries(LOT_FIELDS).flatMap(([property, field]) => (named.has(property) ? [field] : []));
}

/** Rounded in its place: a copy of each row would be a fifteenth of a page's work. */
function render(row: TransactionRow): TransactionDto {
  const transaction = shapeTransaction(row);
  transaction.amount = roundedText(transaction.amount);
  return transaction;
}
