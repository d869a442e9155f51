import type { CounterAccount, EntryReason } from '../entry.entity.js';

/** What an entry does, as somebody who reads a chart calls it. */
export const FIGURE_KINDS = [
  'purchased',
  'granted',
  'credit_notes',
  'spent',
  'reversed',
  'expired',
  'taken_back',
  'other',
] as const;
export type FigureKind = (typeof FIGURE_KINDS)[number];

/** Of every entry exactly one: together they are the change of the balances. */
export function kindOfFigure(reason: EntryReason, counterAccount: CounterAccount): FigureKind {
  if (counterAccount === 'expiry') return 'expired';
  if (counterAccount === 'usage') return reason === 'DEBIT_REVERSAL' ? 'reversed' : 'spent';
  if (counterAccount === 'adjustment') return 'other';
  // What was granted and goes back, and what of that did not go back after all.
  if (reason === 'GRANT_VOID' || reason === 'DEBIT_REVERSAL') return 'taken_back';
  if (counterAccount === 'purchase') return 'purchased';
  return counterAccount === 'promotion' ? 'granted' : 'credit_notes';
}

/** Kinds that take credits away: shown without their sign. */
export const TAKES: ReadonlySet<FigureKind> = new Set(['spent', 'expired', 'taken_back']);
