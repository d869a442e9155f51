import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { Clock } from '../shared/clock.js';
import { type Decimal, decimal, ZERO } from '../shared/decimal.js';
import { liveSql } from './live-lots.js';
import type { LotSource } from './lot.entity.js';
import { toDate } from '../shared/sql-table.js';
import { shardOf } from '../shared/shard.js';

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

/**
 * Balances of the past, from the entries. The last entry at or before the instant is one row of an index, and so is
 * what each lot had left then: the cost grows with a wallet's lots, never with its entries.
 */
@Injectable()
export class BalanceHistoryService {
  constructor(
    private readonly em: EntityManager,
    private readonly clock: Clock,
  ) {}

  /** @param at an instant that is not in the future; now by default */
  async balanceAt(walletId: string, at: Date = this.clock.now()): Promise<PastBalance> {
    const expired = `not ${liveSql('l')}`;
    const sum = (column: string, condition: string) => `coalesce(sum(${column}) filter (where ${condition}), 0)::text`;
    const rest = 'k.remaining_after';
    const instant = at.toISOString();
    const shard = shardOf(walletId);
    const [row] = await this.em.fork().execute<PastBalanceRow[]>(
      `with last_entry as (
         select sequence, balance_after, created_at from entry
         where shard = ? and wallet_id = ? and created_at <= ? order by created_at desc, sequence desc limit 1)
       select (select sequence from last_entry) as sequence,
         (select balance_after from last_entry)::text as balance_after,
         (select created_at from last_entry) as created_at,
         ${sum(rest, `l.source = 'purchased'`)} as purchased,
         ${sum(rest, `l.source = 'free'`)} as free,
         ${sum(rest, `l.source = 'purchased' and ${expired}`)} as purchased_expired,
         ${sum(rest, `l.source = 'free' and ${expired}`)} as free_expired,
         ${sum('l.held', `l.source = 'purchased' and not ${expired}`)} as purchased_held,
         ${sum('l.held', `l.source = 'free' and not ${expired}`)} as free_held
       from lot l cross join lateral (
         select remaining_after from entry_lot k
         where k.shard = l.shard and k.wallet_id = l.wallet_id and k.lot_id = l.id and k.sequence <= (select sequence from last_entry)
         order by k.sequence desc limit 1) k
       where l.shard = ? and l.wallet_id = ?`,
      [shard, walletId, instant, instant, instant, instant, instant, shard, walletId],
    );
    return toPastBalance(row as PastBalanceRow);
  }

  /** Number of the wallet's last entry, of those at (`<=`) or before (`<`) an instant if one is given; 0 without any. */
  async lastSequence(walletId: string, at?: Date, comparison: '<' | '<=' = '<='): Promise<number> {
    const [row] = await this.em.fork().execute<{ sequence: number }[]>(
      at
        ? `select sequence from entry where shard = ? and wallet_id = ? and created_at ${comparison} ?
           order by created_at desc, sequence desc limit 1`
        : `select sequence from entry where shard = ? and wallet_id = ? order by sequence desc limit 1`,
      [shardOf(walletId), walletId, ...(at ? [at.toISOString()] : [])],
    );
    return row?.sequence ?? 0;
  }

  /**
   * Credits that debits spent after an instant and that no reversal has given back, zero or more. The balance's change
   * says it, once the few entries that are no plain debits are taken out of it: a month of a million debits costs no
   * more than one of ten.
   */
  async spentSince(walletId: string, since: Date): Promise<Decimal> {
    const instant = since.toISOString();
    const which = [shardOf(walletId), walletId];
    const [row] = await this.em.fork().execute<{ spent: string }[]>(
      `select (
         (select coalesce(sum(credits), 0) from entry
           where shard = ? and wallet_id = ? and created_at > ? and reason <> 'MANUAL_BALANCE_DEBIT')
         + coalesce((select balance_after from entry
           where shard = ? and wallet_id = ? and created_at <= ? order by created_at desc, sequence desc limit 1), 0)
         - coalesce((select balance_after from entry where shard = ? and wallet_id = ? order by sequence desc limit 1), 0)
         - (select coalesce(sum(r.credits), 0) from entry r
           join entry d on d.shard = r.shard and d.wallet_id = r.wallet_id and d.id = r.parent_id and d.created_at > ?
           where r.shard = ? and r.wallet_id = ? and r.created_at > ? and r.reason <> 'MANUAL_BALANCE_DEBIT'
             and r.reason = 'DEBIT_REVERSAL')
       )::text as spent`,
      [...which, instant, ...which, instant, ...which, instant, ...which, instant],
    );
    return decimal(row?.spent ?? '0');
  }

  /**
   * What lots had left after the wallet's entry of that number, the last before the instant, by lot id: nothing once
   * they had expired. Lots that did not exist yet are missing.
   */
  async liveAfter(
    walletId: string,
    sequence: number,
    at: Date,
    lotIds: readonly string[],
  ): Promise<Map<string, Decimal>> {
    if (lotIds.length === 0) return new Map();
    const rows = await this.em.fork().execute<{ id: string; remaining: string }[]>(
      `select l.id, (case when ${liveSql('l')} then k.remaining_after else 0 end)::text as remaining
       from lot l cross join lateral (
         select remaining_after from entry_lot k
         where k.shard = l.shard and k.wallet_id = l.wallet_id and k.lot_id = l.id and k.sequence <= ?
         order by k.sequence desc limit 1) k
       where l.shard = ? and l.wallet_id = ? and l.id in (${lotIds.map(() => '?').join(', ')})`,
      [at.toISOString(), sequence, shardOf(walletId), walletId, ...lotIds],
    );
    return new Map(rows.map(({ id, remaining }) => [id, decimal(remaining)]));
  }
}

function toPastBalance(row: PastBalanceRow): PastBalance {
  const [purchased, free] = [decimal(row.purchased), decimal(row.free)];
  const posted = row.balance_after === null ? ZERO : decimal(row.balance_after);
  return {
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
