import { Clock } from '../../src/shared/clock.js';

/** Time that stands still until the test moves it. */
export class FrozenClock extends Clock {
  #now: Date;

  constructor(now: Date | string = '2026-03-02T10:00:00.000Z') {
    super();
    this.#now = new Date(now);
  }

  override now(): Date {
    return new Date(this.#now);
  }

  override async inTransaction(): Promise<Date> {
    return this.now();
  }

  set(now: Date | string): void {
    this.#now = new Date(now);
  }

  /** Moves time on by so many milliseconds. */
  advance(milliseconds: number): void {
    this.#now = new Date(this.#now.getTime() + milliseconds);
  }
}
