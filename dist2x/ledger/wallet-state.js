import { ZERO } from '../shared/decimal.js';
/** One wallet in memory, under its lock: what was read, what the batch has done to it so far. */
export class WalletState {
    wallet;
    lots;
    isNew;
    holds = new Map();
    newEntries = [];
    newLinks = [];
    newLots = new Set();
    changedLots = new Set();
    newHolds = new Set();
    changedHolds = new Set();
    isChanged = false;
    constructor(wallet, 
    /** Open lots in spend order. */
    lots, 
    /** Opened by this batch: inserted, not updated. */
    isNew) {
        this.wallet = wallet;
        this.lots = lots;
        this.isNew = isNew;
    }
}
/** Priority, then expiry, both ascending with nulls last; larger grants first; then the older one. */
export function bySpendOrder(a, b) {
    return (nullsLast(a.priority, b.priority) ||
        nullsLast(a.expiresAt?.getTime(), b.expiresAt?.getTime()) ||
        b.granted.cmp(a.granted) ||
        a.createdAt.getTime() - b.createdAt.getTime() ||
        (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}
function nullsLast(a, b) {
    if (a == null)
        return b == null ? 0 : 1;
    return b == null ? -1 : a - b;
}
/** Whether the lot's instant has come. From that very instant its credits may not be spent, unless a renewal is under way. */
export function isPastExpiry(lot, now) {
    return lot.expiresAt !== null && lot.expiresAt <= now;
}
/** What of the lot is neither spent nor reserved. */
export function unheld(lot) {
    return lot.remaining.minus(lot.held);
}
/** What can be spent or held now: live credits that no hold has reserved, less the debt. Negative when in debt. */
export function availableCredits(state) {
    return spendableCredits(state.lots).minus(state.wallet.debt);
}
/** Unheld credits of lots; expired ones have been booked off before this is asked, or are deliberately kept. */
export function spendableCredits(lots) {
    let total = ZERO;
    for (const lot of lots)
        total = total.plus(unheld(lot));
    return total;
}
//# sourceMappingURL=wallet-state.js.map