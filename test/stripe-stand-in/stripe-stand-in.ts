import { Account, type AccountClock } from './api/account.js';
import { Endpoints } from './api/endpoints.js';
import { Books } from './books/books.js';
import { Dashboard } from './script/dashboard.js';
import { FaultScript } from './script/fault-script.js';
import { OutcomeScript } from './script/outcome-script.js';
import { RateLimit } from './script/rate-limit.js';
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
  /** The time it goes by; the machine's where left out. Delays are always real ones. */
  clock?: AccountClock;
}

/** The same ones every time, so that what was configured once stays right. No account of Stripe's has them. */
export const STAND_IN_KEYS: Keys = {
  secretKey: 'sk_test_refillStandIn000000000000000001',
  publishableKey: 'pk_test_refillStandIn000000000000000001',
};

/** Stripe as far as Refill needs it: its wire protocol, its state machines, and honest books of its own. */
export class StripeStandIn {
  readonly faults = new FaultScript();
  readonly outcomes = new OutcomeScript();
  readonly rateLimit = new RateLimit();
  readonly books: Books;
  readonly keys: Keys;
  /** The customer's bank, the networks, and whoever has Stripe's dashboard open. */
  readonly dashboard: Dashboard;
  readonly #api: Endpoints;
  readonly #account: Account;
  readonly #handler: ApiHandler;
  readonly #server: ApiServer;
  #url = '';

  private constructor(options: StandInOptions) {
    this.keys = options.keys ?? STAND_IN_KEYS;
    this.books = new Books(options.folder);
    const clock = options.clock ?? { now: () => new Date() };
    this.#account = new Account(this.books, this.outcomes, clock, () => this.#url);
    this.#api = new Endpoints(this.#account);
    this.dashboard = new Dashboard(this.#account, this.#api);
    const router = new Router();
    this.#api.register(router);
    this.#handler = new ApiHandler(this.#account, router, this.keys, {
      faults: this.faults,
      rateLimit: this.rateLimit,
    });
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

  async close(): Promise<void> {
    this.#account.close();
    await this.#server.close();
  }

  async #respond(request: HttpRequest, response: ServerResponse): Promise<void> {
    await this.#handler.handle(request, response);
  }
}
