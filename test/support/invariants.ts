import type { EntityManager } from '@mikro-orm/postgresql';
import { brokenFigures } from '../../src/ops/verify/figures.js';
import { brokenChains } from '../../src/ops/verify/hash-chains.js';
import { brokenInvariants } from '../../src/ops/verify/invariants.js';
import { decimal } from '../../src/shared/decimal.js';

/** Fails with the names of the broken invariants. Run it after every test that moves credits. */
export async function expectSoundLedger(em: EntityManager): Promise<void> {
  expect(await findBreaches(em)).toEqual([]);
}

/** The broken invariants, one line each, with up to three rows. */
export async function findBreaches(em: EntityManager): Promise<string[]> {
  const chains = await brokenChains(em.fork());
  return [...(await findBrokenSums(em)), ...chains.broken, ...(await brokenFigures(em.fork()))];
}

/** All but the hash chains, in one statement: cheap enough to ask after every step. */
export async function findBrokenSums(em: EntityManager): Promise<string[]> {
  return brokenInvariants(em.fork());
}

/** A sum of entries that must not change: what all wallets hold, in plain notation. */
export async function totalCredits(em: EntityManager): Promise<string> {
  const [row] = await em
    .fork()
    .execute<{ total: string }[]>('select coalesce(sum(credits), 0)::text as total from entry');
  return decimal(row?.total ?? '0').toFixed();
}
