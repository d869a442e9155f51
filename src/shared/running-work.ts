/** Work that a process has begun and nobody waits for, so that a shutdown can. */
export class RunningWork {
  readonly #running = new Set<Promise<unknown>>();
  #isStopping = false;

  /** Whether nothing more is to be taken up. */
  get isStopping(): boolean {
    return this.#isStopping;
  }

  get size(): number {
    return this.#running.size;
  }

  track(work: Promise<unknown>): void {
    this.#running.add(work);
    void work.finally(() => this.#running.delete(work));
  }

  /** Lets nothing more be taken up, and what is under way finish. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.idle();
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }
}
