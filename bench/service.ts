import type { NestExpressApplication } from '@nestjs/platform-express';
import type { AddressInfo } from 'node:net';
import 'reflect-metadata';
import { Body, Controller, HttpCode, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { IsIn, IsOptional } from 'class-validator';

/**
 * The built service with one route more: the empty POST that everything else is measured against. It goes through the
 * same app, key check, body parser and validation as a debit, and does nothing. Run by run.ts, as a process of its own.
 */
const { AppModule } = await built<typeof import('../src/app.module.js')>('app.module.js');
const { configureApp } = await built<typeof import('../src/app.setup.js')>('app.setup.js');
const { RequireScope } = await built<typeof import('../src/auth/caller.js')>('auth/caller.js');
const { readConfig } = await built<typeof import('../src/config.js')>('config.js');
const { IsCredits } = await built<typeof import('../src/http/fields/is-credits.js')>('http/fields/is-credits.js');
const { IsText } = await built<typeof import('../src/http/fields/is-text.js')>('http/fields/is-text.js');
const { prepareDatabase } = await built<typeof import('../src/ops/prepare-database.js')>('ops/prepare-database.js');

/** The fields of a debit. */
class EmptyPostDto {
  @IsCredits({ sign: 'positive' })
  credits!: unknown;

  @IsIn(['MANUAL_BALANCE_DEBIT'])
  transaction_reason!: string;

  @IsText({ min: 1, max: 255 })
  idempotency_key!: string;

  @IsOptional()
  @IsText({ max: 500 })
  description?: string;
}

@Controller('bench')
class EmptyPostController {
  @Post('empty')
  @HttpCode(200)
  @RequireScope('wallets:write')
  // By hand: what compiles this file for the bench does not write types into the code.
  @Reflect.metadata('design:paramtypes', [EmptyPostDto])
  doNothing(@Body() _body: EmptyPostDto): object {
    return {};
  }
}

@Module({})
class BenchModule {}

const config = readConfig(process.env);
const app = await NestFactory.create<NestExpressApplication>(
  { module: BenchModule, imports: [AppModule.register(config)], controllers: [EmptyPostController, (await import('./temporary.js')).temporary(EmptyPostDto)] },
  { bodyParser: false, bufferLogs: true, abortOnError: false },
);
configureApp(app);
await prepareDatabase(app, config);
app.enableShutdownHooks(['SIGTERM'], { useProcessExit: true });
await app.listen(config.port, config.host);
process.send?.({ port: (app.getHttpServer().address() as AddressInfo).port });

/** A module of the build. The types are the source's. */
async function built<Module>(file: string): Promise<Module> {
  return (await import(new URL(`../dist/${file}`, import.meta.url).href)) as Module;
}
