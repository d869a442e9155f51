import { MikroORM } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Config } from '../../src/config.js';
import { databaseOptions } from '../../src/database.js';
import { seeingAll } from './as-caller.js';
import { findBreaches } from './invariants.js';

/** The broken invariants of a database that no service of this process is on. */
export async function findBreachesOf(databaseUrl: string): Promise<string[]> {
  const orm = await MikroORM.init(databaseOptions(Object.assign(new Config(), { databaseUrl })));
  try {
    return await findBreaches(seeingAll(orm.em as EntityManager));
  } finally {
    await orm.close();
  }
}
