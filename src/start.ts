import { mkdirSync } from 'node:fs';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from './app.module.js';
import { configureApp } from './app.setup.js';
import { type Config, ConfigError, readConfig } from './config.js';
import { lockDataFolder } from './ops/data-folder-lock.js';
import { prepareDatabase } from './ops/prepare-database.js';

const HARD_STOP_MS = 15_000;

/** Starts the service, or says in one line why it can't and ends with exit code 1. */
export async function start(environment: NodeJS.ProcessEnv): Promise<void> {
  try {
    const config = readConfig(environment);
    mkdirSync(config.dataDir, { recursive: true });
    if (!config.databaseUrl) lockDataFolder(config.dataDir);
    const app = await createApp(config);
    await listen(app, config);
  } catch (error) {
    for (const line of explain(error)) process.stderr.write(`refill: ${line}\n`);
    process.exit(1);
  }
}

export async function createApp(config: Config): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule.register(config), {
    bodyParser: false,
    bufferLogs: true,
    abortOnError: false,
  });
  configureApp(app);
  await prepareDatabase(app, config);
  return app;
}

async function listen(app: NestExpressApplication, config: Config): Promise<void> {
  await app.listen(config.port, config.host);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    // Nest closes the app; this is the end of patience.
    process.once(signal, () => setTimeout(() => process.exit(1), HARD_STOP_MS).unref());
  }
}

function explain(error: unknown): string[] {
  if (error instanceof ConfigError) return error.message.split('\n');
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') return ['PORT is in use by another program: stop it or set PORT'];
  if (code === 'ECONNREFUSED' || code === 'ENOTFOUND' || code === '28P01' || code === '3D000') {
    return [`DATABASE_URL cannot be reached: ${(error as Error).message}`];
  }
  return [error instanceof Error ? (error.stack ?? error.message) : String(error)];
}
