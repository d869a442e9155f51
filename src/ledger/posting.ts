import type { Decimal } from '../shared/decimal.js';
import type { EntryDraft } from './plan/plan.js';
import type { EntryRecord, HoldState, WalletState } from './wallet-state.js';

/** What one command did: the wallet right after it, and the entries and hold it made. */
export interface Posting {
  state: WalletState;
  /** In the order they were booked; empty when nothing moved. Forfeitures booked on the way are not among them. */
  entries: EntryRecord[];
  hold: HoldState | undefined;
  /** Credits of a reversal that were not given back, because they have expired. */
  forfeited: Decimal;
  /** What the command's changes came to, in their order. */
  changed: unknown[];
  /** The other wallet of a transfer. */
  counterpart?: Posting;
  /** The wallet that was opened in place of this one. */
  successor?: Posting;
  /** What the wallet in place of this one is granted. */
  granted: EntryDraft[];
}
