import { mkdirSync } from 'node:fs';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from './app.module.js';
import { configureApp } from './app.setup.js';
import { BoundedAdapter } from './http/server/bounded-adapter.js';
import { type Config, ConfigError, readConfig } from './config.js';
import { announceDemo } from './ops/demo/announce-demo.js';
import { databasePlace } from './ops/database-place.js';
import { lockDataFolder } from './ops/data-folder-lock.js';
import { createEmbeddedDatabase } from './ops/embedded-database.js';
import { MetricsServer } from './ops/metrics/metrics-server.js';
import { prepareDatabase } from './ops/prepare-database.js';
import { ownStack } from './own-stack.js';
import { UnchargedEnvironments } from './ops/uncharged-environments.js';
import { VERSION } from './ops/version.js';

/** How long requests and jobs under way may take to end after SIGTERM. */
const HARD_STOP_MS = 15_000;

/** Starts the service, or says in one line why it can't and ends with exit code 1. */
export async function start(environment: NodeJS.ProcessEnv): Promise<void> {
  try {
    const config = readConfig(environment);
    if (!config.isProduction) mkdirSync(config.dataDir, { recursive: true });
    if (!config.databaseUrl) {
      lockDataFolder(config.dataDir);
      await createEmbeddedDatabase(config.dataDir);
    }
    const app = await createApp(config);
    await listen(app, config);
  } catch (error) {
    for (const line of explain(error)) process.stderr.write(`refill: ${line}\n`);
    process.exit(1);
  }
}

async function createApp(config: Config): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule.register(config), new BoundedAdapter(config), {
    bodyParser: false,
    bufferLogs: true,
    abortOnError: false,
  });
  configureApp(app);
  // What follows may take long, or fail: the lines of it are written as they come.
  app.flushLogs();
  const { mode, refillCommit: commit } = config;
  const logger = new Logger('Refill');
  logger.log({ msg: 'starts', version: VERSION, commit, node: process.version, mode, database: databasePlace(config) });
  if (config.isProduction && !config.encryptionKey) {
    logger.warn('ENCRYPTION_KEY is missing: neither payment providers nor webhook endpoints can be stored without it');
  }
  await prepareDatabase(app, config);
  return app;
}

async function listen(app: NestExpressApplication, config: Config): Promise<void> {
  // Requests under way are answered: connections are not cut (see ConnectionDraining), and the exit flushes the log.
  app.enableShutdownHooks(['SIGTERM', 'SIGINT'], { useProcessExit: true });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => setTimeout(stopHard, HARD_STOP_MS, signal).unref());
  }
  await app.init();
  await app.get(UnchargedEnvironments, { strict: false }).warn();
  await app.listen(config.port, config.host);
  await app.get(MetricsServer).listen();
  new Logger('Refill').log({ msg: 'listening', url: await app.getUrl() });
  await announceDemo(app);
}

/** What has not ended by now is as after a crash: the next start goes on with it. */
function stopHard(signal: string): void {
  new Logger('Refill').error({ msg: 'stopped with work still under way', signal, afterMs: HARD_STOP_MS });
  process.exit(1);
}

/** What to change for the start to succeed. A stack only where it is a bug of ours. */
function explain(error: unknown): string[] {
  if (error instanceof ConfigError) return error.message.split('\n');
  const { code, syscall, address, port, path } = error as NodeJS.ErrnoException & { address?: string; port?: number };
  if (syscall === 'listen') {
    if (code === 'EADDRINUSE')
      return [`PORT ${port} is in use by another program: stop it, or set PORT to another one`];
    return [`HOST ${address} and PORT ${port} cannot be listened on (${code})`];
  }
  if (syscall === 'mkdir' || syscall === 'open') return [`DATA_DIR cannot be written: ${path} (${code})`];
  return [error instanceof Error ? ownStack(error.stack ?? error.message) : String(error)];
}
