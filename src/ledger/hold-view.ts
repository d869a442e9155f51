import type { EntityManager, FilterQuery } from '@mikro-orm/core';
import { type Decimal, ZERO } from '../shared/decimal.js';
import { inWallet } from '../shared/shard.js';
import { Hold, HoldLot, type HoldStatus } from './hold.entity.js';
import type { HoldState } from './wallet-state.js';

/** A hold as everybody sees it at an instant, whichever API asks. */
export interface HoldView {
  status: HoldStatus;
  /** Credits it still reserves; none once it has ended. */
  held: Decimal;
}

/** From its instant on a hold is over, whether or not the scheduled task has booked that yet. */
export function viewOfHold({ hold, lots }: HoldState, now: Date): HoldView {
  const isOver = hold.expiresAt !== null && hold.expiresAt <= now;
  const status = hold.holdStatus === 'open' && isOver ? 'expired' : hold.holdStatus;
  if (status !== 'open') return { status, held: ZERO };
  return { status, held: lots.reduce((total, lot) => total.plus(lot.held), ZERO) };
}

/** Holds that are seen with a status at an instant: the same line between open and expired. */
export function holdsSeenAs(status: HoldStatus, now: Date): FilterQuery<Hold> {
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
