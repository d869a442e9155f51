// Writes openapi.json as the built service says it; with `--check` says whether the committed file is what it would write.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FILE = new URL('../openapi.json', import.meta.url);
const SERVICE = fileURLToPath(new URL('../dist/openapi.js', import.meta.url));
const LARGEST = 64 * 1024 * 1024;

const text = execFileSync(process.execPath, [SERVICE], { encoding: 'utf8', maxBuffer: LARGEST });

if (process.argv.includes('--check')) {
  if (readFileSync(FILE, 'utf8') !== text) {
    process.stderr.write('openapi.json is not what the service says: run `npm run openapi` and commit it\n');
    process.exit(1);
  }
} else {
  writeFileSync(FILE, text);
}
