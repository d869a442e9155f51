// Writes openapi.json from the built service; with `--check` says whether the committed file is what it would write.
import 'reflect-metadata';
import { readFileSync, writeFileSync } from 'node:fs';
import { NestFactory } from '@nestjs/core';
import { AppModule } from '../dist/modules/app.module.js';
import { buildOpenApi } from '../dist/modules/app.setup.js';
import { Config } from '../dist/modules/config.js';

const FILE = new URL('../openapi.json', import.meta.url);

// Never initialised and never listening: no database is opened.
const app = await NestFactory.create(AppModule.register(new Config()), { logger: ['error'], abortOnError: false });
const text = `${JSON.stringify(buildOpenApi(app), null, 2)}\n`;

if (process.argv.includes('--check')) {
  if (readFileSync(FILE, 'utf8') !== text) {
    process.stderr.write('openapi.json is not what the service says: run `npm run openapi` and commit it\n');
    process.exit(1);
  }
} else {
  writeFileSync(FILE, text);
}
process.exit(0);
