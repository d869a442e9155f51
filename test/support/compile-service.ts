import { execFile } from 'node:child_process';
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { transform } from '@swc/core';
import { isAlive } from './is-alive.js';

const CACHE = resolve('node_modules', '.cache');
const PREFIX = 'refill-service-';
const run = promisify(execFile);

/**
 * Compiles and bundles the service for tests that start it as a process: in three seconds, from the sources as they are, and
 * without touching `dist`. Lies where imports of packages find them; `modules` in it are single ones, as in `dist`.
 * @param change what is changed of a source first, for a service that is broken on purpose
 */
export async function compileService(change = (_file: string, source: string) => source): Promise<string> {
  await removeLeftovers();
  const target = join(CACHE, `${PREFIX}${process.pid}`);
  const files = (await readdir('src', { recursive: true })).filter((file) => /(?<!\.spec)\.ts$/.test(file));
  await Promise.all(
    files.map(async (file) => {
      const source = change(file, await readFile(join('src', file), 'utf8'));
      await compile(join('src', file), source, join(target, 'modules', file.replace(/\.ts$/, '.js')));
    }),
  );
  await run(process.execPath, [join('scripts', 'bundle.js'), join(target, 'modules'), target]);
  // Where the service finds that it is made of modules, and which release it is.
  await copyFile('package.json', join(target, 'package.json'));
  return target;
}

async function compile(filename: string, source: string, target: string): Promise<void> {
  const { code } = await transform(source, { filename, sourceFileName: resolve(filename), sourceMaps: 'inline' });
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, code);
}

/** Of runs that were killed. */
async function removeLeftovers(): Promise<void> {
  await mkdir(CACHE, { recursive: true });
  for (const name of await readdir(CACHE)) {
    if (name.startsWith(PREFIX) && !isAlive(Number(name.slice(PREFIX.length)))) {
      await rm(join(CACHE, name), { recursive: true, force: true });
    }
  }
}
