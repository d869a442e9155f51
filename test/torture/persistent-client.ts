import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from './random.js';

export interface Answer {
  status: number;
  body: Record<string, unknown>;
}

const REQUEST_TIMEOUT_MS = 8000;
/** After a round in which nobody has answered, twice as long after each. */
const PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1600;
/** A service that answers nothing for so long has lost. */
const GIVE_UP_MS = 180_000;

/** A client as it should be: what got no answer is sent again with the same key, to either process, until it gets one. */
export class PersistentClient {
  /** Requests that had to be sent again. */
  repeats = 0;
  #lastFailure = '';

  constructor(
    private readonly urls: readonly string[],
    private readonly apiKey: string,
    private readonly random: Random,
  ) {}

  /** @throws where nothing answers for three minutes */
  async ask(method: string, path: string, body?: object): Promise<Answer> {
    const end = Date.now() + GIVE_UP_MS;
    let pauseMs = PAUSE_MS;
    for (let turn = this.random.between(0, this.urls.length - 1); ; turn += 1) {
      const answer = await this.#send(this.urls[turn % this.urls.length] as string, method, path, body);
      if (answer) return answer;
      if (Date.now() > end) throw new Error(`no answer to ${method} ${path}: ${this.#lastFailure}`);
      this.repeats += 1;
      // The other one may be there.
      if (turn % this.urls.length < this.urls.length - 1) continue;
      await delay(pauseMs);
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    }
  }

  /** @returns undefined where nobody knows what happened */
  async #send(url: string, method: string, path: string, body?: object): Promise<Answer | undefined> {
    try {
      const response = await fetch(`${url}${path}`, {
        method,
        headers: { 'x-api-key': this.apiKey, 'content-type': 'application/json' },
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      if (response.status >= 500 || response.status === 429) {
        this.#lastFailure = `${response.status} ${text.slice(0, 200)}`;
        return undefined;
      }
      return { status: response.status, body: JSON.parse(text || '{}') as Record<string, unknown> };
    } catch (error) {
      this.#lastFailure = String((error as Error).cause ?? error);
      return undefined;
    }
  }
}
