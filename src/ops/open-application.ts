import { mkdirSync } from 'node:fs';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Config } from '../config.js';
import { lockDataFolder } from './data-folder-lock.js';
import { createEmbeddedDatabase } from './embedded-database.js';
import { prepareDatabase } from './prepare-database.js';

/**
 * The service itself, in this process, without a port: for a command that is started beside it. To be closed.
 * @param module the application
 * @throws DataFolderInUse where the embedded database belongs to a service that runs
 * @throws ConfigError
 */
export async function openApplication(config: Config, module: object): Promise<INestApplicationContext> {
  if (!config.databaseUrl) {
    mkdirSync(config.dataDir, { recursive: true });
    lockDataFolder(config.dataDir);
    await createEmbeddedDatabase(config.dataDir);
  }
  const app = await NestFactory.create(module, { logger: ['error', 'fatal'], abortOnError: false });
  await prepareDatabase(app, config);
  await app.init();
  return app;
}
