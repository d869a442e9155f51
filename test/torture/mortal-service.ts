import { setTimeout as delay } from 'node:timers/promises';
import { ServiceProcess } from '../support/service-process.js';

/** One of the service's processes: killed again and again, and started again on the same port. */
export class MortalService {
  readonly url: string;
  kills = 0;
  /** Whether it listens. */
  isAlive = false;
  #process: ServiceProcess | undefined;

  constructor(
    readonly port: number,
    private readonly environment: () => Record<string, string>,
  ) {
    this.url = `http://127.0.0.1:${port}`;
  }

  /** Waits until it listens; tries again while it can't, as whatever runs a service does. */
  async start(): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        this.#process = await ServiceProcess.start({ PORT: String(this.port), ...this.environment() });
        this.isAlive = true;
        return;
      } catch (error) {
        if (tries === 5) throw error;
        await delay(200);
      }
    }
  }

  async kill(): Promise<void> {
    this.kills += 1;
    this.isAlive = false;
    await this.#process?.end('SIGKILL');
  }
}
