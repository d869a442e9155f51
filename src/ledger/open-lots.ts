import type { Decimal } from '../shared/decimal.js';
import { unheld } from './live-lots.js';
import { bySpendOrder, type SpendKey } from './spend-order.js';
import type { LotRecord } from './wallet-state.js';

/**
 * A wallet's lots in memory: those that are open in spend order, all that are known by id. Of a wallet with many, only
 * the first are read, and those that something names; whoever asks for more than was read gets an error, never a part.
 */
export class OpenLots {
  readonly #open: LotRecord[] = [];
  readonly #known = new Map<string, LotRecord>();
  /** The last of the first lots that were read, as it is stored: behind it lots may be unknown. Undefined: all are known. */
  #frontier: SpendKey | undefined;
  /** Every lot that expires before this instant is known, wherever it stands. */
  #horizon = new Date(0);
  /** How many of the first lots have been read; infinite where all have. */
  readSoFar = 0;
  /** No open lot expires before it: spares every command a walk over lots that have long to live. */
  #earliestMs = Infinity;

  constructor(lots: readonly LotRecord[] = []) {
    this.addAll(lots);
  }

  /** Lots in memory. */
  get size(): number {
    return this.#known.size;
  }

  /** Also one that has nothing left. */
  get(id: string): LotRecord | undefined {
    return this.#known.get(id);
  }

  get isComplete(): boolean {
    return this.#frontier === undefined;
  }

  /** Lots that were read; those known already are left as the batch has changed them. */
  addAll(lots: readonly LotRecord[]): void {
    const added = lots.filter((lot) => !this.#known.has(lot.id) && this.#known.set(lot.id, lot) && lot.isOpen);
    for (const lot of added) this.#mindExpiry(lot);
    if (added.length === 0) return;
    this.#open.push(...added);
    this.#open.sort(bySpendOrder);
  }

  add(lot: LotRecord): void {
    if (this.#known.has(lot.id)) return;
    this.#known.set(lot.id, lot);
    this.place(lot);
  }

  /** The first lots in spend order, as they are stored: all there are, if they are fewer than the limit of their read. */
  addFirst(lots: readonly LotRecord[], limit: number): void {
    // A copy: the lot itself may get another date.
    const last = lots.at(-1);
    this.#frontier = last && lots.length >= limit ? { ...last } : undefined;
    this.readSoFar = this.#frontier ? limit : Infinity;
    this.addAll(lots);
  }

  /** All open lots have been read. */
  markComplete(): void {
    this.#frontier = undefined;
    this.readSoFar = Infinity;
  }

  /** All lots that expire before the instant have been read. */
  markHorizon(horizon: Date): void {
    this.#horizon = horizon;
  }

  /** Whether every lot that expires before the instant is known. */
  reaches(instant: Date): boolean {
    return this.isComplete || instant <= this.#horizon;
  }

  /**
   * Drops what is not open, once that is stored. @returns whether the rest is worth keeping: of first lots that are half
   * spent the next ones are soon needed, and reading on would begin at the first again
   */
  forgetSpent(): boolean {
    if (this.#known.size > this.#open.length) {
      for (const [id, { isOpen }] of this.#known) if (!isOpen) this.#known.delete(id);
    }
    return this.#frontier === undefined || 2 * this.#placeOf(this.#frontier) >= this.readSoFar;
  }

  /** Puts a lot among the open ones, or takes it away: as it says itself. */
  place(lot: LotRecord): void {
    const at = this.#placeOf(lot);
    const isThere = this.#open[at] === lot;
    if (lot.isOpen && !isThere) this.#open.splice(at, 0, lot);
    else if (!lot.isOpen && isThere) this.#open.splice(at, 1);
    if (lot.isOpen) this.#mindExpiry(lot);
  }

  /** Gives lots new dates, and with them their new places. */
  redate(changes: readonly { lot: LotRecord; expiresAt: Date | null }[]): void {
    if (changes.length === 0) return;
    for (const { lot, expiresAt } of changes) {
      lot.expiresAt = expiresAt;
      if (lot.isOpen) this.#mindExpiry(lot);
    }
    this.#open.sort(bySpendOrder);
  }

  /** Whether the lots that are known to come first have so much to spend. */
  covers(credits: Decimal): boolean {
    const frontier = this.#frontier;
    if (!frontier) return true;
    let missing = credits;
    for (const lot of this.#open) {
      if (missing.lte(0) || bySpendOrder(lot, frontier) > 0) break;
      missing = missing.minus(unheld(lot));
    }
    return missing.lte(0);
  }

  /** In spend order. Ask `covers` before: beyond what was read there is only an error. */
  *inOrder(): Generator<LotRecord> {
    for (const lot of this.#open) {
      if (this.#frontier && bySpendOrder(lot, this.#frontier) > 0) break;
      yield lot;
    }
    if (this.#frontier) throw new Error('more lots are needed than were read');
  }

  /** All open lots, in spend order. */
  all(): readonly LotRecord[] {
    if (this.#frontier) throw new Error('only the first lots were read');
    return this.#open;
  }

  /** Open lots that expire before an instant, in spend order. */
  expiringBefore(instant: Date): LotRecord[] {
    if (this.#frontier && instant > this.#horizon) throw new Error('lots that expire so late were not read');
    if (this.#earliestMs >= instant.getTime()) return [];
    const found: LotRecord[] = [];
    this.#earliestMs = Infinity;
    for (const lot of this.#open) {
      this.#mindExpiry(lot);
      if (lot.expiresAt && lot.expiresAt < instant) found.push(lot);
    }
    return found;
  }

  #mindExpiry({ expiresAt }: LotRecord): void {
    if (expiresAt && expiresAt.getTime() < this.#earliestMs) this.#earliestMs = expiresAt.getTime();
  }

  /** Where the lot is, or belongs: lists of thousands are never searched from end to end. */
  #placeOf(lot: SpendKey): number {
    let [low, high] = [0, this.#open.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (bySpendOrder(this.#open[middle] as LotRecord, lot) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
