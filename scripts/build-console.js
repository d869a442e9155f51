// Builds `console/` into `dist/console`, and each file beside itself as brotli and gzip make it.
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));
const TARGET = join(root, 'dist', 'console');
const LEAST_BYTES = 1024;

// React has a second self for developers, twice as large, where this says anything else.
process.env.NODE_ENV = 'production';
await build({ configFile: join(root, 'console', 'vite.config.js'), logLevel: 'warn' });
for (const name of readdirSync(TARGET, { recursive: true })) compress(join(TARGET, name));

/** Once, as small as it gets: what is sent a thousand times. */
function compress(file) {
  if (!statSync(file).isFile() || statSync(file).size < LEAST_BYTES) return;
  const bytes = readFileSync(file);
  const brotli = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } };
  for (const [suffix, smaller] of [
    ['.br', brotliCompressSync(bytes, brotli)],
    ['.gz', gzipSync(bytes, { level: 9 })],
  ]) {
    if (smaller.length < bytes.length && !existsSync(file + suffix)) writeFileSync(file + suffix, smaller);
  }
}
