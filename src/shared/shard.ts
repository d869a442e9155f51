import { hash } from 'node:crypto';
import { newId } from './ids.js';

/**
 * Of all that hangs on a wallet: the first byte of the MD5 of its id, fixed for ever, so 256 values. It is the first column of
 * their keys, by which a distributed engine spreads them ([ADR 35](../../docs/adr/0035-a-shard-in-every-key.md)). The same as
 * the database's `shard_of`, which checks it. Every statement about a wallet says it: without, no key finds a row.
 */
export function shardOf(walletId: string): number {
  return parseInt(hash('md5', walletId).slice(0, 2), 16);
}

/** The beginning of the key of everything that hangs on a wallet. */
export function inWallet(walletId: string): { shard: number; walletId: string } {
  return { shard: shardOf(walletId), walletId };
}

/** The key of a wallet. */
export function walletKey(id: string): { shard: number; id: string } {
  return { shard: shardOf(id), id };
}

/**
 * For SQL: the wallets of the first two parameters (`keysOf`), to be joined with what hangs on them. Computed there, the shard
 * would lead to no index: row-level security asks a row for its tenant before any function that may tell of it, as MD5's.
 */
export const WALLETS = 'unnest($1::smallint[], $2::text[]) as w(shard, id)';

/** The parameters of `WALLETS`. */
export function keysOf(walletIds: readonly string[]): [shards: number[], ids: readonly string[]] {
  return [walletIds.map(shardOf), walletIds];
}

/** For SQL: that the rows of an alias hang on one of `WALLETS`. */
export function onWallet(alias: string): string {
  return `${alias}.shard = w.shard and ${alias}.wallet_id = w.id`;
}

/** The id of a new wallet that has the shard of another: what it takes over from that one stays where it is. Some 256 tries. */
export function newWalletIdIn(shard: number, now: Date): string {
  for (;;) {
    const id = newId('wallet', now);
    if (shardOf(id) === shard) return id;
  }
}
