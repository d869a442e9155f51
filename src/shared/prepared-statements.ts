import { createHash } from 'node:crypto';
import type { Pool } from 'pg';

/** What the ledger's statements begin with: a bounded number of texts, each worth planning once per connection. */
export const PREPARED = '/* prepared */ ';

/**
 * Makes the pool's connections prepare the statements that are marked so. Kysely and MikroORM know statements by their
 * text only, and the server would parse and plan the same few large ones again for every batch.
 */
export function prepareStatements(pool: Pool): void {
  const names = new Map<string, string>();
  const nameOf = (text: string): string => {
    const name = names.get(text) ?? createHash('sha256').update(text).digest('hex').slice(0, 32);
    names.set(text, name);
    return name;
  };
  pool.on('connect', (client) => {
    const query = client.query.bind(client) as (...args: unknown[]) => unknown;
    const prepared = (text: unknown, ...rest: unknown[]): unknown =>
      typeof text === 'string' && text.startsWith(PREPARED)
        ? query({ name: nameOf(text), text }, ...rest)
        : query(text, ...rest);
    client.query = prepared as typeof client.query;
  });
}
