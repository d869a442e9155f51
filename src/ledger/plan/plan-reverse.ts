import { type Decimal, formatDecimal, min, ZERO } from '../../shared/decimal.js';
import { DomainError } from '../../shared/errors.js';
import type { ReverseTerms } from '../commands.js';
import type { DebitReason, EntryReason, GrantReason } from '../entry.entity.js';
import { isLive, isPastExpiry, laterExpiry, unheld } from '../live-lots.js';
import type { LotRecord, PastEntry, WalletState } from '../wallet-state.js';
import { COUNTER_ACCOUNT_OF_REASON } from './plan-credit.js';
import type { EntryDraft, LinkDraft, LotRenewal, Plan, PlanContext } from './plan.js';

/** Debits that spent credits. What expired, was voided or transferred has its own way back, or none. */
const REVERSIBLE_DEBITS: ReadonlySet<EntryReason> = new Set<DebitReason>(['MANUAL_BALANCE_DEBIT']);

/** Undoes a debit (credits go back into the very lots they came from) or voids what is unspent of a grant. */
export function planReverse(
  state: WalletState,
  terms: ReverseTerms,
  context: PlanContext,
  idempotencyKey: string,
): Plan | DomainError {
  const past = state.past.get(terms.entryId);
  if (!past)
    return new DomainError('not_found', 'transaction not found', { details: { transaction_id: terms.entryId } });
  if (state.wallet.walletStatus === 'closed') return refuse(past, 'the wallet is closed');
  const isDebit = past.entry.type === 'debit';
  const isReversible = isDebit
    ? REVERSIBLE_DEBITS.has(past.entry.reason)
    : past.entry.reason !== 'DEBIT_REVERSAL' && past.entry.reason !== 'TRANSFER_IN';
  if (!isReversible) return refuse(past, `a transaction of reason ${past.entry.reason} cannot be reversed`);
  if (!isDebit) return planVoid(state, past, terms, context, idempotencyKey);
  const plan = planRestore(state, past, terms, context, idempotencyKey);
  if (plan instanceof DomainError || plan.entries.length > 0) return plan;
  return refuse(past, 'the credits have expired since', ZERO);
}

/**
 * Gives back in the opposite order of spending: the debt that was made last, then the lots from the last one on. Without
 * entries where all of it has expired since.
 */
export function planRestore(
  state: WalletState,
  past: PastEntry,
  terms: ReverseTerms,
  context: PlanContext,
  idempotencyKey: string,
): Plan | DomainError {
  const before = reversedBefore(state, past);
  const left = past.entry.credits.abs().minus(before.total);
  if (left.lte(0)) return refuse(past, 'the debit has been reversed already', left);
  const wanted = terms.credits ?? left;
  if (wanted.gt(left)) return refuse(past, `${formatDecimal(left)} credits of the debit can still be reversed`, left);

  const ofDebt = min(past.entry.debtChange.minus(before.debt), wanted);
  const restored = restoreLots(state, past, wanted.minus(ofDebt), before.lots, terms, context.now);
  const entries: EntryDraft[] = [];
  const add = (what: Pick<EntryDraft, 'credits' | 'debtChange' | 'grant' | 'links'>) => {
    const key = entries.length === 0 ? idempotencyKey : '';
    const { counterAccount } = past.entry;
    const rest = { reason: 'DEBIT_REVERSAL', counterAccount } as const;
    entries.push(reversalEntry(past, terms, context.newEntryId(), key, { ...rest, ...what }));
  };
  const credits = restored.links.reduce((total, link) => total.plus(link.credits), ofDebt);
  const repaid = min(state.wallet.debt, ofDebt);
  if (credits.gt(0)) {
    // The debt may have been repaid since: what it took then comes back as a lot of its own.
    const grant = ofDebt.gt(0)
      ? { credits: ofDebt, source: 'free' as const, priority: null, expiresAt: null, repaid }
      : null;
    add({ credits, debtChange: ZERO.minus(repaid), grant, links: restored.links });
  }
  for (const { lot, credits: moved, expiresAt } of restored.apart) {
    const { source, priority } = lot;
    const grant = { credits: moved, source, priority, expiresAt, repaid: ZERO };
    add({ credits: moved, debtChange: ZERO, grant, links: throughLot(lot, moved) });
  }
  return { entries, renewals: restored.renewals, forfeited: restored.forfeited };
}

interface Restored {
  links: LinkDraft[];
  /** Lots that open again, with the date that they have from now on. */
  renewals: LotRenewal[];
  /** What comes back as lots of its own. */
  apart: { lot: LotRecord; credits: Decimal; expiresAt: Date | null }[];
  forfeited: Decimal;
}

function restoreLots(
  state: WalletState,
  past: PastEntry,
  credits: Decimal,
  restoredBefore: Map<string, Decimal>,
  terms: ReverseTerms,
  now: Date,
): Restored {
  const restored: Restored = { links: [], renewals: [], apart: [], forfeited: ZERO };
  let wanted = credits;
  for (const link of past.consumed.toReversed()) {
    const taken = min(link.credits.abs().minus(restoredBefore.get(link.lotId) ?? ZERO), wanted);
    if (taken.lte(0)) continue;
    wanted = wanted.minus(taken);
    const lot = state.lots.get(link.lotId);
    if (!lot) throw new Error(`lot ${link.lotId} of entry ${past.entry.id} was not read`);
    restoreLot(state, lot, taken, terms, now, restored);
  }
  return restored;
}

