import type { EntityManager } from '@mikro-orm/postgresql';
import { brokenFigures } from './figures.js';
import { brokenChains } from './hash-chains.js';
import { BEFORE_ALL, BEHIND_ALL, brokenInvariants, type WalletKey, type WalletRange } from './invariants.js';
import { brokenWalletCounts } from './wallet-counts.js';

/** Wallets that are looked at together. */
const MOST_WALLETS = 500;

export interface Verified {
  wallets: number;
  entries: number;
  /** Wallets of which only the hash chain was looked at, as they have too many entries for the rest. */
  leftOut: number;
  /** A line for each broken invariant of a piece, and for each broken hash chain. */
  breaches: string[];
}

interface Terms {
  /** About as many are looked at together. */
  pieceEntries?: number;
  /** Of wallets with more, only the hash chain is looked at: of all everything is unless it is given. */
  mostEntries?: number;
  /** Waited for before each piece; what it throws ends the work. */
  pause?: () => Promise<void>;
}

/**
 * Looks at every wallet, piece by piece, while the service writes or not: each piece's sums are read as of one instant, in
 * one statement, and hash chains in pages. Then, environment by environment, at how many wallets there are said to be and
 * at the figures of each day.
 */
export async function verifyLedger(em: EntityManager, terms: Terms = {}): Promise<Verified> {
  const { pieceEntries = 20_000, mostEntries = Number.POSITIVE_INFINITY, pause = async () => undefined } = terms;
  const verified: Verified = { wallets: 0, entries: 0, leftOut: 0, breaches: [] };
  let after = BEFORE_ALL;
  for (;;) {
    await pause();
    const piece = await nextPiece(em, after, pieceEntries);
    if (!piece) break;
    if (piece.entries <= mostEntries) verified.breaches.push(...(await brokenInvariants(em, piece)));
    else verified.leftOut += 1;
    const { entries, broken } = await brokenChains(em, piece, pause);
    verified.breaches.push(...broken);
    verified.entries += entries;
    verified.wallets += piece.wallets;
    after = piece.last;
  }
  verified.breaches.push(...(await brokenWalletCounts(em, pause)));
  verified.breaches.push(...(await brokenFigures(em, { mostEntries, pause })));
  return verified;
}

interface Piece extends WalletRange {
  wallets: number;
  /** As the wallets say themselves. */
  entries: number;
}

/** The next wallets in the order of their keys: a large one alone. */
async function nextPiece(em: EntityManager, after: WalletKey, pieceEntries: number): Promise<Piece | undefined> {
  const [first, ...others] = await em.execute<(WalletKey & { sequence: number })[]>(
    `select shard, id, sequence from wallet where (shard, id) > (?, ?) order by shard, id limit ${MOST_WALLETS}`,
    [after.shard, after.id],
  );
  if (!first) return undefined;
  const piece: Piece = { after, last: first, wallets: 1, entries: first.sequence };
  for (const { shard, id, sequence } of others) {
    if (piece.entries + sequence > pieceEntries) return piece;
    piece.last = { shard, id };
    piece.wallets += 1;
    piece.entries += sequence;
  }
  // With the last of them goes what says that it is of a wallet which is not there.
  return others.length === MOST_WALLETS - 1 ? piece : { ...piece, last: BEHIND_ALL };
}
