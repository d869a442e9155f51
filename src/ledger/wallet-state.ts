import type { Decimal } from '../shared/decimal.js';
import type { Columns } from '../shared/sql-table.js';
import type { Entry, EntryCharge, EntryLot } from './entry.entity.js';
import type { Hold, HoldLot } from './hold.entity.js';
import type { Lot } from './lot.entity.js';
import { OpenLots } from './open-lots.js';
import type { Wallet } from './wallet.entity.js';

export type WalletRecord = Columns<Wallet>;
export type LotRecord = Columns<Lot>;
export type EntryRecord = Columns<Entry>;
export type EntryChargeRecord = Columns<EntryCharge>;
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
  /** Open ones in spend order, and by id those that a reversal may fill again. */
  readonly lots: OpenLots;
  readonly newEntries: EntryRecord[] = [];
  readonly newLinks: EntryLotRecord[] = [];
  readonly newCharges: EntryChargeRecord[] = [];
  readonly newLots = new Set<LotRecord>();
  readonly changedLots = new Set<LotRecord>();
  readonly newHolds = new Set<HoldState>();
  readonly changedHolds = new Set<HoldState>();
  isChanged = false;
  readonly #versionBefore: number;
  /** As it was read: of these a customer has one of a kind. */
  readonly wasActive: boolean;
  /** Settings of the wallet itself were changed, which hardly any command does: they are written by a statement of their own. */
  hasNewSettings = false;

  constructor(
    readonly wallet: WalletRecord,
    lots: readonly LotRecord[] | OpenLots,
    /** Opened by this batch: inserted, not updated. */
    readonly isNew: boolean,
  ) {
    this.lots = lots instanceof OpenLots ? lots : new OpenLots(lots);
    if (isNew) this.lots.markComplete();
    this.#versionBefore = wallet.version;
    this.wasActive = !isNew && wallet.walletStatus === 'active';
  }

  /**
   * Nothing that hangs on the wallet may change and its version stay: what other processes keep of it goes by that. Of one
   * that this batch opens nobody keeps anything.
   */
  raiseVersion(): void {
    const { changedLots, newHolds, changedHolds, hasNewSettings, isChanged } = this;
    const isRaised = this.isNew || this.wallet.version > this.#versionBefore;
    if (isRaised || !(isChanged || hasNewSettings || changedLots.size + newHolds.size + changedHolds.size > 0)) return;
    this.isChanged = true;
    this.wallet.version += 1;
  }
}

/**
 * Unheld credits of the wallet's lots: expired ones have been booked off before this is asked, or are deliberately kept.
 * A balance is what the lots have left less the debt, so it need not be summed up over them.
 */
export function spendableCredits({ wallet }: WalletState): Decimal {
  return wallet.creditBalance.plus(wallet.debt).minus(wallet.held);
}

/** What can be spent or held now: live credits that no hold has reserved, less the debt. Negative when in debt. */
export function availableCredits(state: WalletState): Decimal {
  return spendableCredits(state).minus(state.wallet.debt);
}