/**
 * A lot that has nothing left opens with its date of today. One that has expired and has credits on hold stays as it is:
 * with a new date those would live again, too, so what is given back becomes a lot beside it.
 */
function restoreLot(
  { wallet }: WalletState,
  lot: LotRecord,
  credits: Decimal,
  terms: ReverseTerms,
  now: Date,
  restored: Restored,
): void {
  const dated = lot.isOpen || lot.source === 'free' ? lot.expiresAt : dateToday(lot, wallet.purchasedExpiresAt);
  const isExpired = isPastExpiry({ expiresAt: dated }, now) && !isLive(lot, now);
  if (isExpired && terms.expired === 'forfeit') {
    restored.forfeited = restored.forfeited.plus(credits);
    return;
  }
  const expiresAt = isExpired && terms.expired !== 'forfeit' ? terms.expired.restoreUntil : dated;
  if (isExpired && lot.held.gt(0)) {
    restored.apart.push({ lot, credits, expiresAt });
    return;
  }
  restored.links.push({ lot, kind: 'restore', credits });
  // What is kept beyond its date waits for a renewal that is under way, and is dated by that.
  const isNew = expiresAt !== lot.expiresAt || (!lot.isOpen && lot.renewalId !== null);
  if (isNew && !isPastExpiry({ expiresAt }, now)) restored.renewals.push({ lot, expiresAt });
}

/** Each purchase since has moved the date of all purchased credits: also of these, had they been there. */
function dateToday(lot: LotRecord, purchasedExpiresAt: Date | null): Date | null {
  return purchasedExpiresAt ? laterExpiry(lot.expiresAt, purchasedExpiresAt) : lot.expiresAt;
}

/** Given back to the lot they were taken from, and moved on from there: so the lot says what has come back to it. */
function throughLot(lot: LotRecord, credits: Decimal): LinkDraft[] {
  return [
    { lot, kind: 'restore', credits },
    { lot, kind: 'transfer', credits: ZERO.minus(credits) },
  ];
}

/** What earlier reversals gave back, also ones of this very batch. */
function reversedBefore(
  state: WalletState,
  past: PastEntry,
): { total: Decimal; debt: Decimal; lots: Map<string, Decimal> } {
  let total = past.reversed;
  const lots = new Map(past.restored);
  const ids = new Set<string>();
  for (const entry of state.newEntries) {
    if (entry.parentId !== past.entry.id || entry.reason !== 'DEBIT_REVERSAL') continue;
    ids.add(entry.id);
    total = total.plus(entry.credits);
  }
  for (const link of state.newLinks) {
    if (!ids.has(link.entryId) || link.kind !== 'restore') continue;
    lots.set(link.lotId, (lots.get(link.lotId) ?? ZERO).plus(link.credits));
  }
  let debt = total;
  for (const credits of lots.values()) debt = debt.minus(credits);
  return { total, debt, lots };
}

/** Takes what is neither spent nor reserved out of the grant's own lot. Money is returned elsewhere, if it is. */
function planVoid(
  state: WalletState,
  past: PastEntry,
  terms: ReverseTerms,
  context: PlanContext,
  idempotencyKey: string,
): Plan | DomainError {
  const lot = state.lots.get(past.entry.id);
  const unspent = lot ? unheld(lot) : ZERO;
  if (!lot || unspent.lte(0)) return refuse(past, 'nothing of the grant is unspent', ZERO);
  const credits = terms.credits ?? unspent;
  if (credits.gt(unspent)) return refuse(past, `${formatDecimal(unspent)} credits of the grant are unspent`, unspent);
  const entry = reversalEntry(past, terms, context.newEntryId(), idempotencyKey, {
    credits: ZERO.minus(credits),
    debtChange: ZERO,
    reason: 'GRANT_VOID',
    counterAccount: COUNTER_ACCOUNT_OF_REASON[past.entry.reason as GrantReason],
    grant: null,
    links: [{ lot, kind: 'void', credits: ZERO.minus(credits) }],
  });
  return { entries: [entry] };
}

function reversalEntry(
  past: PastEntry,
  terms: ReverseTerms,
  id: string,
  idempotencyKey: string,
  what: Pick<EntryDraft, 'credits' | 'debtChange' | 'reason' | 'counterAccount' | 'grant' | 'links'>,
): EntryDraft {
  return {
    id,
    referenceType: 'REQUEST',
    referenceId: past.entry.id,
    description: terms.description,
    metadata: terms.metadata,
    idempotencyKey,
    parentId: past.entry.id,
    topUpId: null,
    ...what,
  };
}

function refuse(past: PastEntry, message: string, reversible?: Decimal): DomainError {
  const details = { transaction_id: past.entry.id, ...(reversible ? { reversible: formatDecimal(reversible) } : {}) };
  return new DomainError('invalid_operation', message, { details });
}
