import 'reflect-metadata';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Body, Controller, HttpCode, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { DebitWalletDto as Debit } from '../src/wallets/wallet-requests.dto.js';
import { NEW_TENANT, tellProcessorTime } from './processes.js';

/**
 * The built service with one route more: the empty POST that everything else is measured against. It goes through the
 * same app, key check, body parser and validation as a debit, and does nothing. run.ts starts it as a process of its own.
 */
const { AppModule } = await built<typeof import('../src/app.module.js')>('app.module.js');
const { configureApp } = await built<typeof import('../src/app.setup.js')>('app.setup.js');
const { RequireScope } = await built<typeof import('../src/auth/caller.js')>('auth/caller.js');
const { readConfig } = await built<typeof import('../src/config.js')>('config.js');
const { BoundedAdapter } = await built<typeof import('../src/http/server/bounded-adapter.js')>(
  'http/server/bounded-adapter.js',
);
const { prepareDatabase } = await built<typeof import('../src/ops/prepare-database.js')>('ops/prepare-database.js');
const { DebitWalletDto } = await built<typeof import('../src/wallets/wallet-requests.dto.js')>(
  'wallets/wallet-requests.dto.js',
);

@Controller('bench')
class EmptyPostController {
  @Post('empty')
  @HttpCode(200)
  @RequireScope('wallets:write')
  // By hand: what compiles this file does not write types into the code.
  @Reflect.metadata('design:paramtypes', [DebitWalletDto])
  doNothing(@Body() _body: Debit): object {
    return {};
  }
}

@Module({})
class BenchModule {}

const { ApiKeysService } = await built<typeof import('../src/auth/api-keys.service.js')>('auth/api-keys.service.js');
const { TenantsService } = await built<typeof import('../src/auth/tenants.service.js')>('auth/tenants.service.js');
const { withinEveryScope } = await built<typeof import('../src/shared/sight.js')>('shared/sight.js');

// Whoever measures has gone.
process.once('disconnect', () => process.exit());
const config = readConfig(process.env);
const app = await NestFactory.create<NestExpressApplication>(
  { module: BenchModule, imports: [AppModule.register(config)], controllers: [EmptyPostController] },
  new BoundedAdapter(config),
  { bodyParser: false, bufferLogs: true, abortOnError: false },
);
configureApp(app);
await prepareDatabase(app, config);
app.enableShutdownHooks(['SIGTERM'], { useProcessExit: true });
await app.listen(config.port, config.host);
const server: Server = app.getHttpServer();
process.send?.((server.address() as AddressInfo).port);
tellProcessorTime();
process.on('message', (message) => {
  if (message === NEW_TENANT) void withinEveryScope(newTenant).then((key) => process.send?.(key));
});

async function newTenant(): Promise<string> {
  const tenants = app.get(TenantsService, { strict: false });
  const tenant = await tenants.createTenant({ name: 'Bench' });
  const environment = await tenants.createEnvironment(tenant.id, { name: 'Bench', type: 'development' });
  const scope = { tenantId: tenant.id, environmentId: environment.id };
  return (await app.get(ApiKeysService, { strict: false }).createApiKey(scope, { name: 'Bench' })).plainKey;
}

/** A module of the build; its types are the source's. */
async function built<Module>(file: string): Promise<Module> {
  return (await import(new URL(`../dist/modules/${file}`, import.meta.url).href)) as Module;
}
