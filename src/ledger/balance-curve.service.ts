import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { type Decimal, decimal } from '../shared/decimal.js';
import { shardOf } from '../shared/shard.js';
import { toDate } from '../shared/sql-table.js';
import type { CounterAccount, EntryReason } from './entry.entity.js';

/** A transaction that is no plain debit. */
export interface RareEntry {
  id: string;
  at: Date;
  reason: EntryReason;
  counterAccount: CounterAccount;
  /** Signed. */
  credits: Decimal;
  balanceAfter: Decimal;
  topUpId: string | null;
}

interface RareRow {
  id: string;
  created_at: string;
  reason: EntryReason;
  counter_account: CounterAccount;
  credits: string;
  balance_after: string;
  top_up_id: string | null;
}

/** A wallet's balances over time: a row of an index for each instant, however many entries lie between them. */
@Injectable()
export class BalanceCurve {
  constructor(private readonly em: EntityManager) {}

  /** Posted credits before each instant, in the order of these. */
  async balancesBefore(walletId: string, instants: readonly Date[]): Promise<Decimal[]> {
    const rows = await this.em.fork().execute<{ balance: string | null }[]>(
      `select e.balance_after::text as balance
       from unnest(?::timestamptz[]) with ordinality as p(at, place)
       left join lateral (
         select balance_after from entry where shard = ? and wallet_id = ? and created_at < p.at
         order by created_at desc, sequence desc limit 1) e on true
       order by p.place`,
      [`{${instants.map((at) => at.toISOString()).join(',')}}`, shardOf(walletId), walletId],
    );
    return rows.map(({ balance }) => decimal(balance ?? '0'));
  }

  /**
   * Everything from an instant on and before another that is no plain debit, which hardly any entry is, the last one first.
   * @param limit how many at most
   */
  async rareEntries(walletId: string, from: Date, before: Date, limit: number): Promise<RareEntry[]> {
    const rows = await this.em.fork().execute<RareRow[]>(
      `select id, created_at, reason, counter_account, credits::text, balance_after::text, top_up_id from entry
       where shard = ? and wallet_id = ? and created_at >= ? and created_at < ? and reason <> 'MANUAL_BALANCE_DEBIT'
       order by created_at desc, id desc limit ?`,
      [shardOf(walletId), walletId, from.toISOString(), before.toISOString(), limit],
    );
    return rows.map((row) => ({
      id: row.id,
      at: toDate(row.created_at),
      reason: row.reason,
      counterAccount: row.counter_account,
      credits: decimal(row.credits),
      balanceAfter: decimal(row.balance_after),
      topUpId: row.top_up_id,
    }));
  }
}
