import { ZERO } from '../../shared/decimal.js';
import type { Columns } from '../../shared/sql-table.js';
import type { EntryChargeRecord, EntryRecord, WalletState } from '../wallet-state.js';
import type { LedgerFigure } from './ledger-figure.entity.js';

export type LedgerFigureRecord = Columns<LedgerFigure>;

const DAY_LENGTH = '2026-02-28'.length;

/**
 * What the new entries of a batch come to, in as few rows as can be: nearly always one. In the order of the entries, which
 * is that of their links, so one walk over each is enough.
 */
export function figuresOf(states: readonly WalletState[]): LedgerFigureRecord[] {
  const figures = new Map<string, LedgerFigureRecord>();
  for (const state of states) {
    let link = 0;
    for (const entry of state.newEntries) {
      const figure = figureOf(figures, state, entry, entry.currency);
      figure.entries += 1;
      figure.credits = figure.credits.plus(entry.credits);
      for (; state.newLinks[link]?.entryId === entry.id; link += 1) {
        const { lotId, credits } = state.newLinks[link]!;
        const source = state.lots.get(lotId)!.source;
        figure[source] = figure[source].plus(credits);
      }
    }
    for (const charge of state.newCharges) addCharge(figures, state, charge);
  }
  return [...figures.values()];
}

function addCharge(figures: Map<string, LedgerFigureRecord>, state: WalletState, charge: EntryChargeRecord): void {
  const entry = state.newEntries.find(({ id }) => id === charge.entryId);
  if (!entry) throw new Error(`the entry of the charge ${charge.entryId} is not of this batch`);
  figureOf(figures, state, entry, charge.currency).chargedMinor += charge.chargedMinor;
}

function figureOf(
  figures: Map<string, LedgerFigureRecord>,
  { wallet }: WalletState,
  entry: EntryRecord,
  currency: string,
): LedgerFigureRecord {
  const { environmentId, reason, counterAccount } = entry;
  const day = entry.createdAt.toISOString().slice(0, DAY_LENGTH);
  const conversionRate = wallet.conversionRate;
  const key = `${environmentId} ${day} ${currency} ${conversionRate.toFixed()} ${reason} ${counterAccount}`;
  const known = figures.get(key);
  if (known) return known;
  const { shard, id, tenantId } = entry;
  const of = { shard, environmentId, day, currency, id, tenantId, conversionRate, reason, counterAccount };
  const figure = { ...of, entries: 0, credits: ZERO, purchased: ZERO, free: ZERO, chargedMinor: 0 };
  figures.set(key, figure);
  return figure;
}
