import type { FilterQuery } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { conditionSql, type SearchColumns } from '../http/filter-sql.js';
import { type Decimal, decimal, ZERO } from '../shared/decimal.js';
import { type PageChoice, readPage } from '../shared/read-page.js';
import { inWallet, shardOf } from '../shared/shard.js';
import { SqlTable } from '../shared/sql-table.js';
import { Hold, HoldLot, type HoldStatus } from './hold.entity.js';
import type { HoldLotRecord, HoldRecord, HoldState } from './wallet-state.js';

/** A hold as everybody sees it at an instant, whichever API asks. */
export interface HoldView {
  status: HoldStatus;
  /** Credits it still reserves; none once it has ended. */
  held: Decimal;
}

/** A hold with as much of what it reserves as is looked at. */
export interface ShownHold {
  hold: HoldRecord;
  lots: readonly Pick<HoldLotRecord, 'held'>[];
}

/** From its instant on a hold is over, whether or not the scheduled task has booked that yet. */
export function viewOfHold({ hold, lots }: ShownHold, now: Date): HoldView {
  const isOver = hold.expiresAt !== null && hold.expiresAt <= now;
  const status = hold.holdStatus === 'open' && isOver ? 'expired' : hold.holdStatus;
  if (status !== 'open') return { status, held: ZERO };
  return { status, held: lots.reduce((total, lot) => total.plus(lot.held), ZERO) };
}

/** Holds that are seen with a status at an instant: the same line between open and expired. */
function holdsSeenAs(status: HoldStatus, now: Date): FilterQuery<Hold> {
  if (status === 'open') return { holdStatus: 'open', $or: [{ expiresAt: null }, { expiresAt: { $gt: now } }] };
  if (status !== 'expired') return { holdStatus: status };
  return { $or: [{ holdStatus: 'expired' }, { holdStatus: 'open', expiresAt: { $lte: now } }] };
}

/** Holds of one wallet with what they reserve of its lots. */
export async function withLots(em: EntityManager, walletId: string, holds: readonly Hold[]): Promise<HoldState[]> {
  const lots = await em.find(HoldLot, { ...inWallet(walletId), holdId: { $in: holds.map(({ id }) => id) } });
  const lotsOf = Map.groupBy(lots, ({ holdId }) => holdId);
  return holds.map((hold) => ({ hold, lots: lotsOf.get(hold.id) ?? [] }) as HoldState);
}

const COLUMNS: SearchColumns = {
  holdStatus: { column: 't.hold_status', type: 'text' },
  expiresAt: { column: 't.expires_at', type: 'timestamp' },
};
/** What a hold `t` reserves, of all lots. */
const RESERVED = `(
  select coalesce(sum(k.held), 0)::text from hold_lot k
  where k.shard = t.shard and k.wallet_id = t.wallet_id and k.hold_id = t.id)`;

/** A page of a wallet's holds. @returns undefined where `known` finds nothing */
export async function readHolds(
  em: EntityManager,
  walletId: string,
  { status, now, ...page }: Omit<PageChoice, 'where' | 'beside'> & { status: HoldStatus | undefined; now: Date },
): Promise<{ holds: ShownHold[]; total: number } | undefined> {
  const table = new SqlTable<HoldRecord>(em.getMetadata().get(Hold));
  const seen = status ? sql` and ${conditionSql({ $and: [holdsSeenAs(status, now)] }, COLUMNS)}` : sql``;
  const found = await readPage<HoldRecord, { reserved: string }>(em, table, {
    ...page,
    where: sql`t.shard = ${shardOf(walletId)} and t.wallet_id = ${walletId}${seen}`,
    beside: { reserved: RESERVED },
  });
  return (
    found && {
      holds: found.rows.map(({ reserved, ...hold }) => ({
        hold: hold as HoldRecord,
        lots: [{ held: decimal(reserved) }],
      })),
      total: found.total,
    }
  );
}
