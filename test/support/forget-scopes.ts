import { MikroORM } from '@mikro-orm/core';
import type { Pool, PoolClient } from 'pg';
import type { TestApp } from './app.js';

const CONDITION = /((?:"?\w+"?\.)?"?(?:tenant_id|environment_id)"?) = ('[^']*'|\$\d+(?:::text)?)/g;

/** Makes of the service one that has forgotten its conditions on tenant and environment: in whatever SQL it sends, they hold. */
export async function forgetScopes(service: TestApp): Promise<void> {
  const connection = service.app.get(MikroORM).em.getConnection() as unknown as { getNativeClient(): Promise<Pool> };
  const pool = await connection.getNativeClient();
  const forgetful = new WeakSet<PoolClient>();
  pool.on('acquire', (client) => {
    if (forgetful.has(client)) return;
    forgetful.add(client);
    const query = client.query.bind(client) as (text: unknown, ...rest: unknown[]) => unknown;
    client.query = ((text: unknown, ...rest: unknown[]) =>
      query(typeof text === 'string' ? text.replaceAll(CONDITION, '($2::text is not null)') : text, ...rest)) as never;
  });
}
