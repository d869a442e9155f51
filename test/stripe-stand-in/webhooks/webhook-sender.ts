import Stripe from 'stripe';
import type { Account } from '../api/account.js';
import { matchesType } from '../api/match-type.js';
import { noSuch } from '../wire/stripe-failure.js';
import type { WebhookScript } from '../script/webhook-script.js';

const TIMEOUT_MS = 10_000;

/**
 * Tells endpoints of events, signed as Stripe signs, again after a delivery that failed. What is not delivered when
 * the stand-in stops is not sent by the next one; `resend` sends any event again.
 */
export class WebhookSender {
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #sending = new Set<Promise<void>>();
  readonly #ends = new AbortController();

  constructor(
    private readonly account: Account,
    private readonly script: WebhookScript,
    private readonly retryDelaysMs: readonly number[],
  ) {}

  /** As the script says. An event may come before the answer of the request that it tells of, as with Stripe. */
  send(event: Stripe.Event): void {
    for (const endpoint of this.#endpointsFor(event)) {
      for (const delayMs of this.script.plan(event.type)) this.#later(delayMs, event, endpoint, 1);
    }
  }

  /** Sends an event again, once, to all who want it. @throws {StripeFailure} for an event that never was. */
  resend(eventId: string): void {
    const event = this.account.books.events.find(eventId);
    if (!event) throw noSuch('event', eventId);
    for (const endpoint of this.#endpointsFor(event)) this.#later(0, event, endpoint, 1);
  }

  /** Until nothing is under way or waits, repetitions included. */
  async idle(): Promise<void> {
    while (this.#timers.size > 0 || this.#sending.size > 0) {
      await Promise.all(this.#sending);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.#ends.abort();
  }

  #endpointsFor(event: Stripe.Event): Stripe.WebhookEndpoint[] {
    return this.account.books.webhookEndpoints
      .all()
      .filter(({ status, enabled_events: wanted }) => status === 'enabled' && matchesType(event.type, wanted));
  }

  #later(delayMs: number, event: Stripe.Event, endpoint: Stripe.WebhookEndpoint, attempt: number): void {
    if (this.#ends.signal.aborted) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      const sending = this.#deliver(event, endpoint, attempt);
      this.#sending.add(sending);
      void sending.finally(() => this.#sending.delete(sending));
    }, delayMs);
    this.#timers.add(timer);
  }

  async #deliver(event: Stripe.Event, endpoint: Stripe.WebhookEndpoint, attempt: number): Promise<void> {
    const status = await this.#post(event, endpoint);
    const at = Date.now();
    const { id: eventId, type } = event;
    this.account.books.deliveries.push({ eventId, type, endpointId: endpoint.id, attempt, at, status });
    const delayMs = this.retryDelaysMs[attempt - 1];
    const isTaken = status !== null && status >= 200 && status < 300;
    if (!isTaken && delayMs !== undefined) this.#later(delayMs, event, endpoint, attempt + 1);
  }

  /** @returns null where there was no answer. */
  async #post(event: Stripe.Event, { id, url }: Stripe.WebhookEndpoint): Promise<number | null> {
    const payload = JSON.stringify(event, null, 2);
    const secret = this.account.books.webhookSecrets.find(id)?.secret ?? '';
    const signature = Stripe.webhooks.generateTestHeaderString({
      payload,
      secret,
      timestamp: this.account.nowSeconds(),
    });
    try {
      const response = await fetch(url, {
        method: 'POST',
        body: payload,
        headers: { 'Content-Type': 'application/json; charset=utf-8', 'Stripe-Signature': signature },
        redirect: 'manual',
        signal: AbortSignal.any([this.#ends.signal, AbortSignal.timeout(TIMEOUT_MS)]),
      });
      await response.arrayBuffer();
      return response.status;
    } catch {
      return null;
    }
  }
}
