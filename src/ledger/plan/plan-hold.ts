import { type Decimal, formatDecimal, max, min, ZERO } from '../../shared/decimal.js';
import { DomainError } from '../../shared/errors.js';
import { availableCredits, type HoldState, type LotRecord, type WalletState } from '../wallet-state.js';
import { debitEntry, insufficientCredits, refuseUnlessActive, takeInOrder } from './plan-debit.js';
import type { HoldDraft, HoldLotDraft, LinkDraft, Plan, PlanContext } from './plan.js';

export interface HoldTerms {
  holdId: string;
  credits: Decimal;
  overage?: Decimal;
  expiresAt: Date | null;
  description: string;
  metadata: Record<string, string>;
}

/** Reserves credits on the lots a debit would take now. Never on debt: a hold promises credits that exist. */
export function planHold(state: WalletState, terms: HoldTerms): Plan | DomainError {
  const notActive = refuseUnlessActive(state);
  if (notActive) return notActive;
  if (terms.credits.gt(availableCredits(state))) return insufficientCredits(state, terms.credits);
  const { links } = takeInOrder(state.lots.inOrder(), terms.credits);
  const { holdId, overage = ZERO, ...rest } = terms;
  const opens = { ...rest, overage, purpose: 'work' as const };
  const lots = links.map((link) => ({ lot: link.lot, held: ZERO.minus(link.credits) }));
  return { entries: [], hold: { id: holdId, opens, lots, captured: ZERO, status: 'open' } };
}

/**
 * Charges credits from the lots the hold has reserved, in their order; a final capture gives the rest back. What exceeds
 * the hold, as far as its overage allows, is taken like a debit.
 */
export function planCapture(
  state: WalletState,
  holdId: string,
  credits: Decimal,
  final: boolean,
  context: PlanContext,
  idempotencyKey = '',
): Plan | DomainError {
  const found = openHold(state, holdId, context.now);
  if (found instanceof DomainError) return found;
  const left = heldBy(found);
  const over = max(credits.minus(left), ZERO);
  const overageLeft = min(found.hold.overage, found.hold.credits.plus(found.hold.overage).minus(found.hold.captured));
  if (over.gt(overageLeft)) return beyondHold(holdId, left.plus(overageLeft), credits);
  const notActive = over.gt(0) ? refuseUnlessActive(state) : undefined;
  if (notActive) return notActive;
  if (over.gt(0) && over.gt(availableCredits(state))) return insufficientCredits(state, over);
  const { links: extra } = takeInOrder(state.lots.inOrder(), over);
  const { links, lots } = takeFromHold(state, found, credits.minus(over));
  const ends = final || (credits.gte(left) && over.eq(overageLeft));
  const rest = ends ? restOfHold(state, found, lots) : [];
  const hold: HoldDraft = {
    id: holdId,
    lots: [...lots, ...rest],
    captured: credits,
    status: ends ? 'captured' : 'open',
  };
  const entry = debitEntry(
    { credits, reason: 'MANUAL_BALANCE_DEBIT', overdraft: 'wallet', referenceType: 'REQUEST', referenceId: holdId },
    merged([...links, ...extra]),
    ZERO,
    context.newEntryId(),
    idempotencyKey,
  );
  return { entries: [entry], hold };
}

/** Gives back what the hold still reserves. A hold that has ended is left as it is. */
export function planRelease(
  state: WalletState,
  holdId: string,
  outcome: 'released' | 'expired',
  context: PlanContext,
): Plan | DomainError {
  const found = openHold(state, holdId, outcome === 'expired' ? null : context.now);
  if (found instanceof DomainError) return found;
  return { entries: [], hold: { id: holdId, lots: restOfHold(state, found, []), captured: ZERO, status: outcome } };
}

function beyondHold(holdId: string, left: Decimal, required: Decimal): DomainError {
  return new DomainError('insufficient_credits', `the hold has ${formatDecimal(left)} credits left`, {
    details: {
      hold_id: holdId,
      balance: formatDecimal(left),
      required: formatDecimal(required),
      top_up: null,
      paused_reason: null,
      no_top_up: null,
    },
  });
}

/** One link for each lot: the overage may come from a lot that the hold has reserved a part of. */
function merged(links: LinkDraft[]): LinkDraft[] {
  const byLot = new Map<LotRecord, LinkDraft>();
  for (const link of links) {
    const known = byLot.get(link.lot);
    byLot.set(link.lot, known ? { ...known, credits: known.credits.plus(link.credits) } : link);
  }
  return [...byLot.values()];
}

function openHold(state: WalletState, holdId: string, now: Date | null): HoldState | DomainError {
  const found = state.holds.get(holdId);
  const details = { hold_id: holdId };
  if (!found) return new DomainError('not_found', 'hold not found', { details });
  if (found.hold.purpose === 'dispute') {
    const message = 'the credits are frozen until the dispute of their payment ends';
    return new DomainError('invalid_operation', message, { code: 'disputed', details });
  }
  if (found.hold.holdStatus !== 'open') {
    return new DomainError('invalid_operation', `the hold is ${found.hold.holdStatus}`, { details });
  }
  if (now && found.hold.expiresAt && found.hold.expiresAt <= now) {
    return new DomainError('invalid_operation', 'the hold has expired', { details });
  }
  return found;
}

function heldBy(state: HoldState): Decimal {
  let total = ZERO;
  for (const row of state.lots) total = total.plus(row.held);
  return total;
}

function takeFromHold(
  state: WalletState,
  hold: HoldState,
  credits: Decimal,
): { links: LinkDraft[]; lots: HoldLotDraft[] } {
  const links: LinkDraft[] = [];
  const lots: HoldLotDraft[] = [];
  let wanted = credits;
  for (const row of hold.lots) {
    const taken = ZERO.minus(min(row.held, wanted));
    if (taken.eq(0)) continue;
    const lot = lotOf(state, row.lotId);
    links.push({ lot, kind: 'consume', credits: taken });
    lots.push({ lot, held: taken });
    wanted = wanted.plus(taken);
  }
  return { links, lots };
}

/** What is left on each lot once `taken` has been taken off it. */
export function restOfHold(state: WalletState, hold: HoldState, taken: HoldLotDraft[]): HoldLotDraft[] {
  const rest: HoldLotDraft[] = [];
  const takenOf = new Map(taken.map(({ lot, held }) => [lot.id, held]));
  for (const row of hold.lots) {
    const left = row.held.plus(takenOf.get(row.lotId) ?? ZERO);
    if (left.gt(0)) rest.push({ lot: lotOf(state, row.lotId), held: ZERO.minus(left) });
  }
  return rest;
}

/** The lots of a hold that a command names are among those read under the lock. */
function lotOf(state: WalletState, lotId: string): LotRecord {
  const lot = state.lots.get(lotId);
  if (!lot?.isOpen) throw new Error(`lot ${lotId} is on hold but not open in wallet ${state.wallet.id}`);
  return lot;
}
