import { type Decimal, ZERO } from '../shared/decimal.js';
import type { Columns } from '../shared/sql-table.js';
import type { Entry, EntryLot } from './entry.entity.js';
import type { Hold, HoldLot } from './hold.entity.js';
import type { Lot } from './lot.entity.js';
import type { Wallet } from './wallet.entity.js';

export type WalletRecord = Columns<Wallet>;
export type LotRecord = Columns<Lot>;
export type EntryRecord = Columns<Entry>;
export type EntryLotRecord = Columns<EntryLot>;
export type HoldRecord = Columns<Hold>;
export type HoldLotRecord = Columns<HoldLot>;

export interface HoldState {
  hold: HoldRecord;
  lots: HoldLotRecord[];
}

/** An entry of before, with what is needed to reverse it. */
export interface PastEntry {
  entry: EntryRecord;
  /** What it took from lots, in the order it took it. */
  consumed: EntryLotRecord[];
  /** Credits that reversals have given back, lots and debt together. */
  reversed: Decimal;
  /** The part of it that went back into each lot. */
  restored: Map<string, Decimal>;
}

/** One wallet in memory, under its lock: what was read, what the batch has done to it so far. */
export class WalletState {
  readonly holds = new Map<string, HoldState>();
  /** Entries that commands of the batch reverse. */
  readonly past = new Map<string, PastEntry>();
  /** Lots that have nothing left: those that a reversal may fill again, and those that this batch has emptied. */
  readonly emptyLots = new Map<string, LotRecord>();
  readonly newEntries: EntryRecord[] = [];
  readonly newLinks: EntryLotRecord[] = [];
  readonly newLots = new Set<LotRecord>();
  readonly changedLots = new Set<LotRecord>();
  readonly newHolds = new Set<HoldState>();
  readonly changedHolds = new Set<HoldState>();
  isChanged = false;
  /** Settings of the wallet itself were changed, which hardly any command does: they are written by a statement of their own. */
  hasNewSettings = false;

  constructor(
    readonly wallet: WalletRecord,
    /** Open lots in spend order. */
    readonly lots: LotRecord[],
    /** Opened by this batch: inserted, not updated. */
    readonly isNew: boolean,
  ) {}
}

/** Priority, then expiry, both ascending with nulls last; larger grants first; then the older one. */
export function bySpendOrder(a: LotRecord, b: LotRecord): number {
  return (
    nullsLast(a.priority, b.priority) ||
    nullsLast(a.expiresAt?.getTime(), b.expiresAt?.getTime()) ||
    b.granted.cmp(a.granted) ||
    a.createdAt.getTime() - b.createdAt.getTime() ||
    (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
  );
}

export function lotById(state: WalletState, lotId: string): LotRecord | undefined {
  return state.lots.find(({ id }) => id === lotId) ?? state.emptyLots.get(lotId);
}

function nullsLast(a: number | null | undefined, b: number | null | undefined): number {
  if (a == null) return b == null ? 0 : 1;
  return b == null ? -1 : a - b;
}

/** Whether the lot's instant has come. From that very instant its credits may not be spent, unless a renewal is under way. */
export function isPastExpiry(lot: LotRecord, now: Date): boolean {
  return lot.expiresAt !== null && lot.expiresAt <= now;
}

/** What of the lot is neither spent nor reserved. */
export function unheld(lot: LotRecord): Decimal {
  return lot.remaining.minus(lot.held);
}

/** What can be spent or held now: live credits that no hold has reserved, less the debt. Negative when in debt. */
export function availableCredits(state: WalletState): Decimal {
  return spendableCredits(state.lots).minus(state.wallet.debt);
}

/** Unheld credits of lots; expired ones have been booked off before this is asked, or are deliberately kept. */
export function spendableCredits(lots: readonly LotRecord[]): Decimal {
  let total = ZERO;
  for (const lot of lots) total = total.plus(unheld(lot));
  return total;
}
