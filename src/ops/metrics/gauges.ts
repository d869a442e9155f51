import { Counter, Gauge, type Registry } from 'prom-client';

/** Gauges and counters that are set when somebody asks, from what others keep anyway. */
export class Gauges {
  readonly #registry: Registry;

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  /**
   * A figure of this moment, by the values of its label if it has one.
   * @param read undefined: nobody knows, and it is left out
   */
  gauge<Label extends string>(
    { name, help, label }: { name: string; help: string; label?: Label },
    read: () => Iterable<readonly [string, number]> | number | undefined,
  ): void {
    const metric = new Gauge({
      name,
      help,
      labelNames: label ? [label] : [],
      registers: [],
      collect() {
        const figures = read();
        this.reset();
        if (figures === undefined) {
          if (!label) this.remove();
        } else if (typeof figures === 'number') this.set(figures);
        else
          for (const [value, figure] of figures)
            this.set({ [label as string]: value } as Record<Label, string>, figure);
      },
    });
    this.#registry.registerMetric(metric);
  }

  /** What others have counted since the start. */
  counter<Label extends string>(
    { name, help, label }: { name: string; help: string; label: Label },
    read: () => Iterable<readonly [string, number]>,
  ): void {
    const metric = new Counter({
      name,
      help,
      labelNames: [label],
      registers: [],
      collect() {
        this.reset();
        for (const [value, count] of read()) this.inc({ [label]: value } as Record<Label, string>, count);
      },
    });
    this.#registry.registerMetric(metric);
  }
}
