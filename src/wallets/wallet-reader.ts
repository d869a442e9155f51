import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { type RawBuilder, sql } from 'kysely';
import { filterConditions, type FilterFields, sortOrder } from '../http/filters.js';
import { conditionSql, orderSql, type SearchColumns } from '../http/filter-sql.js';
import { liveSql } from '../ledger/live-lots.js';
import { OF_ALL_CUSTOMERS } from '../ledger/wallet-count.entity.js';
import { SettingsService } from '../settings/settings.service.js';
import { Clock } from '../shared/clock.js';
import { Distribution } from '../shared/distribution.js';
import { roundedText } from '../shared/decimal.js';
import { amountText, readRows, searchRows, timestampText } from '../shared/prepared-reads.js';
import { type Scope, scopeOf } from '../shared/scope.js';
import { keysOf, shardOf } from '../shared/shard.js';
import { shownRulesSql, type ShownRulesRow, toShownRules } from '../top-ups/rules/shown-rules.js';
import type { ShownRules } from '../top-ups/rules/top-up-state.js';
import type { BalanceTexts, LotTexts } from './render-wallet.js';
import type { WalletSearchDto } from './wallet-queries.dto.js';

/** A wallet with all that it is shown with. */
export interface WalletView {
  wallet: BalanceTexts;
  topUps: ShownRules;
  lots: LotTexts | undefined;
}

type WalletRow = BalanceTexts & ShownRulesRow & Partial<LotTexts>;
/** A wallet of a list, or nothing of one when the page is empty. */
type PageRow = (WalletRow | { id: null }) & { page_length: number; total: number | null };

/** Of wallet `w`, in the answer's own texts. The balance in currency is rounded behind it: SQL has no half-even. */
const WALLET = `w.id, w.customer_id, w.currency, ${amountText('w.credit_balance * w.conversion_rate')} as balance,
  ${amountText('w.credit_balance')} as credit_balance, ${amountText('w.held')} as held_credits,
  ${amountText('w.debt')} as debt, w.wallet_status, w.name, w.description, w.metadata, w.wallet_type,
  w.allowed_price_types, ${amountText('w.conversion_rate')} as conversion_rate,
  ${amountText('w.topup_conversion_rate')} as topup_conversion_rate,
  ${amountText('w.overdraft_limit')} as overdraft_limit, w.alert_settings, w.alert_state, w.environment_id,
  w.tenant_id, w.version, w.status, ${timestampText('w.created_at')} as created_at,
  ${timestampText('w.updated_at')} as updated_at, w.created_by, w.updated_by,
  ${timestampText('w.last_entry_at')} as last_entry_at, ${shownRulesSql('w')}`;
const LOTS = `${amountText('lots.purchased')} as purchased, ${amountText('lots.free')} as free,
  ${amountText('lots.unheld')} as unheld`;

/** What the lots of wallet `w` hold that are live at an instant. */
function joinLots(instant: string): string {
  return `cross join lateral (
    select coalesce(sum(l.remaining) filter (where l.source = 'purchased'), 0) as purchased,
      coalesce(sum(l.remaining) filter (where l.source = 'free'), 0) as free,
      coalesce(sum(l.remaining - l.held), 0) as unheld
    from lot l where l.shard = w.shard and l.wallet_id = w.id and l.is_open and ${liveSql('l', instant)}) lots`;
}

/** $1 and $2 whose they are; behind them the keys, and the instant for the lots. */
const OURS = 'where w.tenant_id = $1 and w.environment_id = $2';
const ONE = `${OURS} and w.shard = $3 and w.id = $4`;
const ANY_OF = `${OURS} and (w.shard, w.id) in (
  select k.shard, k.id from unnest($3::smallint[], $4::text[]) as k(shard, id))`;
const ACTIVE_OF_CUSTOMER = `${OURS} and w.customer_id = $3 and w.wallet_status = 'active' order by w.created_at, w.id`;

