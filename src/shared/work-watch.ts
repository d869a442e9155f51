import { Injectable } from '@nestjs/common';

/** Work that somebody may watch, in words that name nobody: no tenant, no amount, no card. */
export type WatchedWork =
  /** One attempt to commit so many commands. `origins` are those of `WorkWatch.origin()`, where there are any. */
  | { kind: 'ledger_group'; size: number; origins: readonly unknown[] }
  /** One call of a payment provider, by the method's name. */
  | { kind: 'provider_call'; provider: string; operation: string };

/** The outcome of work that threw. */
export const FAILED = 'failed';

/** Who looks on: metrics, traces. What it does with what it sees must not throw. */
export interface Watcher {
  /** Runs the work, and hands on what it returns or throws. */
  around<Result>(work: WatchedWork, run: () => Promise<Result>, outcomeOf: (result: Result) => string): Promise<Result>;
  /** What the work that is under way belongs to, for whoever carries it out for several. */
  origin?(): unknown;
}

/** Where rooms say what they do, to whoever watches. Without a watcher it is the work and nothing else. */
@Injectable()
export class WorkWatch {
  readonly #watchers: Watcher[] = [];

  /** Hands a watcher in, at start. */
  add(watcher: Watcher): void {
    this.#watchers.push(watcher);
  }

  around<Result>(
    work: WatchedWork,
    run: () => Promise<Result>,
    outcomeOf: (result: Result) => string,
  ): Promise<Result> {
    let watched = run;
    for (const watcher of this.#watchers) {
      const inner = watched;
      watched = () => watcher.around(work, inner, outcomeOf);
    }
    return watched();
  }

  /** To be kept with what is queued, and given to `around` by whoever carries it out; undefined where nobody asks. */
  origin(): unknown {
    for (const watcher of this.#watchers) {
      const origin = watcher.origin?.();
      if (origin !== undefined) return origin;
    }
    return undefined;
  }
}
