import type { Pool, PoolClient } from 'pg';
import { FairQueue } from './shared/fair-queue.js';
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
  /** How many connections a party has. */
  readonly #held = new Map<string, number>();
  readonly #open: () => Promise<PoolClient>;
  #free: number;

  constructor(
    pool: Pool,
    private readonly places: number,
    private readonly waitMs: number,
  ) {
    this.#open = pool.connect.bind(pool);
    this.#free = places;
  }

  /** @throws NoTurnError when none became free in time */
  async connect(party: string): Promise<PoolClient> {
    if (!this.#take(party)) await this.#wait(party);
    try {
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
    const held = this.#held.get(party) ?? 0;
    if (this.#free === 0 || held >= most) return false;
    this.#free -= 1;
    this.#held.set(party, held + 1);
    return true;
  }

  #leave(party: string): void {
    const held = (this.#held.get(party) ?? 1) - 1;
    if (held > 0) this.#held.set(party, held);
    else this.#held.delete(party);
    this.#free += 1;
    const [next] = this.#waiting.take(1, (_waiting, waiter) => this.#take(waiter));
    next?.begin();
  }

  async #wait(party: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const waiting = { begin: () => (clearTimeout(timer), resolve()) };
      const timer = setTimeout(() => {
        this.#waiting.leave(party, waiting);
        reject(new NoTurnError());
      }, this.waitMs);
      this.#waiting.push(party, waiting);
    });
  }
}
