import type { Stripe } from 'stripe';
import { checkAmount, checkCurrency } from '../books/currencies.js';
import { newId, randomText } from '../books/ids.js';
import { noSuch, refused, StripeFailure, wrongParameter } from '../wire/stripe-failure.js';
import type { Account } from './account.js';
import { mergeMetadata } from './metadata.js';
import { newSession, totalOf } from './new-session.js';
import { pageOf } from './page.js';
import type { PaymentFlow } from './payment-flow.js';
import type { PaymentIntents } from './payment-intents.js';
import type { PaymentMethods } from './payment-methods.js';
import type { SetupIntents } from './setup-intents.js';

const LEAST_SECONDS = 30 * 60;
const MOST_SECONDS = 24 * 3600;

/** Checkout: a page of Stripe's on which a customer saves a card (`mode=setup`) or pays once (`mode=payment`). */
export class CheckoutSessions {
  constructor(
    private readonly account: Account,
    private readonly paymentMethods: PaymentMethods,
    private readonly paymentIntents: PaymentIntents,
    private readonly setupIntents: SetupIntents,
    private readonly flow: PaymentFlow,
  ) {}

  create(params: Stripe.Checkout.SessionCreateParams): Stripe.Checkout.Session {
    if (params.success_url === undefined) throw missing('success_url');
    if (params.customer !== undefined) this.#checkCustomer(params.customer);
    this.#checkExpiry(params.expires_at);
    const id = `cs_test_${randomText(58)}`;
    const session = params.mode === 'setup' ? this.#newSetup(id, params) : this.#newPayment(id, params);
    this.account.books.sessionFacts.put({ id, intentData: params.payment_intent_data ?? {} });
    return this.account.books.sessions.put(session);
  }

  retrieve(id: string): Stripe.Checkout.Session {
    const session = this.account.books.sessions.find(id);
    if (!session) throw noSuch('checkout.session', id);
    return this.#expireInTime(session);
  }

  list(params: Stripe.Checkout.SessionListParams): Stripe.ApiList<Stripe.Checkout.Session> {
    const wanted = this.account.books.sessions
      .all()
      .map((session) => this.#expireInTime(session))
      .filter(({ customer }) => params.customer === undefined || customer === params.customer)
      .filter(({ payment_intent: id }) => params.payment_intent === undefined || id === params.payment_intent)
      .filter(({ status }) => params.status === undefined || status === params.status);
    return pageOf(wanted, '/v1/checkout/sessions', params);
  }

  expire(id: string): Stripe.Checkout.Session {
    const session = this.retrieve(id);
    if (session.status === 'open') return this.#expire(session);
    const message = `Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of \`${String(session.status)}\`.`;
    throw refused(message);
  }

  /** @throws {StripeFailure} 402 where the card is declined; the page stays open then. */
  submit(id: string, card: string, keepsCard: boolean): Stripe.Checkout.Session {
    const session = this.retrieve(id);
    if (session.status !== 'open') throw refused('This page is no longer open.');
    const method = this.paymentMethods.get(card, 'payment_method');
    const returnUrl = `${this.account.url()}/c/pay/${id}/return`;
    if (session.mode === 'setup') {
      const intent = this.setupIntents.confirm(session.setup_intent as string, {
        payment_method: method.id,
        return_url: returnUrl,
      });
      return intent.status === 'succeeded' ? this.#complete(session, intent) : session;
    }
    const intent = this.#pay(session, method.id, keepsCard, returnUrl);
    const paying = this.retrieve(id);
    return intent.status === 'requires_action' ? paying : this.#complete(paying, intent);
  }

  /** The page that waits for this, if one does, goes on. */
  afterAuthentication(intent: Stripe.PaymentIntent | Stripe.SetupIntent): void {
    const session = this.account.books.sessions
      .all()
      .find((session) => session.payment_intent === intent.id || session.setup_intent === intent.id);
    if (session?.status === 'open' && intent.status === 'succeeded') this.#complete(session, intent);
  }

  /** Pays with the payment that an earlier try on the page has left, or a new one. */
  #pay(session: Stripe.Checkout.Session, method: string, keepsCard: boolean, returnUrl: string): Stripe.PaymentIntent {
    const data = this.account.books.sessionFacts.find(session.id)?.intentData ?? {};
    const usage = keepsCard ? 'off_session' : data.setup_future_usage;
    const intent =
      session.payment_intent === null
        ? this.paymentIntents.create({
            ...data,
            amount: session.amount_total as number,
            currency: session.currency as string,
            customer: (session.customer as string | null) ?? this.#customerFor(session),
            ...(usage !== undefined && { setup_future_usage: usage }),
          })
        : this.paymentIntents.retrieve(session.payment_intent as string);
    // Noted before the bank is asked: a decline ends this request, and the next try takes the same payment.
    this.#put(session, { payment_intent: intent.id, customer: intent.customer });
    const terms = { isOffSession: false, failsOnAction: false, returnUrl };
    return this.flow.confirm({ ...intent, payment_method: method, status: 'requires_confirmation' }, terms);
  }

