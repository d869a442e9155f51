// Says whether the migrations make exactly the tables that the entities describe, on an embedded database in memory.
import { MikroORM } from '@mikro-orm/core';
import { Migrator } from '@mikro-orm/migrations';
import { Config } from '../dist/config.js';
import { databaseOptions } from '../dist/database.js';
import { asOwner } from '../dist/shared/sight.js';

const orm = await MikroORM.init(databaseOptions(new Config(), 'memory://'));
const missing = await asOwner(async () => {
  await new Migrator(orm.em).up();
  return orm.schema.getUpdateSchemaSQL();
});
await orm.close();
if (missing.trim() !== '') {
  process.stderr.write(`the entities want what no migration makes:\n${missing}\n`);
  process.exit(1);
}
