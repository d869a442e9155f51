/** Decisions by chance that are the same for the same seed. */
export class SeededRandom {
  #state: number;

  constructor(seed = 1) {
    this.#state = seed >>> 0;
  }

  /** From 0 up to, not including, 1. A plain congruential generator: repeatable is all that is asked of it. */
  next(): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return this.#state / 2 ** 32;
  }
}
