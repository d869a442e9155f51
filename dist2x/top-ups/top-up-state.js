/** What the top-up policy knows of a wallet under its lock, and what it has decided in this batch. */
export class TopUpState {
    rules;
    guard;
    topUps;
    newTopUps = [];
    newDecisions = new Map();
    isGuardChanged = false;
    constructor(rules, guard, 
    /** Open ones, and automatic ones of this month or the last hour that were not given up; oldest first. */
    topUps) {
        this.rules = rules;
        this.guard = guard;
        this.topUps = topUps;
    }
}
export const DEFAULT_MAX_PER_HOUR = 3;
export const DEFAULT_MAX_UNITS = 20;
export const DEFAULT_COOL_OFF_SECONDS = 60;
/** The guard of a wallet that has none yet: the default limits, and an evaluation due at once. */
export function newGuard(wallet, now) {
    return {
        walletId: wallet.id,
        tenantId: wallet.tenantId,
        environmentId: wallet.environmentId,
        maxPerHour: DEFAULT_MAX_PER_HOUR,
        maxUnits: DEFAULT_MAX_UNITS,
        monthlyCount: null,
        monthlyAmountMinor: null,
        pausedAt: null,
        pauseReason: '',
        nextEvaluationAt: now,
        updatedAt: now,
    };
}
//# sourceMappingURL=top-up-state.js.map