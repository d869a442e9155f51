import { type ChildProcess, execFileSync, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));
const START_TIMEOUT_MS = 60_000;

/** The built service under load, in a process of its own. */
export class BenchService {
  readonly #child: ChildProcess;

  private constructor(
    readonly url: string,
    child: ChildProcess,
  ) {
    this.#child = child;
  }

  /** @param profileFolder where its CPU profile goes when it ends; none by default */
  static async start(environment: Record<string, string>, profileFolder?: string): Promise<BenchService> {
    const profile = profileFolder ? ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`] : [];
    const child = fork(fileURLToPath(new URL('service.ts', import.meta.url)), {
      execArgv: ['--max-old-space-size=288', '--import', 'tsx', ...profile],
      env: {
        PATH: process.env['PATH'],
        HOST: '127.0.0.1',
        PORT: '0',
        DEMO: 'false',
        LOG_LEVEL: 'warn',
        ...environment,
      },
    });
    const ended = once(child, 'exit').then(() => Promise.reject(new Error('the service did not start')));
    ended.catch(() => undefined);
    const [port] = (await Promise.race([once(child, 'message'), ended])) as [number];
    return new BenchService(`http://127.0.0.1:${port}`, child);
  }

  /** @returns a server key of a tenant that is new */
  async newTenant(): Promise<string> {
    this.#child.send('new tenant');
    const [key] = (await once(this.#child, 'message')) as [string];
    return key;
  }

  /** Memory that the process holds now. */
  residentMiB(): number {
    return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(this.#child.pid)])) / 1024;
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await ended;
  }
}

/** Milliseconds from `npm start` with these settings to the first answer. */
export async function timeToFirstAnswer(settings: Record<string, string>, root = ROOT): Promise<number> {
  const port = await freePort();
  const startedAt = performance.now();
  const npm = spawn('npm', ['start'], {
    cwd: root,
    env: { ...withoutSettings(), PORT: String(port), ...settings },
    stdio: 'ignore',
    // A group of its own: npm, its shell and the service end together.
    detached: true,
  });
  const ended = once(npm, 'exit');
  try {
    await firstAnswer(`http://127.0.0.1:${port}/health/ready`, npm);
    return performance.now() - startedAt;
  } finally {
    if (npm.exitCode === null) process.kill(-(npm.pid as number), 'SIGTERM');
    await ended;
  }
}

async function firstAnswer(url: string, child: ChildProcess): Promise<void> {
  const end = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < end && child.exitCode === null) {
    const status = await fetch(url).then(
      (response) => response.status,
      () => undefined,
    );
    if (status === 200) return;
    await delay(10);
  }
  throw new Error('npm start did not bring up the service');
}

/** The environment without what would configure the service. */
function withoutSettings(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], HOME: process.env['HOME'] };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
