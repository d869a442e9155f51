import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Where much else is running, a start takes a minute. */
const START_TIMEOUT_MS = 100_000;

/** How a process ended, and what it said. */
export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stderr: string;
}

/** The service as a process of its own, to be killed or to be raced against another. */
export class ServiceProcess {
  /** `http://127.0.0.1:<port>` */
  url = '';
  /** The lines of its log, parsed. */
  readonly log: Record<string, unknown>[] = [];
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;
  #stderr = '';

  private constructor(environment: Record<string, string>) {
    const service = environment['REFILL_TEST_SERVICE'] ?? process.env['REFILL_TEST_SERVICE'] ?? '';
    this.#child = spawn(process.execPath, [join(service, 'main.js')], {
      // Machines that test are busy with other things: how late the loop is says nothing there.
      env: { PATH: process.env['PATH'], PORT: '0', DEMO: 'false', LATE_LOOP_MS: '0', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr += chunk.toString();
    });
    // Whoever is interrupted leaves none behind.
    const end = () => this.signal('SIGKILL');
    process.once('exit', end);
    this.ended = once(this.#child, 'close').then(([code, signal]) => {
      process.off('exit', end);
      return { code: code as number | null, signal: signal as NodeJS.Signals | null, stderr: this.#stderr };
    });
  }

  /** Waits until it listens. Throws with what it said when it ends before that. */
  static async start(environment: Record<string, string>): Promise<ServiceProcess> {
    const service = new ServiceProcess(environment);
    const listening = new Promise<void>((resolve) => {
      service.#readLog(resolve);
    });
    const failed = service.ended.then(({ stderr }) =>
      Promise.reject(new Error(`the service did not start: ${stderr}`)),
    );
    const timeout = AbortSignal.timeout(START_TIMEOUT_MS);
    const late = once(timeout, 'abort').then(() => Promise.reject(new Error('the service did not start in time')));
    try {
      await Promise.race([listening, failed, late]);
    } catch (error) {
      await service.end('SIGKILL');
      throw error;
    }
    failed.catch(() => undefined);
    late.catch(() => undefined);
    return service;
  }

  /** For a start that fails. One that succeeds is ended at once. */
  static run(environment: Record<string, string>): Promise<Ended> {
    const service = new ServiceProcess(environment);
    service.#readLog(() => service.signal('SIGKILL'));
    return service.ended;
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  /** Sends a signal and waits for the end. */
  async end(signal: NodeJS.Signals): Promise<Ended> {
    this.signal(signal);
    return this.ended;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  #readLog(whenListening: () => void): void {
    createInterface({ input: this.#child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      if (!line.startsWith('{')) return;
      const entry = JSON.parse(line) as Record<string, unknown>;
      this.log.push(entry);
      if (entry['msg'] !== 'listening') return;
      this.url = entry['url'] as string;
      whenListening();
    });
  }
}
