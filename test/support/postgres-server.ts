import { execFile, execFileSync, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { isAlive } from './is-alive.js';
import { findBinaries } from './postgres-binaries.js';

export interface PostgresServer {
  /** Of the maintenance database, with the password. */
  url: string;
  stop(): void;
  /** Immediate mode, as a power cut would end it: what was acknowledged has to be on the disk. The data stays. */
  crash(): Promise<void>;
  /** Starts it again on its data, and waits until it has recovered and answers. */
  restart(): Promise<void>;
  /** Makes a server that follows another one a server of its own, and waits until it takes writes. */
  promote(): Promise<void>;
}

/** A server that another one follows as its standby. */
interface Followed {
  /** Where it is reached, as a superuser. */
  url: string;
  /** What the standby calls itself: `synchronous_standby_names` may name it. */
  name: string;
}

interface Account {
  uid: number;
  gid: number;
}

const START_TIMEOUT_MS = 60_000;
const FOLDER_PREFIX = 'refill-postgres-';
const MAX_CONNECTIONS = 200;

/**
 * A PostgreSQL server of our own on a free port, with its data in a temp folder and default durability. PostgreSQL
 * refuses to run as root, so there it runs as `postgres` or `nobody`.
 * @param settings of the server that are not the default ones, such as `fsync=off`
 * @param followed makes it a standby, which begins with a copy of that server
 */
export async function startPostgres(settings: readonly string[] = [], followed?: Followed): Promise<PostgresServer> {
  stopLeftovers();
  const account = unprivilegedAccount();
  const folder = mkdtempSync(join(tmpdir(), FOLDER_PREFIX));
  if (account) chownSync(folder, account.uid, account.gid);
  chmodSync(folder, 0o700);
  writeFileSync(join(folder, 'starter.pid'), String(process.pid));
  const stop = () => stopServer(folder);
  // Also when the tests are interrupted: Jest ends without its teardown then.
  process.once('exit', stop);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  try {
    const bin = findBinaries(folder);
    const cluster = { bin, folder, as: { ...account, cwd: '/', env: serverEnvironment(bin) }, port: await freePort() };
    const url = followed ? await copyOf(followed, cluster) : initialise(cluster, account);
    const start = () => untilItAnswers(url, launch(cluster, settings));
    await start();
    const crash = () => control(cluster, ['stop', '-m', 'immediate', '-t', '10']);
    return { url, stop, crash, restart: start, promote: () => control(cluster, ['promote', '-w']) };
  } catch (error) {
    stop();
    throw error;
  }
}

/** A server's place: its programs, its data, and whom it runs as. */
interface Cluster {
  bin: string;
  folder: string;
  port: number;
  as: { uid?: number; gid?: number; cwd: string; env: NodeJS.ProcessEnv };
}

/** @returns the address of the maintenance database */
function initialise({ bin, folder, port, as }: Cluster, account: Account | undefined): string {
  const password = randomBytes(16).toString('hex');
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, password);
  if (account) chownSync(passwordFile, account.uid, account.gid);
  const cluster = ['-D', join(folder, 'data'), '-U', 'postgres', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`];
  execFileSync(join(bin, 'initdb'), [...cluster, '-E', 'UTF8', '--no-locale', '-N'], { ...as, stdio: 'pipe' });
  return `postgresql://postgres:${password}@127.0.0.1:${port}/postgres`;
}

/** @returns the address of the maintenance database */
async function copyOf({ url, name }: Followed, { bin, folder, port, as }: Cluster): Promise<string> {
  const from = `${url}?application_name=${name}`;
  const options = ['-D', join(folder, 'data'), '-d', from, '-R', '-X', 'stream', '-c', 'fast'];
  // Not waited for synchronously: the way there may lead through this process.
  await promisify(execFile)(join(bin, 'pg_basebackup'), options, as);
  return url.replace(/:\d+\/postgres$/, `:${port}/postgres`);
}

/** @returns whether the process has ended */
function launch({ bin, folder, port, as }: Cluster, settings: readonly string[]): () => boolean {
  const flags = [`max_connections=${MAX_CONNECTIONS}`, ...settings].flatMap((setting) => ['-c', setting]);
  const options = ['-D', join(folder, 'data'), '-p', `${port}`, '-h', '127.0.0.1', '-k', folder, ...flags];
  const server = spawn(join(bin, 'postgres'), options, { ...as, stdio: 'ignore', detached: true });
  server.unref();
  return () => server.exitCode !== null;
}

async function control({ bin, folder, as }: Cluster, [action = '', ...options]: string[]): Promise<void> {
  const all = [action, '-D', join(folder, 'data'), ...options];
  await once(spawn(join(bin, 'pg_ctl'), all, { ...as, stdio: 'ignore' }), 'close');
}

function serverEnvironment(bin: string): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], LC_ALL: 'C', LD_LIBRARY_PATH: join(bin, '..', 'lib') };
}

function unprivilegedAccount(): Account | undefined {
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

export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => {
    probe.listen(0, '127.0.0.1', resolve);
  });
  const address = probe.address();
  await new Promise((resolve) => {
    probe.close(resolve);
  });
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

async function untilItAnswers(url: string, hasEnded: () => boolean): Promise<void> {
  const end = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    const client = new pg.Client(url);
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      if (hasEnded()) throw new Error('PostgreSQL ended right after its start', { cause: error });
      if (Date.now() > end) throw new Error('PostgreSQL did not start within a minute', { cause: error });
      await delay(50);
    }
  }
}

/** At once and without a checkpoint: the data is thrown away. The server's own files say how, so that any process can. */
function stopServer(folder: string): void {
  const data = join(folder, 'data');
  if (existsSync(join(data, 'postmaster.pid'))) {
    const [command = ''] = readFileSync(join(data, 'postmaster.opts'), 'utf8').split(' ');
    const bin = dirname(command);
    const options = { ...unprivilegedAccount(), cwd: '/', env: serverEnvironment(bin), stdio: 'ignore' } as const;
    spawnSync(join(bin, 'pg_ctl'), ['stop', '-D', data, '-m', 'immediate', '-t', '10'], options);
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}

/** Servers of runs that were killed: their starter is gone, so nobody else will stop them. */
export function stopLeftovers(parent = tmpdir()): void {
  for (const name of readdirSync(parent)) {
    const starter = join(parent, name, 'starter.pid');
    if (!name.startsWith(FOLDER_PREFIX) || !existsSync(starter)) continue;
    if (!isAlive(Number(readFileSync(starter, 'utf8')))) stopServer(dirname(starter));
  }
}
