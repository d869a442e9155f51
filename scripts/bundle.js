// Makes few files of the 2,700 modules that the service is compiled to and built on: `bundle.js <modules> <target>`. What
// imports nothing at the start stays a file of its own (a chunk), read when it is needed.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decode, encode } from '@jridgewell/sourcemap-codec';
import { build } from 'esbuild';

const [modules, target] = process.argv.slice(2).map((path) => resolve(path));
const SOURCES = fileURLToPath(new URL('../src/', import.meta.url));

/** What is started by its name: the service, its commands and documents, and the thread that draws invoices. */
const ENTRIES = {
  main: 'main.js',
  start: 'start.js',
  openapi: 'openapi.js',
  admin: 'admin.js',
  reconcile: 'reconcile.js',
  verify: 'verify.js',
  distribute: 'distribute.js',
  'ops/make-key': 'ops/make-key.js',
  'draw-invoice': 'payments/invoice-pdf/draw-invoice.js',
};

const STAYS_OUTSIDE = [
  // Finds its own files beside itself: WebAssembly, the code of a thread, fonts.
  '@electric-sql/*',
  'piscina',
  'fontkit',
  'pdfkit',
  // Must have run before any chunk, and no chunk is sure to be the first.
  'reflect-metadata',
  // Not installed: Nest asks for them, and goes on without.
  '@fastify/static',
  '@nestjs/microservices',
  '@nestjs/platform-fastify',
  '@nestjs/websockets',
  'class-transformer/storage',
];

/**
 * Some of Nest's modules require others of its packages as no bundler sees it, which would load all of Nest a second time,
 * from node_modules. Where that is a constant, esbuild's own `require` takes its place.
 */
const visibleRequires = {
  name: 'visible-requires',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]@nestjs[\\/](mapped-types|terminus)[\\/].*\.js$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace('const require = createRequire(import.meta.url);', ''),
      loader: 'js',
    }));
  },
};

/** The driver of the embedded database has all of it in its first line, which PostgreSQL never needs. */
const laterDatabase = {
  name: 'later-database',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]@mikro-orm[\\/]pglite[\\/]PgliteConnection\.js$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace(
        "import { PGlite } from '@electric-sql/pglite';",
        "const PGlite = { create: async (options) => (await import('@electric-sql/pglite')).PGlite.create(options) };",
      ),
      loader: 'js',
    }));
  },
};

await build({
  entryPoints: Object.fromEntries(Object.entries(ENTRIES).map(([name, file]) => [name, join(modules, file)])),
  outdir: target,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  external: STAYS_OUTSIDE,
  plugins: [visibleRequires, laterDatabase],
  // Names are data here: of Swagger's schemas, in Nest's messages, of errors in the log.
  keepNames: true,
  // Packages that are no ES modules ask for Node's own with `require`.
  banner: {
    js: `import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);`,
  },
  // The text stays in memory. A letter beyond Latin in a comment, and each of its letters takes two bytes: 20 MB in all.
  minifyWhitespace: true,
  legalComments: 'external',
  // A stack that nobody catches shows the line: not all of the file.
  lineLimit: 160,
  chunkNames: '[name]-[hash]',
  sourcemap: 'linked',
  sourcesContent: false,
  // The Swagger plugin adds an enum that a decorator says, too.
  logOverride: { 'duplicate-object-key': 'silent' },
  logLevel: 'warning',
});

for (const file of readdirSync(target)) if (file.endsWith('.map')) keepOwnLines(join(target, file));

/**
 * Leaves of a source map which of our lines a line is of. The first error that is logged waits for it to be read: 30 ms,
 * where a map of all packages takes the loop 200 and holds 50 MB from then on.
 */
function keepOwnLines(file) {
  const { sources, mappings } = JSON.parse(readFileSync(file, 'utf8'));
  const own = sources.filter((source) => resolve(dirname(file), source).startsWith(SOURCES));
  const numbers = sources.map((source) => own.indexOf(source));
  let last = '';
  const lines = decode(mappings).map((segments) =>
    segments.flatMap(([column, source, line, sourceColumn]) => {
      const number = source === undefined ? -1 : numbers[source];
      const place = number < 0 ? '' : `${number} ${line}`;
      if (place === last) return [];
      last = place;
      return [number < 0 ? [column] : [column, number, line, sourceColumn]];
    }),
  );
  writeFileSync(file, JSON.stringify({ version: 3, sources: own, names: [], mappings: encode(lines) }));
}
