import pg from 'pg';

/**
 * How much faster than the machine's the clocks of a run go: a lease of 60 s is over in 6. Any faster, and on a busy
 * machine leases would run out under whoever works.
 */
const SPEED = 10;

/**
 * The time of a run, which its processes and its database share: it goes faster than the machine's. The database's own
 * function is hidden by one of the same name, so the service asks it as it always does.
 */
export class FastTime {
  readonly #epoch = Date.now();
  #aheadMs = 0;

  /** Milliseconds since 1970. */
  now(): number {
    return Math.floor(this.#epoch + (Date.now() - this.#epoch) * SPEED + this.#aheadMs);
  }

  /** @param wrongByMs how far a process's clock is from the database's */
  environment(wrongByMs = 0): Record<string, string> {
    return {
      NODE_OPTIONS: `--import ${new URL('fast-clock.js', import.meta.url).href}`,
      FAST_CLOCK: `${this.#epoch} ${SPEED} ${this.#aheadMs + wrongByMs}`,
    };
  }

  /** Of processes that start from now on, and of the database when `apply` is called. */
  jump(aheadMs: number): void {
    this.#aheadMs += aheadMs;
  }

  async apply(databaseUrl: string): Promise<void> {
    const client = new pg.Client(databaseUrl);
    await client.connect();
    const [epoch, ahead] = [this.#epoch / 1000, this.#aheadMs / 1000];
    try {
      await client.query(`create schema if not exists torture`);
      // The service's role finds nothing in a schema that it may not use, and would have the true time.
      await client.query(`grant usage on schema torture to public`);
      await client.query(
        `create or replace function torture.clock_timestamp() returns timestamptz language sql volatile as $$
           select to_timestamp(${epoch} + (extract(epoch from pg_catalog.clock_timestamp()) - ${epoch}) * ${SPEED} + ${ahead})
         $$`,
      );
      await client.query(`alter database ${client.database} set search_path = public, torture, pg_catalog`);
    } finally {
      await client.end();
    }
  }
}
