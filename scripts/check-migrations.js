// Says whether the migrations make exactly the tables that the entities describe, on an embedded database in memory.
import { MikroORM } from '@mikro-orm/core';
import { Migrator } from '@mikro-orm/migrations';
import { Config } from '../dist/config.js';
import { databaseOptions } from '../dist/database.js';

const orm = await MikroORM.init({ ...databaseOptions(new Config()), dbName: 'memory://' });
await new Migrator(orm.em).up();
const missing = await orm.schema.getUpdateSchemaSQL();
await orm.close();
if (missing.trim() !== '') {
  process.stderr.write(`the entities want what no migration makes:\n${missing}\n`);
  process.exit(1);
}
