// Writes openapi.json from the built service; with `--check` says whether the committed file is what it would write.
import 'reflect-metadata';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { NestFactory } from '@nestjs/core';
import { createConfig, formatProblems, lint } from '@redocly/openapi-core';
import { AppModule } from '../dist/app.module.js';
import { buildOpenApi } from '../dist/app.setup.js';
import { Config } from '../dist/config.js';

/** Redocly's recommendation, without what the two contracts make otherwise. */
const RULES = {
  extends: ['recommended-strict'],
  rules: {
    // The credits API's paths end so, and two of the wallets API's begin alike.
    'no-path-trailing-slash': 'off',
    'no-ambiguous-paths': 'off',
    // Health has no bad request.
    'operation-4xx-response': 'off',
  },
};
const FILE = new URL('../openapi.json', import.meta.url);

// Never initialised and never listening: no database is opened.
const app = await NestFactory.create(AppModule.register(new Config()), { logger: ['error'], abortOnError: false });
const text = `${JSON.stringify(buildOpenApi(app), null, 2)}\n`;

if (process.argv.includes('--check')) {
  if (readFileSync(FILE, 'utf8') !== text) {
    process.stderr.write('openapi.json is not what the service says: run `npm run openapi` and commit it\n');
    process.exit(1);
  }
  const problems = await lint({ ref: fileURLToPath(FILE), config: await createConfig(RULES) });
  if (problems.length > 0) {
    formatProblems(problems, { totals: { errors: problems.length, warnings: 0, ignored: 0 }, version: '' });
    process.exit(1);
  }
} else {
  writeFileSync(FILE, text);
}
process.exit(0);
