import { type ChildProcess, execFileSync, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));
const START_TIMEOUT_MS = 60_000;
/** What a process under load is asked over its channel. */
const PROCESSOR_TIME = 'processor time';
export const NEW_TENANT = 'new tenant';

/** For a process under load: answers how much processor time it has used, µs. */
export function tellProcessorTime(): void {
  process.on('message', (message) => {
    if (message !== PROCESSOR_TIME) return;
    const { user, system } = process.cpuUsage();
    process.send?.(user + system);
  });
}

/** A server under load in a process of its own: the built service, or what it is held against. */
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
    return this.#fork(new URL('service.ts', import.meta.url), [], environment, profile);
  }

  /** Without any of the service: what an empty POST costs Express with helmet, or `node:http`. */
  static async startBaseline(kind: 'express' | 'http'): Promise<BenchService> {
    return this.#fork(new URL('baseline.ts', import.meta.url), [kind], {}, []);
  }

  static async #fork(
    file: URL,
    args: string[],
    environment: Record<string, string>,
    profile: string[],
  ): Promise<BenchService> {
    const child = fork(fileURLToPath(file), args, {
      execArgv: [
        '--max-old-space-size=288',
        '--min-semi-space-size=32',
        '--max-semi-space-size=32',
        '--import',
        'tsx',
        ...profile,
      ],
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

  get pid(): number {
    return this.#child.pid as number;
  }

  /** @returns a server key of a tenant that is new */
  async newTenant(): Promise<string> {
    this.#child.send(NEW_TENANT);
    const [key] = (await once(this.#child, 'message')) as [string];
    return key;
  }

  /** Processor time that the process has used so far, µs. */
  async processorTime(): Promise<number> {
    this.#child.send(PROCESSOR_TIME);
    const [microseconds] = (await once(this.#child, 'message')) as [number];
    return microseconds;
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
