// Builds when the sources are newer than the build, so that `npm start` takes the time of a build only when it must.
// `--if-possible` is for `npm ci`: a production install has no compiler and brings its build with it.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const BUILT = join(root, 'dist', 'main.js');
const BUNDLER = join(root, 'node_modules', 'esbuild');
const INPUTS = [
  'src',
  'console',
  'client/src',
  'scripts',
  'nest-cli.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'package-lock.json',
];

/** The newest change of a file or of anything below a folder. A folder changes when something in it is deleted. */
function changedAt(path) {
  const { mtimeMs } = statSync(path);
  const entries = statSync(path).isDirectory() ? readdirSync(path) : [];
  return Math.max(mtimeMs, ...entries.map((entry) => changedAt(join(path, entry))));
}

function isStale() {
  if (!existsSync(BUILT)) return true;
  const inputs = INPUTS.map((name) => join(root, name)).filter((path) => existsSync(path));
  return Math.max(0, ...inputs.map(changedAt)) > statSync(BUILT).mtimeMs;
}

if (isStale() && (existsSync(BUNDLER) || !process.argv.includes('--if-possible'))) {
  await import('./build.js');
}
