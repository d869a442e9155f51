import type { ServerResponse } from 'node:http';
import type { Account } from '../api/account.js';
import { idOf } from '../api/id-of.js';
import type { Endpoints } from '../api/endpoints.js';
import type { HttpRequest } from '../wire/api-server.js';
import { StripeFailure } from '../wire/stripe-failure.js';
import { answeredPage, authenticationPage } from './authentication-page.js';
import { checkoutPage, closedPage, filled } from './checkout-page.js';
import { STRIPE_JS } from './stripe-js.js';

interface Shown {
  status: number;
  type?: string;
  body?: string;
  location?: string;
}

const PAGES = /^\/(?:c\/pay\/(?<session>[^/]+)(?<back>\/return)?|authenticate\/(?<intent>[^/]+)|(?<script>v3)\/?)$/;

/** The pages that customers see, and the script for pages of the service's. */
export class PageHandler {
  constructor(
    private readonly account: Account,
    private readonly api: Endpoints,
  ) {}

  /** @returns false where the path is none of a page. */
  handle(request: HttpRequest, response: ServerResponse): boolean {
    const parts = PAGES.exec(request.path)?.groups;
    if (!parts) return false;
    const { status, type = 'text/html; charset=utf-8', body = '', location } = this.#show(parts, request);
    const headers = { 'Content-Type': type, 'Cache-Control': 'no-store', ...(location && { Location: location }) };
    response.writeHead(status, headers).end(body);
    return true;
  }

  #show(parts: Record<string, string | undefined>, request: HttpRequest): Shown {
    if (parts.script) return { status: 200, type: 'text/javascript; charset=utf-8', body: STRIPE_JS };
    try {
      if (parts.intent) return this.#authenticate(parts.intent, request);
      const id = parts.session as string;
      if (parts.back) return this.#back(id);
      return request.method === 'POST' ? this.#submit(id, new URLSearchParams(request.body)) : this.#checkout(id);
    } catch (error) {
      if (error instanceof StripeFailure) return { status: error.status, body: closedPage() };
      throw error;
    }
  }

  #checkout(id: string, error?: string): Shown {
    const session = this.account.byItself(() => this.api.checkout.retrieve(id));
    if (session.status !== 'open') return { status: 410, body: closedPage() };
    return { status: error === undefined ? 200 : 402, body: checkoutPage(session, error) };
  }

  #submit(id: string, form: URLSearchParams): Shown {
    try {
      this.account.byItself(() => {
        const [month = '', year = ''] = (form.get('expiry') ?? '').replaceAll(' ', '').split('/');
        const card = this.api.paymentMethods.create({
          type: 'card',
          card: {
            number: (form.get('number') ?? '').replaceAll(' ', ''),
            exp_month: Number.parseInt(month, 10),
            exp_year: 2000 + Number.parseInt(year, 10),
          },
          billing_details: { name: form.get('name') || null },
        });
        this.api.checkout.submit(id, card.id, form.get('keep') === 'true');
      });
    } catch (error) {
      if (error instanceof StripeFailure && error.status === 402) return this.#checkout(id, error.message);
      throw error;
    }
    return this.#onward(id);
  }

  /** To the bank, or to where the session says. */
  #onward(id: string): Shown {
    const session = this.api.checkout.retrieve(id);
    if (session.status === 'complete') {
      return { status: 303, location: filled(session.success_url as string, id) };
    }
    const intent =
      this.account.books.paymentIntents.find(idOf(session.payment_intent)) ??
      this.account.books.setupIntents.find(idOf(session.setup_intent));
    return { status: 303, location: intent?.next_action?.redirect_to_url?.url as string };
  }

  /** Back from the bank, which may have said no. */
  #back(id: string): Shown {
    const session = this.api.checkout.retrieve(id);
    if (session.status === 'complete') return this.#onward(id);
    return this.#checkout(id, 'We are unable to authenticate your payment method. Please try another one.');
  }

  #authenticate(id: string, request: HttpRequest): Shown {
    const query = new URLSearchParams(request.query);
    const intent = this.account.books.paymentIntents.find(id) ?? this.account.books.setupIntents.find(id);
    const isAsked = intent?.status === 'requires_action' && intent.client_secret === query.get('client_secret');
    if (!isAsked) return { status: 404, body: closedPage() };
    if (request.method !== 'POST') return { status: 200, body: authenticationPage() };
    const succeeds = new URLSearchParams(request.body).get('succeeds') === 'true';
    const after = this.account.byItself(() => this.api.authenticate(id, succeeds));
    const back = query.get('return_url');
    return back === null ? { status: 200, body: answeredPage() } : { status: 303, location: withOutcome(back, after) };
  }
}

/** What Stripe adds to an address that it sends a customer back to. */
function withOutcome(back: string, intent: Parameters<Endpoints['checkout']['afterAuthentication']>[0]): string {
  const url = new URL(back);
  url.searchParams.set(intent.object, intent.id);
  url.searchParams.set(`${intent.object}_client_secret`, String(intent.client_secret));
  url.searchParams.set('redirect_status', intent.status === 'succeeded' ? 'succeeded' : 'failed');
  return url.toString();
}
