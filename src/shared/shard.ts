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

/** For SQL that is about no wallet, on a key that begins with the shard: `shard = any(?::smallint[])`. */
export const ALL_SHARDS = `{${Array.from({ length: 256 }, (_, shard) => shard).join(',')}}`;

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
export function onWallet(alias: string, id = 'wallet_id'): string {
  return `${alias}.shard = w.shard and ${alias}.${id} = w.id ${inItsPlace(`${alias}.shard`)}`;
}

/** The id of a new wallet that has the shard of another: what it takes over from that one stays where it is. Some 256 tries. */
export function newWalletIdIn(shard: number, now: Date): string {
  for (;;) {
    const id = newId('wallet', now);
    if (shardOf(id) === shard) return id;
  }
}

/** For SQL: a condition on a shard, behind others, that a statement has where the database is distributed; a comment elsewhere. */
export function inItsPlace(shard: string): string {
  return `/* and ${shard} in its place */`;
}

/**
 * For SQL: an insertion's shard, and behind its source the same: a distributed database takes it from a table that it has
 * distributed, too, and so sends the whole statement to the worker, where it would have carried each row there.
 */
export function fromItsPlace(shard: string): { value: string; join: string } {
  return { value: `${shard} /* or of its place */`, join: `/* joined by ${shard} in its place */` };
}

/** A statement for shards of one worker, named by a parameter; undefined where the statement is about no wallet. */
export function inPlace(sql: string, parameter: string): string | undefined {
  const places = `any(${parameter}::smallint[])`;
  const text = sql
    .replaceAll(/\/\* and (\S+) in its place \*\//g, `and $1 = ${places}`)
    .replaceAll(/\S+ \/\* or of its place \*\//g, 'p.shard')
    .replaceAll(/\/\* joined by (\S+) in its place \*\//g, `join shard p on p.shard = $1 where p.shard = ${places}`);
  return text === sql ? undefined : text;
}

const SHARD_OF_ALL = /\bshard = (\$\d+)/;
const SHARD_OF_ANOTHER = /(\w+\.shard =|\bshard =) \w+\.shard\b/g;

/**
 * A statement that names the shard of what it reads in a parameter, with that parameter for each of its tables. Where one says
 * that its shard is another's, no planner of a distributed database finds that all of them are on one worker.
 */
export function ofOneShard(sql: string): string {
  const parameter = SHARD_OF_ALL.exec(sql)?.[1];
  return parameter ? sql.replaceAll(SHARD_OF_ANOTHER, (_, said: string) => `${said} ${parameter}`) : sql;
}
