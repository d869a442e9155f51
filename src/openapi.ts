import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { buildOpenApi } from './app.setup.js';
import { Config } from './config.js';

// For `npm run openapi`: the document on stdout. Never initialised and never listening, so no database is opened.
const app = await NestFactory.create(AppModule.register(new Config()), { logger: ['error'], abortOnError: false });
process.stdout.write(`${JSON.stringify(buildOpenApi(app), null, 2)}\n`, () => process.exit());
