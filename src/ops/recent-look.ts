import { Logger } from '@nestjs/common';
import type { Clock } from '../shared/clock.js';
import { withinEveryScope } from '../shared/sight.js';
import { asOwnWork } from '../shared/turn.js';
import { within } from '../shared/within.js';

/** Who asks for health does not wait for a figure beside it. */
const PATIENCE_MS = 1000;

/** What a look at the database came to. Anybody may ask, as often as they like: it is looked no more often than this. */
export class RecentLook<Seen extends object> {
  readonly #logger = new Logger('Health');
  #seen: Promise<Seen> | undefined;
  #last: Seen | undefined;
  #seenAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly clock: Clock,
    private readonly freshMs: number,
    private readonly look: () => Promise<Seen>,
    /** What is said in the log where it fails. */
    private readonly failure: string,
  ) {}

  /** What was seen before where a look takes long, and nothing where it failed; the next one looks again. */
  async see(): Promise<Seen | undefined> {
    const now = this.clock.now().getTime();
    if (!this.#seen || now - this.#seenAt >= this.freshMs) {
      this.#seenAt = now;
      this.#seen = withinEveryScope(() => asOwnWork(this.look)).then((seen) => (this.#last = seen));
    }
    try {
      return await within(PATIENCE_MS, this.#seen, () => this.#last);
    } catch (error) {
      this.#seen = undefined;
      this.#logger.warn({ msg: this.failure, err: error });
      return undefined;
    }
  }
}