const SEARCH_FIELDS: FilterFields = {
  id: { property: 'id', type: 'text' },
  customer_id: { property: 'customerId', type: 'text' },
  currency: { property: 'currency', type: 'text' },
  name: { property: 'name', type: 'text' },
  wallet_type: { property: 'walletType', type: 'text' },
  wallet_status: { property: 'walletStatus', type: 'text' },
  credit_balance: { property: 'creditBalance', type: 'decimal' },
  alert_state: { property: 'alertState', type: 'text' },
  status: { property: 'status', type: 'text' },
  created_at: { property: 'createdAt', type: 'timestamp' },
  updated_at: { property: 'updatedAt', type: 'timestamp' },
};
const COLUMNS: SearchColumns = {
  tenantId: { column: 'w.tenant_id', type: 'text' },
  environmentId: { column: 'w.environment_id', type: 'text' },
  ...Object.fromEntries(
    Object.entries(SEARCH_FIELDS).map(([name, { property, type }]) => [property, { column: `w.${name}`, type }]),
  ),
};

/** Wallets as they are shown, each read by one statement, straight into the texts of the answer. */
@Injectable()
export class WalletReader {
  constructor(
    private readonly em: EntityManager,
    private readonly settings: SettingsService,
    private readonly clock: Clock,
    private readonly distribution: Distribution,
  ) {}

  /** @param withLots what its lots hold too: for a balance, or credits by source */
  async find(scope: Scope, id: string, withLots: boolean): Promise<WalletView | undefined> {
    const [view] = await this.#read(scope, ONE, [shardOf(id), id], withLots);
    return view;
  }

  /** Active wallets of a customer, oldest first; an unknown customer has none. */
  async listActive(scope: Scope, customerId: string, withLots: boolean): Promise<WalletView[]> {
    return this.#read(scope, ACTIVE_OF_CUSTOMER, [customerId], withLots);
  }

  /** In no order; those that are not the scope's are left out. */
  async listByIds(scope: Scope, ids: string[]): Promise<WalletView[]> {
    return this.#read(scope, ANY_OF, keysOf(ids), false);
  }

  async search(scope: Scope, search: WalletSearchDto): Promise<{ items: WalletView[]; total: number }> {
    const isPrepared = !search.filters?.length && !search.sort?.length;
    if (this.distribution.isDistributed) return this.#searchSpread(scope, search);
    const rows = await searchRows<PageRow>(this.em, this.#searchSql(scope, search), { isPrepared });
    const fee = await this.settings.get(scope, 'top_up_fee');
    const items = rows.flatMap((row) => (row.id === null ? [] : [toView(row, fee)]));
    const [head] = rows as [PageRow];
    return { items, total: head.total ?? head.page_length };
  }

  /** The same in two statements: workers look up what belongs to their wallets, but nothing of a page that was gathered before. */
  async #searchSpread(scope: Scope, search: WalletSearchDto): Promise<{ items: WalletView[]; total: number }> {
    const { limit, offset } = search;
    const where = whereSql(scope, search);
    const order = orderSql(sortOrder(search.sort, SEARCH_FIELDS, search.order), COLUMNS);
    const at = `'${this.clock.now().toISOString()}'::timestamptz`;
    const [columns, lots] = search.expand ? [`${WALLET}, ${LOTS}`, joinLots(at)] : [WALLET, ''];
    const page = sql`select ${sql.raw(columns)} from wallet w ${sql.raw(lots)} where ${where} order by ${order}
      limit ${limit}::int offset ${offset}::int`;
    const rows = await searchRows<WalletRow>(this.em, page, { isPrepared: false });
    const isAll = offset === 0 && rows.length < limit;
    const count = sql`select (${totalSql(scope, search, where)}) as total`;
    const [counted] = isAll ? [] : await searchRows<{ total: number }>(this.em, count, { isPrepared: false });
    const fee = await this.settings.get(scope, 'top_up_fee');
    return { items: rows.map((row) => toView(row, fee)), total: counted?.total ?? rows.length };
  }

