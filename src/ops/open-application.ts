import { existsSync } from 'node:fs';
import { EntityManager } from '@mikro-orm/postgresql';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type Config, ConfigError } from '../config.js';
import { asOwner } from '../shared/sight.js';
import { lockDataFolder } from './data-folder-lock.js';
import { embeddedDatabaseFolder } from './embedded-database.js';
import { checkConnection, prepareDatabase } from './prepare-database.js';
import { readSchemaState } from './schema-state.js';

/**
 * The service itself, in this process, without a port: for a command that is started beside it. To be closed. A database
 * that the service has never run on is refused: of a new one every command could only say that all is well.
 * @param module the application
 * @throws DataFolderInUse where the embedded database belongs to a service that runs
 * @throws ConfigError
 */
export async function openApplication(config: Config, module: object): Promise<INestApplicationContext> {
  if (!config.databaseUrl) {
    const folder = embeddedDatabaseFolder(config.dataDir);
    if (existsSync(config.dataDir)) lockDataFolder(config.dataDir);
    if (!existsSync(folder)) throw new ConfigError(`DATA_DIR has no database: ${folder} is not there`);
  }
  const app = await NestFactory.create(module, { logger: ['error', 'fatal'], abortOnError: false });
  await checkConnection(app, config);
  const { isEmpty } = await asOwner(() => readSchemaState(app.get(EntityManager).fork()));
  if (isEmpty) throw new ConfigError('the database has no tables of Refill: start the service on it first');
  await prepareDatabase(app, config);
  await app.init();
  return app;
}
