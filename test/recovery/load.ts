import { setTimeout as delay } from 'node:timers/promises';

/** A write and what its customer was told. */
export interface Write {
  /** Its idempotency key, and the description of its entry or hold. */
  key: string;
  kind: 'debit' | 'grant' | 'hold' | 'capture';
  path: string;
  body: object;
  /** Undefined until there was an answer that is one: no broken connection, no 503. */
  answer?: { status: number; text: string };
  /** How often it had to be sent again. */
  repeats: number;
}

/** Any answer, also one that asks for patience, by the machine's clock. */
interface Heard {
  at: number;
  method: string;
  status: number;
  retryAfter: string | null;
}

/** Where requests go: may change while the load goes on. */
type Target = () => string;

/** Less than a Retry-After of a second: the moment at which the service is back has to be seen. */
const PATIENCE_MS = 50;
const LOOK_MS = 100;
const REQUEST_TIMEOUT_MS = 20_000;
const GIVE_UP_MS = 90_000;

/**
 * Customers who debit, grant, hold and capture side by side, one write after the other each, and send again with the same
 * key what got no answer; and one who reads. What they were told is kept here, outside of the service.
 */
export class Load {
  readonly writes: Write[] = [];
  readonly heard: Heard[] = [];
  /** Connections that ended without a whole answer. */
  broken = 0;
  #isOn = false;
  #customers: Promise<void>[] = [];
  #numbered = 0;

  constructor(
    private readonly target: Target,
    private readonly apiKey: string,
    private readonly walletIds: readonly string[],
  ) {}

  get acknowledged(): Write[] {
    return this.writes.filter(({ answer }) => answer?.status === 200 || answer?.status === 201);
  }

  start(): void {
    this.#isOn = true;
    this.#customers = [...this.walletIds.map((walletId) => this.#spend(walletId)), this.#read()];
  }

  /** Resolves when everybody has the answer to what was under way. */
  async pause(): Promise<void> {
    this.#isOn = false;
    await Promise.all(this.#customers);
  }

  /**
   * @returns when the first write was answered after that moment, by the machine's clock
   * @throws where none is for a minute
   */
  async firstWriteAfter(moment: number): Promise<number> {
    const isIt = ({ at, method, status }: Heard) => at >= moment && method === 'POST' && status < 300;
    for (let tries = 0; tries < 6000; tries += 1) {
      const first = this.heard.find(isIt);
      if (first) return first.at;
      await delay(10);
    }
    throw new Error('no write was answered for a minute');
  }

  /** Sent again though it was answered. */
  async replay({ path, body }: Write): Promise<{ status: number; text: string; isReplayed: boolean } | undefined> {
    const answer = await this.#send('POST', path, body);
    return answer && { status: answer.status, text: answer.text, isReplayed: answer.replayed === 'true' };
  }

  async #spend(walletId: string): Promise<void> {
    while (this.#isOn) {
      const path = `/v1/wallets/${walletId}`;
      await this.#write('debit', `${path}/debit`, { credits: '2', transaction_reason: 'MANUAL_BALANCE_DEBIT' });
      await this.#write('grant', `${path}/top-up`, { credits_to_add: '1', transaction_reason: 'FREE_CREDIT_GRANT' });
      const held = await this.#write('hold', `${path}/holds`, { credits: '2' });
      const { id } = JSON.parse(held.text) as { id?: string };
      if (id) await this.#write('capture', `${path}/holds/${id}/capture`, { credits: '1', final: true });
    }
  }

  async #read(): Promise<void> {
    while (this.#isOn) {
      await this.#send('GET', `/v1/wallets/${this.walletIds[0]}`);
      await this.#send('GET', '/v1/customers?limit=5');
      await delay(LOOK_MS);
    }
  }

  /** @throws where nothing is answered for a minute and a half */
  async #write(kind: Write['kind'], path: string, terms: object): Promise<{ status: number; text: string }> {
    this.#numbered += 1;
    const key = `${kind}-${this.#numbered}`;
    // A capture says what its hold says.
    const words = kind === 'capture' ? {} : { description: key };
    const write: Write = { key, kind, path, body: { ...terms, ...words, idempotency_key: key }, repeats: 0 };
    this.writes.push(write);
    const end = Date.now() + GIVE_UP_MS;
    for (;;) {
      const answer = await this.#send('POST', path, write.body);
      if (answer && answer.status !== 503) {
        write.answer = { status: answer.status, text: answer.text };
        return write.answer;
      }
      if (Date.now() > end) throw new Error(`no answer to ${key}`);
      write.repeats += 1;
      await delay(PATIENCE_MS);
    }
  }

  /** @returns undefined where nobody knows what has happened */
  async #send(method: string, path: string, body?: object) {
    try {
      const response = await fetch(`${this.target()}${path}`, {
        method,
        headers: { 'x-api-key': this.apiKey, 'content-type': 'application/json' },
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      const { status, headers } = response;
      const text = await response.text();
      this.heard.push({ at: Date.now(), method, status, retryAfter: headers.get('retry-after') });
      return { status, text, replayed: headers.get('idempotent-replayed') };
    } catch {
      this.broken += 1;
      return undefined;
    }
  }
}
