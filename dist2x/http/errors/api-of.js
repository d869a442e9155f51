const CREDITS_PATHS = /^\/(account|credits-packs)(\/|$)/i;
/** Which API a path belongs to. What is in neither answers like the wallets API. */
export function apiOf(path) {
    return CREDITS_PATHS.test(path) ? 'credits' : 'wallets';
}
//# sourceMappingURL=api-of.js.map