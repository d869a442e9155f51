const WINDOW_MS = 1000;

/** Lets so many requests through in any second of the machine's clock. */
export class RateLimit {
  /** Requests in a second; no limit where undefined. */
  perSecond: number | undefined;
  #taken: number[] = [];

  take(nowMs: number): boolean {
    if (this.perSecond === undefined) return true;
    this.#taken = this.#taken.filter((at) => at > nowMs - WINDOW_MS);
    if (this.#taken.length >= this.perSecond) return false;
    this.#taken.push(nowMs);
    return true;
  }
}
