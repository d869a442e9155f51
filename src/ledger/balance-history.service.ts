import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { type Decimal, decimal, ZERO } from '../shared/decimal.js';
import { liveSql } from './live-lots.js';
import type { LotSource } from './lot.entity.js';
import { readRows } from '../shared/prepared-reads.js';
import type { Scope } from '../shared/scope.js';
import { shardOf } from '../shared/shard.js';
import { toDate } from '../shared/sql-table.js';

/** What the lots of one source had left at an instant: credits, zero or more. */
export interface SourceBalance {
  /** Not spent yet, and not booked off: expired credits may be among them. */
  posted: Decimal;
  /** Of these, past their expiry at that instant. */
  expired: Decimal;
  /** Reserved by holds that are open now, on lots that had not expired: holds are not entries and have no past. */
  heldNow: Decimal;
}

/** A wallet as its entries say it stood at an instant. */
export interface PastBalance {
  currency: string;
  /** Credits on hold now. */
  heldNow: Decimal;
  /** Number of the last entry at or before the instant; 0 before the first. */
  sequence: number;
  /** When that entry was booked. */
  lastEntryAt: Date | null;
  posted: Decimal;
  /** Credits spent beyond what the lots had, zero or more. */
  debt: Decimal;
  bySource: Record<LotSource, SourceBalance>;
}

interface PastBalanceRow {
  currency: string;
  held: string;
  sequence: number | null;
  balance_after: string | null;
  created_at: string | null;
  purchased: string;
  free: string;
  purchased_expired: string;
  free_expired: string;
  purchased_held: string;
  free_held: string;
}

const sum = (column: string, condition: string) => `coalesce(sum(${column}) filter (where ${condition}), 0)::text`;
const LIVE = liveSql('l', '$4::timestamptz');
/** @param left what a lot `l` had left then */
const sumsOf = (left: string) => `
    select ${sum(left, `l.source = 'purchased'`)} as purchased,
      ${sum(left, `l.source = 'free'`)} as free,
      ${sum(left, `l.source = 'purchased' and not ${LIVE}`)} as purchased_expired,
      ${sum(left, `l.source = 'free' and not ${LIVE}`)} as free_expired,
      ${sum('l.held', `l.source = 'purchased' and ${LIVE}`)} as purchased_held,
      ${sum('l.held', `l.source = 'free' and ${LIVE}`)} as free_held`;
const WHICH = 'where w.shard = $5 and w.id = $1 and w.tenant_id = $2 and w.environment_id = $3';
/** $1 the wallet, $2 and $3 whose it is, $4 the instant, $5 its shard. */
const BALANCE_AT = `
  with last_entry as (
    select sequence, balance_after, created_at from entry
    where shard = $5 and wallet_id = $1 and created_at <= $4::timestamptz order by created_at desc, sequence desc limit 1)
  select w.currency, w.held::text as held, (select sequence from last_entry) as sequence,
    (select balance_after from last_entry)::text as balance_after,
    (select created_at from last_entry) as created_at, lots.*
  from wallet w cross join (
    ${sumsOf('k.remaining_after')}
    from lot l cross join lateral (
      select remaining_after from entry_lot k
      where k.shard = l.shard and k.wallet_id = l.wallet_id and k.lot_id = l.id
        and k.sequence <= (select sequence from last_entry)
      order by k.sequence desc limit 1) k
    where l.shard = $5 and l.wallet_id = $1) lots
  ${WHICH}`;
/** The same of now, when wallet and open lots say it: however many lots were spent before. */
const BALANCE_NOW = `
  select w.currency, w.held::text as held, w.sequence, w.credit_balance::text as balance_after,
    w.last_entry_at as created_at, lots.*
  from wallet w cross join (
    ${sumsOf('l.remaining')}
    from lot l where l.shard = $5 and l.wallet_id = $1 and l.is_open) lots
  ${WHICH}`;

/** $1 the wallet, $2 the instant, $3 the shard. */
const SPENT_SINCE = `
  select (
    (select coalesce(sum(credits), 0) from entry
      where shard = $3 and wallet_id = $1 and created_at > $2::timestamptz and reason <> 'MANUAL_BALANCE_DEBIT')
    + coalesce((select balance_after from entry
      where shard = $3 and wallet_id = $1 and created_at <= $2::timestamptz order by created_at desc, sequence desc limit 1), 0)
    - coalesce((select balance_after from entry where shard = $3 and wallet_id = $1 order by sequence desc limit 1), 0)
    - (select coalesce(sum(r.credits), 0) from entry r
      join entry d on d.shard = r.shard and d.wallet_id = r.wallet_id and d.id = r.parent_id
        and d.created_at > $2::timestamptz
      where r.shard = $3 and r.wallet_id = $1 and r.created_at > $2::timestamptz and r.reason <> 'MANUAL_BALANCE_DEBIT'
        and r.reason = 'DEBIT_REVERSAL')
  )::text as spent`;

/**
 * Balances of the past, from the entries. The last entry at or before the instant is one row of an index, and so is
 * what each lot had left then: the cost grows with a wallet's lots, never with its entries. That of now grows with its
 * open lots only.
 */
@Injectable()
export class BalanceHistoryService {
  constructor(private readonly em: EntityManager) {}

  /** @returns undefined for a wallet that the scope does not have */
  async balanceAt(scope: Scope, walletId: string, at: Date): Promise<PastBalance | undefined> {
    return this.#read(BALANCE_AT, scope, walletId, at);
  }

  /** @returns undefined for a wallet that the scope does not have */
  async balanceNow(scope: Scope, walletId: string, now: Date): Promise<PastBalance | undefined> {
    return this.#read(BALANCE_NOW, scope, walletId, now);
  }

  async #read(sql: string, scope: Scope, walletId: string, at: Date): Promise<PastBalance | undefined> {
    const parameters = [walletId, scope.tenantId, scope.environmentId, at.toISOString(), shardOf(walletId)];
    const [row] = await readRows<PastBalanceRow>(this.em, sql, parameters);
    return row && toPastBalance(row);
  }

  /**
   * Credits that debits spent after an instant and that no reversal has given back, zero or more. The balance's change
   * says it, once the few entries that are no plain debits are taken out of it: a month of a million debits costs no
   * more than one of ten.
   */
  async spentSince(walletId: string, since: Date): Promise<Decimal> {
    const [row] = await readRows<{ spent: string }>(this.em, SPENT_SINCE, [
      walletId,
      since.toISOString(),
      shardOf(walletId),
    ]);
    return decimal(row?.spent ?? '0');
  }
}

function toPastBalance(row: PastBalanceRow): PastBalance {
  const [purchased, free] = [decimal(row.purchased), decimal(row.free)];
  const posted = row.balance_after === null ? ZERO : decimal(row.balance_after);
  return {
    currency: row.currency,
    heldNow: decimal(row.held),
    sequence: row.sequence ?? 0,
    lastEntryAt: row.created_at === null ? null : toDate(row.created_at),
    posted,
    // A balance is what the lots have left, less the debt.
    debt: purchased.plus(free).minus(posted),
    bySource: {
      purchased: { posted: purchased, expired: decimal(row.purchased_expired), heldNow: decimal(row.purchased_held) },
      free: { posted: free, expired: decimal(row.free_expired), heldNow: decimal(row.free_held) },
    },
  };
}
