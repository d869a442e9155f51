import type { Clock } from '../../shared/clock.js';

export const DAY_MS = 86_400_000;

interface Terms {
  /** When the day's work may begin: so many milliseconds after midnight, UTC. */
  hourMs: number;
  /** After so many milliseconds what was not done, or failed, is looked for again. */
  againMs: number;
  /** @returns whether the day is done, by this process or another */
  work: (midnight: number) => Promise<boolean>;
  failed: (error: unknown) => void;
}

/** Work of once a day that the scheduled task begins and does not wait for. Which process does it is the work's to decide. */
export class DailyWork {
  #running: Promise<void> | undefined;
  #lookAt = 0;
  #isStopping = false;

  constructor(
    private readonly clock: Clock,
    private readonly terms: Terms,
  ) {}

  /** Whether no more of it is to be taken up. */
  get isStopping(): boolean {
    return this.#isStopping;
  }

  /** Begins no more, and resolves when what this process has begun is over. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.idle();
  }

  /** Resolves when what this process has begun is over. */
  async idle(): Promise<void> {
    await this.#running;
  }

  /** Begins the day's work if it is time, and does not wait for it. */
  wake(): void {
    const { hourMs, againMs, work, failed } = this.terms;
    const now = this.clock.now().getTime();
    if (this.#running || this.#isStopping || now < this.#lookAt) return;
    const midnight = now - (now % DAY_MS);
    if (now < midnight + hourMs) {
      this.#lookAt = midnight + hourMs;
      return;
    }
    this.#running = work(midnight)
      .then((isDone) => void (this.#lookAt = isDone ? midnight + DAY_MS + hourMs : now + againMs))
      .catch((error: unknown) => {
        this.#lookAt = now + againMs;
        failed(error);
      })
      .finally(() => {
        this.#running = undefined;
      });
  }
}
