import { mkdirSync } from 'node:fs';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { configureApp } from './app.setup.js';
import { ConfigError, readConfig } from './config.js';
import { announceDemo } from './ops/demo/announce-demo.js';
import { lockDataFolder } from './ops/data-folder-lock.js';
import { createEmbeddedDatabase } from './ops/embedded-database.js';
import { prepareDatabase } from './ops/prepare-database.js';
/** How long requests and jobs under way may take to end after SIGTERM. */
const HARD_STOP_MS = 15_000;
/** Longer than the 60 s of usual load balancers, which would otherwise send requests into a closing connection. */
const KEEP_ALIVE_MS = 65_000;
/** A whole request of at most 64 KiB, however slow the line. */
const REQUEST_TIMEOUT_MS = 30_000;
/** Starts the service, or says in one line why it can't and ends with exit code 1. */
export async function start(environment) {
    try {
        const config = readConfig(environment);
        if (!config.isProduction)
            mkdirSync(config.dataDir, { recursive: true });
        if (!config.databaseUrl) {
            lockDataFolder(config.dataDir);
            await createEmbeddedDatabase(config.dataDir);
        }
        const app = await createApp(config);
        await listen(app, config);
    }
    catch (error) {
        for (const line of explain(error))
            process.stderr.write(`refill: ${line}\n`);
        process.exit(1);
    }
}
async function createApp(config) {
    const app = await NestFactory.create(AppModule.register(config), {
        bodyParser: false,
        bufferLogs: true,
        abortOnError: false,
    });
    configureApp(app);
    await prepareDatabase(app, config);
    return app;
}
async function listen(app, config) {
    // Requests under way are answered: connections are not cut (see ConnectionDraining), and the exit flushes the log.
    app.enableShutdownHooks(['SIGTERM', 'SIGINT'], { useProcessExit: true });
    for (const signal of ['SIGTERM', 'SIGINT']) {
        process.once(signal, () => setTimeout(() => process.exit(1), HARD_STOP_MS).unref());
    }
    const server = app.getHttpServer();
    server.keepAliveTimeout = KEEP_ALIVE_MS;
    server.requestTimeout = REQUEST_TIMEOUT_MS;
    await app.listen(config.port, config.host);
    new Logger('Refill').log({ msg: 'listening', url: await app.getUrl() });
    await announceDemo(app);
}
/** What to change for the start to succeed. A stack only where it is a bug of ours. */
function explain(error) {
    if (error instanceof ConfigError)
        return error.message.split('\n');
    const { code, syscall, address, port, path } = error;
    if (syscall === 'listen') {
        if (code === 'EADDRINUSE')
            return [`PORT ${port} is in use by another program: stop it, or set PORT to another one`];
        return [`HOST ${address} and PORT ${port} cannot be listened on (${code})`];
    }
    if (syscall === 'mkdir' || syscall === 'open')
        return [`DATA_DIR cannot be written: ${path} (${code})`];
    return [error instanceof Error ? (error.stack ?? error.message) : String(error)];
}
//# sourceMappingURL=start.js.map