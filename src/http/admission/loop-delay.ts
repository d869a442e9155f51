import { type ELDHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';

/** How often the loop is asked to be on time. What Node measures has this in it. */
const RESOLUTION_MS = 10;

/** How late the event loop is: how long whatever has just become ready waits for its turn. */
@Injectable()
export class LoopDelay implements OnModuleDestroy {
  readonly #histogram: ELDHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });

  constructor() {
    this.#histogram.enable();
  }

  /** Milliseconds, on the average since the last reading. */
  read(): number {
    const { mean } = this.#histogram;
    this.#histogram.reset();
    return Number.isFinite(mean) ? Math.max(0, mean / 1e6 - RESOLUTION_MS) : 0;
  }

  onModuleDestroy(): void {
    this.#histogram.disable();
  }
}