  async #read(scope: Scope, which: string, keys: readonly unknown[], withLots: boolean): Promise<WalletView[]> {
    const parameters = [scope.tenantId, scope.environmentId, ...keys];
    if (withLots) parameters.push(this.clock.now().toISOString());
    const [columns, lots] = withLots
      ? [`${WALLET}, ${LOTS}`, joinLots(`$${parameters.length}::timestamptz`)]
      : [WALLET, ''];
    const text = `select ${columns} from wallet w ${lots} ${which}`;
    const rows = await readRows<WalletRow>(this.em, text, parameters);
    if (rows.length === 0) return [];
    const fee = await this.settings.get(scope, 'top_up_fee');
    return rows.map((row) => toView(row, fee));
  }

  /**
   * A page with how many there are in all, in the same statement, so that they agree. A first page that is not full has
   * said how many; so have the ledger's own counts, unless something else is asked for than a customer.
   */
  #searchSql(scope: Scope, search: WalletSearchDto): RawBuilder<unknown> {
    const where = whereSql(scope, search);
    const order = orderSql(sortOrder(search.sort, SEARCH_FIELDS, search.order), COLUMNS);
    const { limit, offset } = search;
    const lots = search.expand
      ? { columns: sql.raw(`, ${LOTS}`), join: sql.raw(joinLots('asked.at')) }
      : { columns: sql``, join: sql`` };
    return sql`with page as materialized (
        select w.* from wallet w where ${where} order by ${order} limit ${limit}::int offset ${offset}::int),
      shown as (
        select ${sql.raw(WALLET)}${lots.columns}, row_number() over (order by ${order}) as place
        from page w cross join (select ${this.clock.now().toISOString()}::timestamptz as at) asked ${lots.join})
      select head.page_length, case when ${offset}::int > 0 or head.page_length = ${limit}::int
        then (${totalSql(scope, search, where)}) end as total, shown.*
      from (select count(*)::int as page_length from page) head left join shown on true order by shown.place`;
  }
}

function whereSql(scope: Scope, search: WalletSearchDto): RawBuilder<unknown> {
  const customers = customersOf(search);
  const conditions = {
    ...scopeOf(scope),
    ...(search.wallet_ids ? { id: { $in: search.wallet_ids } } : {}),
    ...(customers.length === 1 ? { customerId: customers[0] } : {}),
    ...(customers.length > 1 ? { customerId: { $in: customers } } : {}),
    ...(search.status ? { walletStatus: search.status } : {}),
    $and: filterConditions(search.filters, SEARCH_FIELDS),
  };
  return sql`${conditionSql(conditions, COLUMNS)}${alertSql(search.alert_enabled)}`;
}

function totalSql(scope: Scope, search: WalletSearchDto, where: RawBuilder<unknown>): RawBuilder<unknown> {
  const { wallet_ids: ids, status, filters, alert_enabled: alerts } = search;
  const [customerId = OF_ALL_CUSTOMERS, ...others] = customersOf(search);
  if (ids || status || filters?.length || alerts != null || others.length > 0) {
    return sql`select count(*)::int from wallet w where ${where}`;
  }
  return sql`select coalesce(max(wallets), 0) from wallet_count where tenant_id = ${scope.tenantId}
    and environment_id = ${scope.environmentId} and customer_id = ${customerId}`;
}

function alertSql(isEnabled: boolean | null | undefined): RawBuilder<unknown> {
  if (isEnabled == null) return sql``;
  const enabled = `(w.alert_settings->>'alert_enabled')::boolean`;
  return sql.raw(
    isEnabled ? ` and ${enabled}` : ` and (w.alert_settings is null or ${enabled} is null or not ${enabled})`,
  );
}

function customersOf(search: WalletSearchDto): string[] {
  return [...(search.customer_ids ?? []), ...(search.customer_id ? [search.customer_id] : [])];
}

function toView(row: WalletRow, fee: Parameters<typeof toShownRules>[1]): WalletView {
  const { purchased, free, unheld } = row;
  const lots = unheld === undefined ? undefined : ({ purchased, free, unheld } as LotTexts);
  return { wallet: { ...row, balance: roundedText(row.balance) }, topUps: toShownRules(row, fee), lots };
}
