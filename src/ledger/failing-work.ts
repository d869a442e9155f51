const FIRST_DELAY_MS = 60_000;
const LONGEST_DELAY_MS = 3_600_000;
/** More than these are a failure of something else than a row: they are simply tried again. */
const REMEMBERED = 1000;

/**
 * Wallets that could not be looked at, and when each is worth another try: after 1 minute, then twice as long each time,
 * up to an hour. In memory: every process finds out for itself, and so does one that is started with the repair.
 */
export class FailingWork {
  readonly #failures = new Map<string, { times: number; retryAt: Date }>();

  /** @returns when to try again */
  failed(walletId: string, now: Date): Date {
    const times = (this.#failures.get(walletId)?.times ?? 0) + 1;
    const delay = Math.min(FIRST_DELAY_MS * 2 ** (times - 1), LONGEST_DELAY_MS);
    const retryAt = new Date(now.getTime() + delay);
    // The latest last: what is forgotten first has waited longest.
    this.#failures.delete(walletId);
    this.#failures.set(walletId, { times, retryAt });
    for (const oldest of this.#failures.keys()) {
      if (this.#failures.size <= REMEMBERED) break;
      this.#failures.delete(oldest);
    }
    return retryAt;
  }

  succeeded(walletId: string): void {
    this.#failures.delete(walletId);
  }

  /** Those that are not to be tried yet. */
  waiting(now: Date): string[] {
    return [...this.#failures].flatMap(([walletId, { retryAt }]) => (retryAt > now ? [walletId] : []));
  }
}
