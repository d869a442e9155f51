import type { Stripe } from 'stripe';
import { Account, type AccountClock } from './api/account.js';
import { Endpoints } from './api/endpoints.js';
import { Books } from './books/books.js';
import { PageHandler } from './pages/page-handler.js';
import { CONTROL_PATH, handleControl } from './script/control-handler.js';
import { Dashboard } from './script/dashboard.js';
import { FaultScript } from './script/fault-script.js';
import { OutcomeScript } from './script/outcome-script.js';
import { RateLimit } from './script/rate-limit.js';
import { WebhookScript } from './script/webhook-script.js';
import { WebhookSender } from './webhooks/webhook-sender.js';
import { ApiHandler } from './wire/api-handler.js';
import { ApiServer, type HttpRequest } from './wire/api-server.js';
import { Router } from './wire/router.js';
import type { Keys } from './wire/authorize.js';
import type { ServerResponse } from 'node:http';

export interface StandInOptions {
  /** 0 for a free one, which is the default. */
  port?: number;
  /** Where its books outlive the process; without one they don't. */
  folder?: string;
  keys?: Keys;
  /** Who is told of events from the start. */
  webhooks?: { url: string; secret?: string; events?: string[] }[];
  /** How long after a delivery that failed the next is tried, one after the other. */
  retryDelaysMs?: readonly number[];
  /** The time it goes by; the machine's where left out. Delays are always real ones. */
  clock?: AccountClock;
}

type EventName = Stripe.WebhookEndpointCreateParams.EnabledEvent;

/** The same ones every time, so that what was configured once stays right. No account of Stripe's has them. */
export const STAND_IN_KEYS: Keys = {
  secretKey: 'sk_test_refillStandIn000000000000000001',
  publishableKey: 'pk_test_refillStandIn000000000000000001',
};

/** Of endpoints that the script or the start adds, unless they name one. */
export const STAND_IN_WEBHOOK_SECRET = 'whsec_refillStandIn0000000000000000001';

/** Stripe's own go on for three days. */
const RETRY_DELAYS_MS = [500, 2000, 10_000, 30_000, 60_000, 120_000];

/** Stripe as far as Refill needs it: its wire protocol, its state machines, and honest books of its own. */
export class StripeStandIn {
  readonly faults = new FaultScript();
  readonly outcomes = new OutcomeScript();
  readonly rateLimit = new RateLimit();
  readonly webhookScript = new WebhookScript();
  readonly books: Books;
  readonly keys: Keys;
  /** The customer's bank, the networks, and whoever has Stripe's dashboard open. */
  readonly dashboard: Dashboard;
  readonly webhooks: WebhookSender;
  readonly #api: Endpoints;
  readonly #account: Account;
  readonly #handler: ApiHandler;
  readonly #pages: PageHandler;
  readonly #server: ApiServer;
  #url = '';

  private constructor(options: StandInOptions) {
    this.keys = options.keys ?? STAND_IN_KEYS;
    this.books = new Books(options.folder);
    const clock = options.clock ?? { now: () => new Date() };
    this.#account = new Account(this.books, this.outcomes, clock, () => this.#url);
    this.#api = new Endpoints(this.#account);
    this.dashboard = new Dashboard(this.#account, this.#api);
    this.webhooks = new WebhookSender(this.#account, this.webhookScript, options.retryDelaysMs ?? RETRY_DELAYS_MS);
    this.#account.onEvent = (event) => this.webhooks.send(event);
    for (const { url, secret, events } of options.webhooks ?? []) this.addWebhook(url, secret, events);
    const router = new Router();
    this.#api.register(router);
    this.#handler = new ApiHandler(this.#account, router, this.keys, {
      faults: this.faults,
      rateLimit: this.rateLimit,
    });
    this.#pages = new PageHandler(this.#account, this.#api);
    this.#server = new ApiServer((request, response) => this.#respond(request, response));
  }

  static async start(options: StandInOptions = {}): Promise<StripeStandIn> {
    const standIn = new StripeStandIn(options);
    standIn.#url = await standIn.#server.listen(options.port ?? 0);
    return standIn;
  }

  /** Where it is reached, without a slash at the end. */
  get url(): string {
    return this.#url;
  }

  /** Tells an address of events from now on. An address that is known gets the new secret instead. */
  addWebhook(url: string, secret = STAND_IN_WEBHOOK_SECRET, events: string[] = ['*']): void {
    const known = this.books.webhookEndpoints.all().find((endpoint) => endpoint.url === url);
    const id = known?.id ?? this.#api.webhookEndpoints.create({ url, enabled_events: events as EventName[] }).id;
    this.books.webhookSecrets.put({ id, secret });
    this.#account.commit();
  }

  async close(): Promise<void> {
    this.webhooks.close();
    this.#account.close();
    await this.#server.close();
  }

  async #respond(request: HttpRequest, response: ServerResponse): Promise<void> {
    if (request.path.startsWith(CONTROL_PATH)) handleControl(this, request, response);
    else if (!this.#pages.handle(request, response)) await this.#handler.handle(request, response);
  }
}
