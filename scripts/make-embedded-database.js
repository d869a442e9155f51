// Makes `dist/embedded-database`, which a first start on the embedded database copies instead of running every migration.
// Kept from build to build until something that makes it has changed.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const MODULES = new URL('../dist/modules/', import.meta.url);
const FOLDER = new URL('../dist/embedded-database', import.meta.url);
const UNFINISHED = new URL('../dist/embedded-database.new', import.meta.url);
const KEY = 'made-of';

/** Of everything that decides what is in it: the migrations, what runs them, the database itself and who signs it. */
function key() {
  const hash = createHash('sha256');
  const files = [
    ...readdirSync(new URL('migrations/', MODULES)).map((name) => `migrations/${name}`),
    ...readdirSync(new URL('ops/', MODULES), { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => `ops/${name}`),
    'database.js',
    '../../package-lock.json',
  ];
  for (const file of files.sort()) hash.update(file).update(readFileSync(new URL(file, MODULES)));
  return hash.digest('hex');
}

function isFresh(wanted) {
  const file = new URL(`${FOLDER}/${KEY}`);
  return existsSync(file) && readFileSync(file, 'utf8') === wanted;
}

const wanted = key();
if (!isFresh(wanted)) {
  const { makeEmbeddedTemplate } = await import(new URL('ops/embedded-template.js', MODULES).href);
  for (const folder of [FOLDER, UNFINISHED]) rmSync(folder, { recursive: true, force: true });
  mkdirSync(UNFINISHED, { recursive: true });
  await makeEmbeddedTemplate(fileURLToPath(UNFINISHED));
  writeFileSync(new URL(`${UNFINISHED}/${KEY}`), wanted);
  renameSync(UNFINISHED, FOLDER);
}
process.exit();
