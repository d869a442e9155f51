/** The two interfaces of the service: each has its own shape of errors. */
export type Api = 'wallets' | 'credits';

const CREDITS_PATHS = /^\/(account|credits-packs)(\/|$)/i;

/** Which API a path belongs to. What is in neither answers like the wallets API. */
export function apiOf(path: string): Api {
  return CREDITS_PATHS.test(path) ? 'credits' : 'wallets';
}
