import { AsyncLocalStorage } from 'node:async_hooks';
import { FairQueue } from '../../shared/fair-queue.js';

/** How many go on however late the loop is: so few are never what makes it late. Fewer where others share it. */
const FEWEST_ALONE = 128;
const FEWEST_SHARED = 8;
/** How much of what is under way goes on when the loop is late, and how much more when it no longer is. */
const LESS = 0.5;
const MORE = 1.25;
/** How long after their last request somebody still counts as one of those who share. */
const ACTIVE_MS = 1000;

/** What has waited goes on in a context of its own, not in that of whoever made room for it. */
const apart = AsyncLocalStorage.snapshot();

interface Share {
  underWay: number;
  lastSeenMs: number;
}

/** How late the loop may be, ms: less where others wait behind whoever fills it. */
export interface Lateness {
  aloneMs: number;
  sharedMs: number;
}

/** A request at the door. */
export interface Arrival {
  atMs: number;
  /** Called once, at once or when it is its turn: it then counts as under way until `end`. */
  begin: () => void;
  /** Called instead when it has waited too long. */
  refuse: () => void;
}

/**
 * How many requests may be under way, and whose. There is no limit until the loop is late; then it follows what the loop
 * can do, down quickly and up slowly. Whoever has less than an equal share of it goes on as if nothing were the matter;
 * those who send most wait, each in a line of their own, and are refused only when that takes too long. Instants are
 * milliseconds of any one clock.
 */
export class FairShares {
  readonly #shares = new Map<string, Share>();
  readonly #waiting = new FairQueue<Arrival>();
  #underWay = 0;
  #limit = Number.POSITIVE_INFINITY;

  /** @param longestWaitMs what waits longer is refused, at the next look */
  constructor(
    private readonly lateness: Lateness,
    private readonly longestWaitMs: number,
  ) {}

  /** Requests that may be under way at once. */
  get limit(): number {
    return this.#limit;
  }

  come(who: string, arrival: Arrival): void {
    const share = this.#shares.get(who) ?? { underWay: 0, lastSeenMs: arrival.atMs };
    this.#shares.set(who, share);
    share.lastSeenMs = arrival.atMs;
    if (this.#isFullFor(who)) this.#waiting.push(who, arrival);
    else this.#begin(who, arrival);
  }

  /** Whoever has come has gone: out of the line, or, when it had begun, from what is under way. */
  end(who: string, arrival: Arrival): void {
    if (this.#waiting.leave(who, arrival)) return;
    const share = this.#shares.get(who);
    if (share) share.underWay -= 1;
    this.#underWay -= 1;
    this.#beginNext();
  }

  /** Moves the limit by how late the loop was since the last look. */
  observe(delayMs: number, nowMs: number): void {
    for (const [who, { underWay, lastSeenMs }] of this.#shares) {
      if (underWay === 0 && nowMs - lastSeenMs > ACTIVE_MS && this.#waiting.sizeOf(who) === 0) this.#shares.delete(who);
    }
    const isShared = this.#shares.size > 1;
    if (delayMs > (isShared ? this.lateness.sharedMs : this.lateness.aloneMs)) {
      const fewest = isShared ? FEWEST_SHARED : FEWEST_ALONE;
      this.#limit = Math.max(fewest, Math.floor(Math.min(this.#limit, this.#underWay) * LESS));
    } else {
      this.#limit *= MORE;
      // Far from what anybody has under way it limits nothing: the next time it begins from there.
      if (this.#limit > FEWEST_ALONE * 100) this.#limit = Number.POSITIVE_INFINITY;
    }
    this.#beginNext();
    const late = this.#waiting.take(this.#waiting.size, ({ atMs }) => nowMs - atMs > this.longestWaitMs);
    for (const arrival of late) arrival.refuse();
  }

  #isFullFor(who: string): boolean {
    const own = this.#shares.get(who)?.underWay ?? 0;
    return this.#underWay >= this.#limit && own >= this.#limit / this.#shares.size;
  }

  #beginNext(): void {
    while (this.#waiting.size > 0) {
      let whose = '';
      const [next] = this.#waiting.take(1, (_arrival, who) => {
        whose = who;
        return !this.#isFullFor(who);
      });
      if (!next) return;
      apart(() => this.#begin(whose, next));
    }
  }

  #begin(who: string, arrival: Arrival): void {
    const share = this.#shares.get(who) as Share;
    share.underWay += 1;
    this.#underWay += 1;
    arrival.begin();
  }
}