  #complete(
    session: Stripe.Checkout.Session,
    intent: Stripe.PaymentIntent | Stripe.SetupIntent,
  ): Stripe.Checkout.Session {
    const paid = intent.status === 'succeeded' ? 'paid' : 'unpaid';
    const completed = this.#put(session, {
      customer: intent.customer,
      payment_status: session.mode === 'setup' ? 'no_payment_required' : paid,
      status: 'complete',
      url: null,
    });
    this.account.emit('checkout.session.completed', completed);
    return completed;
  }

  /** A session without a customer makes one where it was asked to, or where the card is to be kept. */
  #customerFor(session: Stripe.Checkout.Session): string | undefined {
    if (session.customer_creation !== 'always') return undefined;
    const customer: Stripe.Customer = {
      id: newId('cus'),
      object: 'customer',
      balance: 0,
      created: this.account.nowSeconds(),
      default_source: null,
      description: null,
      email: session.customer_email,
      invoice_settings: { custom_fields: null, default_payment_method: null, footer: null, rendering_options: null },
      livemode: false,
      metadata: {},
      shipping: null,
    };
    this.account.books.customers.put(customer);
    this.account.emit('customer.created', customer);
    return customer.id;
  }

  #newSetup(id: string, params: Stripe.Checkout.SessionCreateParams): Stripe.Checkout.Session {
    if (params.line_items !== undefined) {
      throw wrongParameter('line_items', 'You can not pass `line_items` in `setup` mode.');
    }
    if (params.allowed_payment_method_types === undefined && params.currency === undefined) throw missing('currency');
    const { metadata, description } = params.setup_intent_data ?? {};
    const setup = this.setupIntents.create({ customer: params.customer, usage: 'off_session', metadata, description });
    return newSession(this.#base(id, params), { setup_intent: setup.id, payment_status: 'no_payment_required' });
  }

  #newPayment(id: string, params: Stripe.Checkout.SessionCreateParams): Stripe.Checkout.Session {
    const items = params.line_items ?? [];
    if (items.length === 0) throw missing('line_items');
    const currency = checkCurrency(items[0]?.price_data?.currency as string);
    if (items.some((item) => item.price_data?.currency.toLowerCase() !== currency)) {
      throw wrongParameter('line_items', 'You can not use several currencies in one Checkout Session.');
    }
    const total = totalOf(items);
    checkAmount(total, currency);
    return newSession(this.#base(id, params), {
      amount_subtotal: total,
      amount_total: total,
      currency,
      payment_status: 'unpaid',
      total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
    });
  }

  #base(id: string, params: Stripe.Checkout.SessionCreateParams): Parameters<typeof newSession>[0] {
    const created = this.account.nowSeconds();
    return {
      id,
      created,
      url: `${this.account.url()}/c/pay/${id}`,
      expiresAt: params.expires_at ?? created + MOST_SECONDS,
      metadata: mergeMetadata({}, params.metadata),
      params,
    };
  }

  #expireInTime(session: Stripe.Checkout.Session): Stripe.Checkout.Session {
    const isOver = session.status === 'open' && session.expires_at <= this.account.nowSeconds();
    return isOver ? this.#expire(session) : session;
  }

  #expire(session: Stripe.Checkout.Session): Stripe.Checkout.Session {
    const expired = this.#put(session, { status: 'expired', url: null });
    this.account.emit('checkout.session.expired', expired);
    return expired;
  }

  #checkCustomer(id: string): void {
    const customer = this.account.books.customers.find(id);
    if (!customer || customer.deleted) throw noSuch('customer', id, 'customer');
  }

  #checkExpiry(expiresAt: number | undefined): void {
    if (expiresAt === undefined) return;
    const inSeconds = expiresAt - this.account.nowSeconds();
    if (inSeconds >= LEAST_SECONDS && inSeconds <= MOST_SECONDS) return;
    const message =
      'The `expires_at` timestamp must be at least 30 minutes and less than 24 hours from Checkout Session creation.';
    throw wrongParameter('expires_at', message);
  }

  #put(session: Stripe.Checkout.Session, change: Partial<Stripe.Checkout.Session>): Stripe.Checkout.Session {
    return this.account.books.sessions.put({ ...session, ...change });
  }
}

function missing(param: string): StripeFailure {
  return wrongParameter(param, `Missing required param: ${param}.`, 'parameter_missing');
}
