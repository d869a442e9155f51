import { Injectable } from '@nestjs/common';
import { FairQueue } from '../../shared/fair-queue.js';

/**
 * Work that keeps the event loop for milliseconds goes piece by piece: one piece in each turn of the loop, and who has
 * pieces takes turns. So what others wait for is one piece, however many there are.
 */
@Injectable()
export class LoopTurns {
  readonly #waiting = new FairQueue<{ begin: () => void }>();
  #isTaken = false;

  /** Resolves when the next piece may be done, at once where nobody does any. @param who whose piece it is */
  take(who: string): Promise<void> {
    if (this.#isTaken) return new Promise((begin) => this.#waiting.push(who, { begin }));
    this.#isTaken = true;
    setImmediate(this.#next);
    return Promise.resolve();
  }

  readonly #next = (): void => {
    const [next] = this.#waiting.take(1);
    if (!next) {
      this.#isTaken = false;
      return;
    }
    setImmediate(this.#next);
    next.begin();
  };
}
