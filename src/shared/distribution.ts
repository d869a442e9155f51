import type { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { shardOf } from './shard.js';

/** Shards that the engine keeps together, of one statement or transaction. */
export type Place = readonly number[];

/**
 * Whether wallets and what hangs on them are spread over the workers of a Citus cluster (ADR 40), and which of the 256 shards
 * the engine keeps together: a piece of its own for a range of their hashes, whole on one worker.
 */
@Injectable()
export class Distribution {
  /** The engine's piece of each shard. Empty where one machine has everything. */
  #pieces: readonly number[] = [];

  /** Known once the service has prepared its database. */
  get isDistributed(): boolean {
    return this.#pieces.length > 0;
  }

  /** How many transactions can have workers of their own. */
  get pieces(): number {
    return new Set(this.#pieces).size;
  }

  /** All shards, by their pieces. */
  get places(): Place[] {
    return [...Map.groupBy(this.#pieces.keys(), (shard) => this.#pieces[shard]).values()];
  }

  async read(em: EntityManager): Promise<void> {
    this.#pieces = (await isDistributed(em)) ? await readPieces(em) : [];
    if (this.isDistributed) KNOWN.add(em.getDriver());
  }

  /** The shards of wallets, those of one piece together, in an order that is everybody's; undefined where there are no pieces. */
  placesOf(walletIds: Iterable<string>): Place[] | undefined {
    if (!this.isDistributed) return undefined;
    const shards = [...new Set(Array.from(walletIds, shardOf))].sort((a, b) => a - b);
    const places = Map.groupBy(shards, (shard) => this.#pieces[shard] as number);
    return [...places].sort(([a], [b]) => a - b).map(([, place]) => place);
  }

  /** What commands about such wallets have in common if one transaction on one worker carries them out; the same for all where there are no pieces. */
  pieceOf(walletIds: Iterable<string>): string {
    if (!this.isDistributed) return '';
    const pieces = new Set(Array.from(walletIds, (id) => this.#pieces[shardOf(id)] as number));
    return [...pieces].sort((a, b) => a - b).join(' ');
  }
}

/** Databases that a service has found distributed, by its driver. */
const KNOWN = new WeakSet<object>();

/** For reads that have nothing but an entity manager: whether its service has found the database distributed. */
export function isKnownDistributed(em: EntityManager): boolean {
  return KNOWN.has(em.getDriver());
}

export async function isDistributed(em: EntityManager): Promise<boolean> {
  const [catalog] = await em.execute<{ is_there: boolean }[]>(
    `select to_regclass('pg_dist_partition') is not null as is_there`,
  );
  if (!catalog?.is_there) return false;
  const rows = await em.execute(`select from pg_dist_partition where logicalrelid = to_regclass('wallet')`);
  return rows.length > 0;
}

async function readPieces(em: EntityManager): Promise<number[]> {
  const rows = await em.execute<{ piece: string }[]>(
    `select get_shard_id_for_distribution_column('wallet', shard::smallint) as piece
     from generate_series(0, 255) as shard order by shard`,
  );
  return rows.map(({ piece }) => Number(piece));
}
