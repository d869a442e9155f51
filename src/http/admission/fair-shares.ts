/** Below this nothing is refused: so few requests under way are never what makes a loop late. */
const FEWEST = 128;
/** How much of what is under way goes on when the loop is late, and how much more when it no longer is. */
const LESS = 0.8;
const MORE = 1.25;
/** How long after their last request somebody still counts as one of those who share. */
const ACTIVE_MS = 1000;

interface Share {
  underWay: number;
  lastSeenMs: number;
}

/** How late the loop may be, ms: less where others wait behind whoever fills it. */
export interface Lateness {
  aloneMs: number;
  sharedMs: number;
}

/**
 * How many requests may be under way, and whose. There is no limit until the loop is late; then it follows what the loop
 * can do, down quickly and up slowly. Whoever has less than an equal share of it goes on as if nothing were the matter,
 * so it is those who send most that are refused. Instants are milliseconds of any one clock.
 */
export class FairShares {
  readonly #shares = new Map<string, Share>();
  readonly #lateness: Lateness;
  #underWay = 0;
  #limit = Number.POSITIVE_INFINITY;

  constructor(lateness: Lateness) {
    this.#lateness = lateness;
  }

  /** Requests that may be under way at once. */
  get limit(): number {
    return this.#limit;
  }

  /** Whether one more request of `who` may begin; if so it counts as under way until `end`. */
  begin(who: string, nowMs: number): boolean {
    const share = this.#shares.get(who) ?? { underWay: 0, lastSeenMs: nowMs };
    this.#shares.set(who, share);
    share.lastSeenMs = nowMs;
    const isFull = this.#underWay >= this.#limit && share.underWay >= this.#limit / this.#shares.size;
    if (isFull) return false;
    share.underWay += 1;
    this.#underWay += 1;
    return true;
  }

  end(who: string): void {
    const share = this.#shares.get(who);
    if (share) share.underWay -= 1;
    this.#underWay -= 1;
  }

  /** Moves the limit by how late the loop was since the last look. */
  observe(delayMs: number, nowMs: number): void {
    for (const [who, { underWay, lastSeenMs }] of this.#shares) {
      if (underWay === 0 && nowMs - lastSeenMs > ACTIVE_MS) this.#shares.delete(who);
    }
    const { aloneMs, sharedMs } = this.#lateness;
    if (delayMs > (this.#shares.size > 1 ? sharedMs : aloneMs)) {
      this.#limit = Math.max(FEWEST, Math.floor(Math.min(this.#limit, this.#underWay) * LESS));
    } else {
      this.#limit *= MORE;
      // Far from what anybody has under way it limits nothing: the next time it begins from there.
      if (this.#limit > FEWEST * 100) this.#limit = Number.POSITIVE_INFINITY;
    }
  }
}
