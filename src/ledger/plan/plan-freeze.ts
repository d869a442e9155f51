import { ZERO } from '../../shared/decimal.js';
import { DomainError } from '../../shared/errors.js';
import type { FreezeTerms } from '../commands.js';
import type { HoldState, WalletState } from '../wallet-state.js';
import { restOfHold } from './plan-hold.js';
import { factsOf } from './grant-facts.js';
import type { HoldDraft, HoldLotDraft, Plan } from './plan.js';

/**
 * Reserves credits of certain grants, wherever they stand in the spend order, in a hold that no client can end. Where
 * nothing of them is left there is nothing to freeze, and no hold.
 */
export function planFreeze(state: WalletState, holdId: string, terms: FreezeTerms): Plan {
  const parts = terms.decide(factsOf(state, () => ZERO)).filter(({ credits }) => credits.gt(0));
  if (parts.length === 0) return { entries: [] };
  const lots = parts.map(({ grantId, credits }): HoldLotDraft => {
    const lot = state.lots.get(grantId);
    if (!lot) throw new Error(`lot ${grantId} was not read`);
    return { lot, held: credits };
  });
  const { description, metadata } = terms;
  const credits = parts.reduce((total, part) => total.plus(part.credits), ZERO);
  const opens = { credits, overage: ZERO, expiresAt: null, description, metadata, purpose: 'dispute' as const };
  return { entries: [], hold: { id: holdId, opens, lots, captured: ZERO, status: 'open' } };
}

/** What was frozen can be spent again; what has expired meanwhile is booked off right after. */
export function planThaw(state: WalletState, holdId: string): Plan | DomainError {
  const frozen = frozenBy(state, holdId);
  if (frozen instanceof DomainError) return frozen;
  if (!frozen) return { entries: [] };
  return { entries: [], hold: thawed(state, frozen, [], true) };
}

/** The open hold of a dispute; undefined where none is named. */
export function frozenBy(state: WalletState, holdId: string | undefined): HoldState | DomainError | undefined {
  if (holdId === undefined) return undefined;
  const found = state.holds.get(holdId);
  if (found?.hold.purpose === 'dispute' && found.hold.holdStatus === 'open') return found;
  return new DomainError('conflict', 'these credits are not frozen any more', {
    code: 'not_frozen',
    details: { hold_id: holdId },
  });
}

/** @param taken of what it holds: spent by whoever may. @param ends whether the rest is free again */
export function thawed(state: WalletState, { hold, lots }: HoldState, taken: HoldLotDraft[], ends: boolean): HoldDraft {
  const rest = ends ? restOfHold(state, { hold, lots }, taken) : [];
  return { id: hold.id, lots: [...taken, ...rest], captured: ZERO, status: ends ? 'released' : 'open' };
}
