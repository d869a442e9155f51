import { Histogram, type Registry } from 'prom-client';
import { FAILED, type WatchedWork, type Watcher } from '../../shared/work-watch.js';

/** Seconds. */
const COMMIT_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];
const CALL_BUCKETS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const SIZE_BUCKETS = [1, 4, 16, 64, 256, 1000];

/** Measures what rooms say that they do. */
export class WorkMetrics implements Watcher {
  readonly #sizes: Histogram;
  readonly #commits: Histogram<'outcome'>;
  readonly #calls: Histogram<'provider' | 'operation' | 'outcome'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#sizes = new Histogram({
      name: 'refill_ledger_group_size',
      help: 'Commands of a group that was to be committed.',
      buckets: SIZE_BUCKETS,
      registers,
    });
    this.#commits = new Histogram({
      name: 'refill_ledger_commit_duration_seconds',
      help: 'Attempts to commit a group, by outcome (`committed`, `failed`: undone whole, and repeated where that may help).',
      labelNames: ['outcome'],
      buckets: COMMIT_BUCKETS,
      registers,
    });
    this.#calls = new Histogram({
      name: 'refill_provider_call_duration_seconds',
      help: 'Calls of payment providers, by provider, operation and outcome (`unknown`: no certain answer).',
      labelNames: ['provider', 'operation', 'outcome'],
      buckets: CALL_BUCKETS,
      registers,
    });
    // A counter that appears with its first failure has no rise that an alert could see.
    this.#commits.zero({ outcome: 'committed' });
    this.#commits.zero({ outcome: FAILED });
  }

  async around<Result>(
    work: WatchedWork,
    run: () => Promise<Result>,
    outcomeOf: (result: Result) => string,
  ): Promise<Result> {
    const startedAt = performance.now();
    let outcome = FAILED;
    try {
      const result = await run();
      outcome = outcomeOf(result);
      return result;
    } finally {
      this.#observe(work, outcome, (performance.now() - startedAt) / 1000);
    }
  }

  #observe(work: WatchedWork, outcome: string, seconds: number): void {
    if (work.kind === 'ledger_group') {
      this.#sizes.observe(work.size);
      this.#commits.observe({ outcome }, seconds);
    } else {
      const { provider, operation } = work;
      this.#calls.observe({ provider, operation, outcome }, seconds);
    }
  }
}
