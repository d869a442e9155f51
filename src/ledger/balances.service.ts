import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { Clock } from '../shared/clock.js';
import { type Decimal, decimal, ZERO } from '../shared/decimal.js';
import { toDate } from '../shared/sql-table.js';
import { shardOf } from '../shared/shard.js';
import { liveSql } from './live-lots.js';
import type { WalletRecord } from './wallet-state.js';

/** What a wallet's lots hold at an instant, by source: credits. Expired lots count nothing, whether booked off or not. */
export interface LotTotals {
  purchased: Decimal;
  free: Decimal;
  heldPurchased: Decimal;
  heldFree: Decimal;
  /** Live and not reserved. */
  unheld: Decimal;
  purchasedExpiresAt: Date | null;
  freeExpiresAt: Date | null;
}

const NOTHING: LotTotals = {
  purchased: ZERO,
  free: ZERO,
  heldPurchased: ZERO,
  heldFree: ZERO,
  unheld: ZERO,
  purchasedExpiresAt: null,
  freeExpiresAt: null,
};

interface TotalsRow {
  wallet_id: string;
  purchased: string;
  free: string;
  held_purchased: string;
  held_free: string;
  unheld: string;
  purchased_expires_at: string | null;
  free_expires_at: string | null;
}

/** Reads of balances that are true at the instant they are asked for. */
@Injectable()
export class BalancesService {
  constructor(
    private readonly em: EntityManager,
    private readonly clock: Clock,
  ) {}

  /** Totals by wallet id, an entry for every id asked for. */
  async totals(walletIds: readonly string[], em: EntityManager = this.em.fork()): Promise<Map<string, LotTotals>> {
    const totals = new Map(walletIds.map((id) => [id, NOTHING]));
    if (walletIds.length === 0) return totals;
    const rows = await em.execute<TotalsRow[]>(
      `select wallet_id,
         coalesce(sum(remaining) filter (where source = 'purchased'), 0)::text as purchased,
         coalesce(sum(remaining) filter (where source = 'free'), 0)::text as free,
         coalesce(sum(held) filter (where source = 'purchased'), 0)::text as held_purchased,
         coalesce(sum(held) filter (where source = 'free'), 0)::text as held_free,
         coalesce(sum(remaining - held), 0)::text as unheld,
         min(expires_at) filter (where source = 'purchased') as purchased_expires_at,
         min(expires_at) filter (where source = 'free') as free_expires_at
       from lot l
       where (shard, wallet_id) in (${walletIds.map(() => '(?, ?)').join(', ')}) and is_open and ${liveSql('l')}
       group by wallet_id`,
      [...walletIds.flatMap((id) => [shardOf(id), id]), this.clock.now().toISOString()],
    );
    for (const row of rows) totals.set(row.wallet_id, toTotals(row));
    return totals;
  }
}

/** What can be spent or held: live credits that are not reserved, less the debt. */
export function availableOf(wallet: Pick<WalletRecord, 'debt'>, totals: LotTotals): Decimal {
  return totals.unheld.minus(wallet.debt);
}

function toTotals(row: TotalsRow): LotTotals {
  return {
    purchased: decimal(row.purchased),
    free: decimal(row.free),
    heldPurchased: decimal(row.held_purchased),
    heldFree: decimal(row.held_free),
    unheld: decimal(row.unheld),
    purchasedExpiresAt: row.purchased_expires_at ? toDate(row.purchased_expires_at) : null,
    freeExpiresAt: row.free_expires_at ? toDate(row.free_expires_at) : null,
  };
}
