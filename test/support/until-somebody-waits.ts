import { setTimeout as wait } from 'node:timers/promises';
import type { EntityManager } from '@mikro-orm/postgresql';
import { isCluster } from './cluster.js';

/**
 * Resolves when somebody waits for a lock of this database: for one that the transaction has, where nobody else is at work.
 * @throws after 10 s
 */
export async function untilSomebodyWaits(tx: EntityManager): Promise<void> {
  const waiting = isCluster()
    ? 'select 1 from citus_lock_waits'
    : `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  for (let round = 0; round < 200; round += 1) {
    // A transaction keeps the first picture that it has of the others.
    await tx.execute('select pg_stat_clear_snapshot()');
    if ((await tx.execute(waiting)).length > 0) return;
    await wait(50);
  }
  throw new Error('nobody waits');
}
