// Builds the service into `dist`: `modules` as the compiler writes them, what they are bundled to, the database that an
// embedded one begins as, and the pages of `console/`. Everything that runs is the bundle; scripts and measurements import single modules.
import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const DIST = join(root, 'dist');
const COMPILER = join(root, 'node_modules', '@nestjs', 'cli', 'bin', 'nest.js');
/** Made anew where it is of other migrations; and what `tsc --noEmit` remembers. */
const OUTLIVES_A_BUILD = ['embedded-database', 'tsconfig.tsbuildinfo'];

for (const name of entries(DIST)) {
  if (!OUTLIVES_A_BUILD.includes(name)) rmSync(join(DIST, name), { recursive: true });
}
run(COMPILER, 'build');
run(script('make-embedded-database.js'), join(DIST, 'modules'), join(DIST, 'embedded-database'));
run(script('bundle.js'), join(DIST, 'modules'), DIST);
run(script('warm-compile-cache.js'));
run(script('build-console.js'));

function entries(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function script(name) {
  return fileURLToPath(new URL(name, import.meta.url));
}

/** To stderr: stdout belongs to whoever asked for the build. */
function run(file, ...parameters) {
  const { status } = spawnSync(process.execPath, [file, ...parameters], { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) process.exit(status ?? 1);
}
