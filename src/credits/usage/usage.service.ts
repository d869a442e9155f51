import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { type RawBuilder, sql } from 'kysely';
import { type CreditsPage, creditsPage, offsetOf, orderingOf } from '../../http/credits-page.js';
import { conditionSql, type SearchColumns } from '../../http/filter-sql.js';
import { Entry } from '../../ledger/entry.entity.js';
import type { EntryRecord } from '../../ledger/wallet-state.js';
import { searchRows } from '../../shared/prepared-reads.js';
import { readPage } from '../../shared/read-page.js';
import { inWallet } from '../../shared/shard.js';
import { SqlTable } from '../../shared/sql-table.js';
import type { Account } from '../account.js';
import { CreditsWallets } from '../credits-wallets.service.js';
import { renderUsage, type UsageEntryDto, type UsageFilters, type UsageQuery } from './usage.dto.js';

const ORDERINGS = { date: 'created_at', credits: 'credits' } as const;
const NEWEST_FIRST = { property: 'created_at', direction: 'desc' } as const;
/** Read and sent before the next ones are read: what a report holds in memory, whatever its length. */
const REPORT_PAGE = 500;

const COLUMNS: SearchColumns = {
  shard: { column: 't.shard', type: 'smallint' },
  walletId: { column: 't.wallet_id', type: 'text' },
  createdAt: { column: 't.created_at', type: 'timestamp' },
  counterAccount: { column: 't.counter_account', type: 'text' },
  referenceId: { column: 't.reference_id', type: 'text' },
};

/** Every movement of an account's credits: the entries of its wallet, and nothing else. */
@Injectable()
export class UsageService {
  readonly #entries: SqlTable<EntryRecord>;

  constructor(
    private readonly em: EntityManager,
    private readonly wallets: CreditsWallets,
  ) {
    this.#entries = new SqlTable(em.getMetadata().get(Entry));
  }

  async list(account: Account, query: UsageQuery): Promise<CreditsPage<UsageEntryDto>> {
    const { property, direction } = orderingOf(query, ORDERINGS, NEWEST_FIRST);
    const wallet = await this.wallets.find(account);
    if (!wallet) return creditsPage([], 0, query);
    const found = await readPage<EntryRecord>(this.em, this.#entries, {
      where: whereSql(wallet.id, query),
      order: sql.raw(`t.${property} ${direction}, t.sequence ${direction}`),
      limit: query.length,
      offset: offsetOf(query),
    });
    return creditsPage((found?.rows ?? []).map(renderUsage), found?.total ?? 0, query);
  }

  /**
   * All of it, newest first. The first page is read before this returns, so that a failure is still an answer; what is
   * booked after that is not part of the report.
   */
  async report(account: Account, filters: UsageFilters): Promise<AsyncIterable<EntryRecord[]>> {
    const wallet = await this.wallets.find(account);
    if (!wallet) return this.#pages('', [], filters);
    return this.#pages(wallet.id, await this.#page(wallet.id, filters), filters);
  }

  async *#pages(walletId: string, first: EntryRecord[], filters: UsageFilters): AsyncGenerator<EntryRecord[]> {
    for (let page = first; page.length > 0;) {
      yield page;
      const last = page.at(-1);
      page = page.length < REPORT_PAGE ? [] : await this.#page(walletId, filters, last);
    }
  }

  /** By key, not by offset: the last page costs what the first one does. Sequence and time rise together. */
  async #page(walletId: string, filters: UsageFilters, after?: EntryRecord): Promise<EntryRecord[]> {
    const beyond = after ? sql` and t.sequence < ${after.sequence}` : sql``;
    const query = sql`select ${sql.raw(this.#entries.select('t'))} from entry t
      where ${whereSql(walletId, filters)}${beyond} order by t.sequence desc limit ${REPORT_PAGE}::int`;
    const rows = await searchRows<Record<string, unknown>>(this.em, query, { isPrepared: true });
    return rows.map((row) => this.#entries.fromRow(row));
  }
}

/** Few texts: each filter is there or not. */
function whereSql(walletId: string, { date_from, date_to, kind, reference }: UsageFilters): RawBuilder<unknown> {
  const conditions = {
    ...inWallet(walletId),
    createdAt: { ...(date_from ? { $gte: date_from } : {}), ...(date_to ? { $lt: date_to } : {}) },
    ...(kind ? { counterAccount: kind } : {}),
    ...(reference ? { referenceId: reference } : {}),
  };
  return conditionSql(conditions, COLUMNS);
}
