// Writes openapi.json as the built service says it; with `--check` says whether the committed file is what it would write.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createConfig, formatProblems, lint } from '@redocly/openapi-core';

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
const SERVICE = fileURLToPath(new URL('../dist/openapi.js', import.meta.url));
const LARGEST = 64 * 1024 * 1024;

const text = execFileSync(process.execPath, [SERVICE], { encoding: 'utf8', maxBuffer: LARGEST });

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
