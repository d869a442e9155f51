import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { ChargeSummary, ReceivedCall } from '../stripe-stand-in/books/movement.js';
import type { FaultRule } from '../stripe-stand-in/script/fault-script.js';
import type { OutcomeRule } from '../stripe-stand-in/script/outcome-script.js';
import type { WebhookRule } from '../stripe-stand-in/script/webhook-script.js';

const MAIN = fileURLToPath(new URL('../stripe-stand-in/main.ts', import.meta.url));

/** The Stripe stand-in as a process of its own, asked over its own address. */
export class StandInProcess {
  readonly #child: ChildProcess;
  readonly #ready: Promise<string>;
  readonly #end = () => this.#child.kill('SIGKILL');
  /** `http://127.0.0.1:<port>` */
  url = '';

  private constructor(environment: Record<string, string>) {
    this.#child = spawn(process.execPath, ['--import', 'tsx', MAIN], {
      env: { PATH: process.env['PATH'], STAND_IN_PORT: '0', ...environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    process.once('exit', this.#end);
    this.#ready = new Promise((resolve, reject) => {
      createInterface({ input: this.#child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
        const [, url] = /STRIPE_API_BASE=(\S+)/.exec(line) ?? [];
        if (url) resolve(url);
      });
      this.#child.once('exit', () => reject(new Error('the stand-in did not start')));
    });
  }

  static async start(environment: Record<string, string> = {}): Promise<StandInProcess> {
    const standIn = new StandInProcess(environment);
    standIn.url = await standIn.#ready;
    return standIn;
  }

  charges(): Promise<ChargeSummary[]> {
    return this.#ask('GET', 'charges');
  }

  calls(): Promise<ReceivedCall[]> {
    return this.#ask('GET', 'calls');
  }

  addFault(rule: FaultRule): Promise<void> {
    return this.#ask('POST', 'faults', rule);
  }

  clearFaults(): Promise<void> {
    return this.#ask('DELETE', 'faults');
  }

  addOutcome(rule: OutcomeRule): Promise<void> {
    return this.#ask('POST', 'outcomes', rule);
  }

  clearOutcomes(): Promise<void> {
    return this.#ask('DELETE', 'outcomes');
  }

  addWebhookRule(rule: WebhookRule): Promise<void> {
    return this.#ask('POST', 'webhooks', rule);
  }

  /** Begins the decisions by chance anew. */
  async seed(seed: number): Promise<void> {
    await this.#ask('POST', 'faults/seed', { seed });
    await this.#ask('POST', 'webhooks/seed', { seed });
  }

  addWebhook(url: string, secret: string): Promise<void> {
    return this.#ask('POST', 'webhook_endpoints', { url, secret });
  }

  /** A card of its own number. @returns a payment method's id */
  async mintCard(): Promise<string> {
    const { id } = await this.#ask<{ id: string }>('POST', 'cards', {});
    return id;
  }

  stop(): void {
    this.#child.removeAllListeners('exit');
    process.off('exit', this.#end);
    this.#end();
  }

  async #ask<Answer>(method: string, path: string, body?: object): Promise<Answer> {
    const response = await fetch(`${this.url}/_control/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`the stand-in answered ${response.status} to ${method} ${path}`);
    return (await response.json()) as Answer;
  }
}
