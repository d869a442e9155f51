// Makes what a first start on the embedded database copies, instead of running every migration: a data folder with all tables
// and no rows. `make-embedded-database.js <modules> <target>`. Kept from build to build until something that makes it changes.
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const [modules, target] = process.argv.slice(2).map((path) => resolve(path));
const PACKAGES = fileURLToPath(new URL('../package-lock.json', import.meta.url));
const MADE_OF = join(target, 'made-of');

const wanted = fingerprint();
if (!existsSync(MADE_OF) || readFileSync(MADE_OF, 'utf8') !== wanted) await make();
// The migrator's database leaves a handle behind.
process.exit();

async function make() {
  const unfinished = `${target}.new`;
  for (const folder of [target, unfinished]) rmSync(folder, { recursive: true, force: true });
  mkdirSync(unfinished);
  const { makeEmbeddedTemplate } = await import(pathToFileURL(join(modules, 'ops', 'embedded-template.js')).href);
  await makeEmbeddedTemplate(unfinished);
  // Whoever starts the service may be another user than who has built it, and there is nothing to hide yet.
  for (const entry of readdirSync(unfinished, { recursive: true, withFileTypes: true })) {
    chmodSync(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o755 : 0o644);
  }
  writeFileSync(join(unfinished, 'made-of'), wanted);
  renameSync(unfinished, target);
}

/** Of all that decides what is in it: the migrations and what runs them, and the packages, the database among them. */
function fingerprint() {
  const hash = createHash('sha256').update(readFileSync(PACKAGES));
  for (const folder of [modules, join(modules, 'migrations'), join(modules, 'ops'), join(modules, 'shared')]) {
    for (const name of readdirSync(folder).filter((file) => file.endsWith('.js'))) {
      hash.update(name).update(readFileSync(join(folder, name)));
    }
  }
  return hash.digest('hex');
}
