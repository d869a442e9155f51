import Stripe from 'stripe';
import type { Books } from '../books/books.js';
import { newId } from '../books/ids.js';
import type { OutcomeScript } from '../script/outcome-script.js';

/** What resources need besides their parameters. */
export interface Caller {
  requestId: string;
  idempotencyKey: string | null;
  /** A browser with the publishable key: sees and does less, and only with a client secret. */
  isBrowser: boolean;
}

export interface AccountClock {
  now(): Date;
}

/** The one account of the stand-in: its books, its clock, and what it tells of. */
export class Account {
  /** The request that is being carried out, of which events tell. */
  caller: Caller | undefined;
  /** Called for each event when its request is committed. */
  onEvent: (event: Stripe.Event) => void = () => {};
  #unsaid: Stripe.Event[] = [];
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(
    readonly books: Books,
    readonly outcomes: OutcomeScript,
    private readonly clock: AccountClock,
    /** Where the stand-in is reached, for links. */
    readonly url: () => string,
  ) {}

  nowMs(): number {
    return this.clock.now().getTime();
  }

  nowSeconds(): number {
    return Math.floor(this.nowMs() / 1000);
  }

  /** Books an event of what an object is now. */
  emit(type: Stripe.Event.Type, object: { id: string }, previous?: Record<string, unknown>): void {
    const event = {
      id: newId('evt'),
      object: 'event',
      api_version: Stripe.API_VERSION,
      created: this.nowSeconds(),
      data: { object: structuredClone(object), ...(previous && { previous_attributes: previous }) },
      livemode: false,
      pending_webhooks: this.books.webhookEndpoints.size,
      request: { id: this.caller?.requestId ?? null, idempotency_key: this.caller?.idempotencyKey ?? null },
      type,
    } as unknown as Stripe.Event;
    this.books.events.put(event);
    this.#unsaid.push(event);
  }

  /** Makes what was done outlive the process, then tells of it. */
  commit(): void {
    this.books.commit();
    for (const event of this.#unsaid.splice(0)) this.onEvent(event);
  }

  /** Does something that no request to the API asked for, as a whole: also what a decline leaves behind. */
  byItself<Result>(act: () => Result): Result {
    this.caller = undefined;
    try {
      return act();
    } finally {
      this.commit();
    }
  }

  /** Does something later, by itself. Forgotten when the stand-in stops. */
  later(delayMs: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.byItself(act);
    }, delayMs);
    this.#timers.add(timer);
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }
}
