import type { EntityManager } from '@mikro-orm/postgresql';
import { brokenChains } from './hash-chains.js';
import { brokenInvariants, type WalletRange } from './invariants.js';

/** Wallets, and about as many entries, that are looked at together. */
const MOST_WALLETS = 500;
const MOST_ENTRIES = 20_000;

export interface Verified {
  wallets: number;
  entries: number;
  /** Wallets that were left out, as they have too many entries. */
  leftOut: number;
  /** A line for each broken invariant of a piece, and for each broken hash chain. */
  breaches: string[];
}

interface Terms {
  /** Wallets with more entries are left out: all are looked at unless it is given. */
  mostEntries?: number;
  /** Waited for between two pieces; false ends the work. */
  goOn?: () => Promise<boolean>;
}

/**
 * Looks at every wallet, piece by piece, while the service writes or not: each piece's sums are read as of one instant.
 * @returns what was found; undefined where it was told to end before it was through
 */
export async function verifyLedger(em: EntityManager, terms: Terms = {}): Promise<Verified | undefined> {
  const { mostEntries = Number.POSITIVE_INFINITY, goOn = async () => true } = terms;
  const verified: Verified = { wallets: 0, entries: 0, leftOut: 0, breaches: [] };
  let after = '';
  while (await goOn()) {
    const piece = await nextPiece(em, after, mostEntries);
    if (!piece) return verified;
    after = piece.last;
    if (piece.wallets === 0) verified.leftOut += 1;
    else await verify(em, piece, verified);
  }
  return undefined;
}

async function verify(em: EntityManager, piece: Piece, verified: Verified): Promise<void> {
  verified.breaches.push(...(await brokenInvariants(em, piece)));
  const { entries, broken } = await brokenChains(em, piece);
  verified.breaches.push(...broken);
  verified.entries += entries;
  verified.wallets += piece.wallets;
}

interface Piece extends WalletRange {
  /** None where the next wallet is too large. */
  wallets: number;
}

/** The next wallets in the order of their ids: a large one alone. */
async function nextPiece(em: EntityManager, after: string, mostEntries: number): Promise<Piece | undefined> {
  const rows = await em.execute<{ id: string; sequence: number }[]>(
    `select id, sequence from wallet where id > ? order by id limit ${MOST_WALLETS}`,
    [after],
  );
  const [first] = rows;
  if (!first) return undefined;
  if (first.sequence > mostEntries) return { after, last: first.id, wallets: 0 };
  let entries = first.sequence;
  let wallets = 1;
  for (const { sequence } of rows.slice(1)) {
    entries += sequence;
    if (entries > MOST_ENTRIES || sequence > mostEntries) break;
    wallets += 1;
  }
  return { after, last: rows[wallets - 1]?.id ?? first.id, wallets };
}
