import type { Pool, PoolClient } from 'pg';

/**
 * Takes back the pool's connections that the server has closed. Kysely gives a connection back after a commit or a
 * rollback that succeeded, never after one that failed: each connection lost in a transaction would occupy its place
 * in the pool for good, until none is left.
 */
export function reclaimLostConnections(pool: Pool): void {
  const inUse = new Set<PoolClient>();
  pool.on('acquire', (client) => inUse.add(client));
  pool.on('release', (_error, client) => inUse.delete(client));
  pool.on('connect', (client) => {
    client.once('end', () => {
      if (!inUse.has(client)) return;
      client.release(true);
      // Who still holds it may give it back too, which the pool would take for a mistake.
      client.release = () => undefined;
    });
  });
}
