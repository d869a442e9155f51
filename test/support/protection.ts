import type { EntityManager } from '@mikro-orm/postgresql';
import { isCluster } from './cluster.js';

/**
 * Takes the triggers away that keep rows from being rewritten, or puts them back. On a cluster there are none: the owner, who
 * tests are, may rewrite them.
 */
export async function setProtection(
  em: EntityManager,
  state: 'disable' | 'enable',
  tables: readonly string[],
): Promise<void> {
  if (isCluster()) return;
  for (const table of tables) await em.execute(`alter table ${table} ${state} trigger user`);
}
