import { formatDecimal, min, ZERO } from '../../shared/decimal.js';
import { DomainError } from '../../shared/errors.js';
import { debitEntry, insufficientCredits, refuseUnlessActive, takeInOrder } from './plan-debit.js';
/** Reserves credits on the lots a debit would take now. Never on debt: a hold promises credits that exist. */
export function planHold(state, terms) {
    const notActive = refuseUnlessActive(state);
    if (notActive)
        return notActive;
    const { links, uncovered } = takeInOrder(state.lots, terms.credits);
    if (uncovered.gt(0) || state.wallet.debt.gt(0))
        return insufficientCredits(state, terms.credits);
    const { holdId, ...opens } = terms;
    const lots = links.map((link) => ({ lot: link.lot, held: ZERO.minus(link.credits) }));
    return { entries: [], hold: { id: holdId, opens, lots, captured: ZERO, status: 'open' } };
}
/** Charges credits from the lots the hold has reserved, in their order; a final capture gives the rest back. */
export function planCapture(state, holdId, credits, final, context, idempotencyKey = '') {
    const found = openHold(state, holdId, context.now);
    if (found instanceof DomainError)
        return found;
    const left = heldBy(found);
    if (credits.gt(left)) {
        return new DomainError('insufficient_credits', `the hold has ${formatDecimal(left)} credits left`, {
            details: { hold_id: holdId, balance: formatDecimal(left), required: formatDecimal(credits), top_up: null },
        });
    }
    const { links, lots } = takeFromHold(state, found, credits);
    const ends = final || credits.eq(left);
    const rest = ends ? restOfHold(state, found, lots) : [];
    const hold = {
        id: holdId,
        lots: [...lots, ...rest],
        captured: credits,
        status: ends ? 'captured' : 'open',
    };
    const entry = debitEntry({ credits, reason: 'MANUAL_BALANCE_DEBIT', overdraft: 'wallet', referenceType: 'REQUEST', referenceId: holdId }, links, ZERO, context.newEntryId(), idempotencyKey);
    return { entries: [entry], hold };
}
/** Gives back what the hold still reserves. A hold that has ended is left as it is. */
export function planRelease(state, holdId, outcome, context) {
    const found = openHold(state, holdId, outcome === 'expired' ? null : context.now);
    if (found instanceof DomainError)
        return found;
    return { entries: [], hold: { id: holdId, lots: restOfHold(state, found, []), captured: ZERO, status: outcome } };
}
function openHold(state, holdId, now) {
    const found = state.holds.get(holdId);
    const details = { hold_id: holdId };
    if (!found)
        return new DomainError('not_found', 'hold not found', { details });
    if (found.hold.holdStatus !== 'open') {
        return new DomainError('invalid_operation', `the hold is ${found.hold.holdStatus}`, { details });
    }
    if (now && found.hold.expiresAt && found.hold.expiresAt <= now) {
        return new DomainError('invalid_operation', 'the hold has expired', { details });
    }
    return found;
}
function heldBy(state) {
    let total = ZERO;
    for (const row of state.lots)
        total = total.plus(row.held);
    return total;
}
function takeFromHold(state, hold, credits) {
    const links = [];
    const lots = [];
    let wanted = credits;
    for (const row of hold.lots) {
        const taken = ZERO.minus(min(row.held, wanted));
        if (taken.eq(0))
            continue;
        const lot = lotOf(state, row.lotId);
        links.push({ lot, kind: 'consume', credits: taken });
        lots.push({ lot, held: taken });
        wanted = wanted.plus(taken);
    }
    return { links, lots };
}
/** What is left on each lot once `taken` has been taken off it. */
function restOfHold(state, hold, taken) {
    const rest = [];
    for (const row of hold.lots) {
        const already = taken.find((draft) => draft.lot.id === row.lotId)?.held ?? ZERO;
        const left = row.held.plus(already);
        if (left.gt(0))
            rest.push({ lot: lotOf(state, row.lotId), held: ZERO.minus(left) });
    }
    return rest;
}
/** A lot with credits on hold is open, so it is among those read under the lock. */
function lotOf(state, lotId) {
    const lot = state.lots.find((candidate) => candidate.id === lotId);
    if (!lot)
        throw new Error(`lot ${lotId} is on hold but not open in wallet ${state.wallet.id}`);
    return lot;
}
//# sourceMappingURL=plan-hold.js.map