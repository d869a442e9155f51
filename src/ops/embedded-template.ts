import { MikroORM } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Config } from '../config.js';
import { databaseOptions } from '../database.js';
import { asOwner } from '../shared/sight.js';
import { createEmbeddedDatabase } from './embedded-database.js';
import { migrate } from './prepare-database.js';

/**
 * Makes an embedded database as a first start would, with all tables and nobody's rows: the build keeps one for first
 * starts to copy. Closed when this resolves, so that the copy has nothing to recover from.
 * @param dataDir a folder that has no embedded database
 */
export async function makeEmbeddedTemplate(dataDir: string): Promise<void> {
  await createEmbeddedDatabase(dataDir);
  const config = Object.assign(new Config(), { dataDir });
  const orm = await MikroORM.init(databaseOptions(config));
  await asOwner(() => migrate(orm.em as EntityManager, config));
  await orm.close();
}
