import type { Pool, PoolClient } from 'pg';
import { FairQueue } from './shared/fair-queue.js';
import type { LaneFigures } from './shared/lane-use.js';
import { Tally } from './shared/tally.js';
import { NoTurnError, OWN_WORK } from './shared/turn.js';

interface Waiting {
  begin: () => void;
}

/**
 * The connections of one lane, given out in turn. One tenant never holds all of them where there are several: what it
 * runs may take long, and somebody else may come meanwhile. Our own work may: it is short, and a migration needs two.
 */
export class ConnectionLane {
  readonly #waiting = new FairQueue<Waiting>();
  /** Connections that are given out. */
  readonly #held = new Tally();
  readonly #open: () => Promise<PoolClient>;
  #gaveUp = 0;

  constructor(
    private readonly pool: Pool,
    private places: number,
    private readonly waitMs: number,
  ) {
    this.#open = pool.connect.bind(pool);
  }

  get figures(): LaneFigures {
    const { places } = this;
    return { places, inUse: this.#held.total, waiting: this.#waiting.size, gaveUp: this.#gaveUp };
  }

  /** For who is not yet at work. */
  resize(places: number): void {
    this.places = places;
    this.pool.options.max = places;
  }

  /** How the server is told to treat connections that are not open yet, as `PGOPTIONS` says it. */
  begin(options: string): void {
    this.pool.options.options = options;
  }

  /** @throws NoTurnError when none became free in time, or before the process stops: whoever asked has gone by then */
  async connect(party: string): Promise<PoolClient> {
    if (!this.#take(party)) await this.#wait(party);
    try {
      if (this.pool.ending) throw new NoTurnError();
      const client = await this.#open();
      // A new function each time that the pool hands the client out.
      const release = client.release.bind(client);
      client.release = (error) => {
        release(error);
        this.#leave(party);
      };
      return client;
    } catch (error) {
      this.#leave(party);
      throw error;
    }
  }

  /** @returns whether there was a place. Whoever waits could not have it: it has its share. */
  #take(party: string): boolean {
    const most = party === OWN_WORK ? this.places : Math.max(1, this.places - 1);
    return this.#held.addWithin(party, most, this.places);
  }

  #leave(party: string): void {
    this.#held.remove(party);
    const [next] = this.#waiting.take(1, (_waiting, waiter) => this.#take(waiter));
    next?.begin();
  }

  async #wait(party: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const waiting = { begin: () => (clearTimeout(timer), resolve()) };
      const timer = setTimeout(() => {
        this.#waiting.leave(party, waiting);
        this.#gaveUp += 1;
        reject(new NoTurnError());
      }, this.waitMs);
      this.#waiting.push(party, waiting);
    });
  }
}
