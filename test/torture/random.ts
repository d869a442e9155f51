import { SeededRandom } from '../stripe-stand-in/script/seeded-random.js';

/** Choices of one actor, the same for the same seed. */
export class Random {
  readonly #series: SeededRandom;

  constructor(seed: number) {
    this.#series = new SeededRandom(seed);
    // Neighbouring seeds begin alike.
    for (let turn = 0; turn < 8; turn += 1) this.#series.next();
  }

  /** A whole number, both ends included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.#series.next() * (most - least + 1));
  }

  /** One of the keys, as likely as its number says. */
  pick<Choice extends string>(weights: Readonly<Record<Choice, number>>): Choice {
    const choices = Object.entries(weights) as [Choice, number][];
    let left = this.#series.next() * choices.reduce((sum, [, weight]) => sum + weight, 0);
    const found = choices.find(([, weight]) => (left -= weight) < 0);
    return found ? found[0] : (choices[0] as [Choice, number])[0];
  }
}
