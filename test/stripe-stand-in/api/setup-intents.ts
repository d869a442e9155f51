import type { Stripe } from 'stripe';
import { newId, randomText } from '../books/ids.js';
import { noSuch, refused, StripeFailure } from '../wire/stripe-failure.js';
import type { Account } from './account.js';
import { declineError } from './decline.js';
import { mergeMetadata } from './metadata.js';
import { pageOf } from './page.js';
import type { PaymentMethods } from './payment-methods.js';

const OPEN = ['requires_payment_method', 'requires_confirmation', 'requires_action'];

/** SetupIntents: cards made ready to be charged while the customer is away. */
export class SetupIntents {
  constructor(
    private readonly account: Account,
    private readonly paymentMethods: PaymentMethods,
  ) {}

  create(params: Stripe.SetupIntentCreateParams): Stripe.SetupIntent {
    if (params.customer !== undefined) this.#checkCustomer(params.customer);
    const intent = this.account.books.setupIntents.put(this.#new(params));
    this.account.emit('setup_intent.created', intent);
    return params.confirm ? this.#confirm(intent, params.return_url) : intent;
  }

  retrieve(id: string, clientSecret?: string): Stripe.SetupIntent {
    const intent = this.account.books.setupIntents.find(id);
    if (!intent || (this.account.caller?.isBrowser && intent.client_secret !== clientSecret)) {
      throw noSuch('setupintent', id);
    }
    return intent;
  }

  confirm(id: string, params: Stripe.SetupIntentConfirmParams & { client_secret?: string }): Stripe.SetupIntent {
    const intent = this.retrieve(id, params.client_secret);
    checkState(intent, OPEN, 'confirm');
    const method = params.payment_method && this.paymentMethods.get(params.payment_method, 'payment_method').id;
    return this.#confirm({ ...intent, payment_method: method ?? intent.payment_method }, params.return_url);
  }

  /** The customer answered the bank, on a page of ours or by script. */
  authenticate(id: string, succeeds: boolean): Stripe.SetupIntent {
    const intent = this.retrieve(id);
    checkState(intent, ['requires_action'], 'authenticate');
    if (succeeds) return this.#succeed(intent);
    const message = 'The provided PaymentMethod has failed authentication.';
    return this.#fail(intent, {
      type: 'invalid_request_error',
      code: 'setup_intent_authentication_failure',
      message,
    });
  }

  cancel(id: string, params: Stripe.SetupIntentCancelParams): Stripe.SetupIntent {
    const intent = this.retrieve(id);
    checkState(intent, OPEN, 'cancel');
    const reason = params.cancellation_reason ?? null;
    const canceled = this.#put(intent, { cancellation_reason: reason, next_action: null, status: 'canceled' });
    this.account.emit('setup_intent.canceled', canceled);
    return canceled;
  }

  list(params: Stripe.SetupIntentListParams): Stripe.ApiList<Stripe.SetupIntent> {
    const wanted = this.account.books.setupIntents
      .all()
      .filter(({ customer }) => params.customer === undefined || customer === params.customer)
      .filter(({ payment_method: id }) => params.payment_method === undefined || id === params.payment_method);
    return pageOf(wanted, '/v1/setup_intents', params);
  }

  #confirm(intent: Stripe.SetupIntent, returnUrl: string | undefined): Stripe.SetupIntent {
    if (intent.payment_method === null) {
      const message = "You cannot confirm this SetupIntent because it's missing a payment method.";
      throw refused(message, 'setup_intent_unexpected_state', { setup_intent: intent });
    }
    const method = this.paymentMethods.get(intent.payment_method as string, 'payment_method');
    this.paymentMethods.checkUsable(method);
    const card = this.paymentMethods.testCard(method.id);
    if (card.outcome.kind === 'decline' && !card.savable) {
      const error = declineError(card.outcome);
      const failed = this.#fail(intent, error);
      throw new StripeFailure(402, { ...error, setup_intent: failed, payment_method: method });
    }
    return card.setup === 'authenticate' ? this.#askCustomer(intent, returnUrl) : this.#succeed(intent);
  }

  #succeed(intent: Stripe.SetupIntent): Stripe.SetupIntent {
    const method = this.paymentMethods.get(intent.payment_method as string);
    this.paymentMethods.know(method.id, { isSetUp: intent.usage === 'off_session' });
    if (intent.customer !== null) this.paymentMethods.attachTo(method, intent.customer as string);
    const succeeded = this.#put(intent, { last_setup_error: null, next_action: null, status: 'succeeded' });
    this.account.emit('setup_intent.succeeded', succeeded);
    return succeeded;
  }

  #fail(intent: Stripe.SetupIntent, error: Stripe.SetupIntent.LastSetupError): Stripe.SetupIntent {
    const failed = this.#put(intent, {
      last_setup_error: error,
      next_action: null,
      payment_method: null,
      status: 'requires_payment_method',
    });
    this.account.emit('setup_intent.setup_failed', failed);
    return failed;
  }

  #askCustomer(intent: Stripe.SetupIntent, returnUrl: string | undefined): Stripe.SetupIntent {
    const url = `${this.account.url()}/authenticate/${intent.id}?client_secret=${String(intent.client_secret)}`;
    const waiting = this.#put(intent, {
      next_action:
        returnUrl === undefined
          ? { type: 'use_stripe_sdk', use_stripe_sdk: { type: 'three_d_secure_redirect', stripe_js: url } }
          : {
              type: 'redirect_to_url',
              redirect_to_url: { url: `${url}&return_url=${encodeURIComponent(returnUrl)}`, return_url: returnUrl },
            },
      status: 'requires_action',
    });
    this.account.emit('setup_intent.requires_action', waiting);
    return waiting;
  }

  #checkCustomer(id: string): void {
    const customer = this.account.books.customers.find(id);
    if (!customer || customer.deleted) throw noSuch('customer', id, 'customer');
  }

  #put(intent: Stripe.SetupIntent, change: Partial<Stripe.SetupIntent>): Stripe.SetupIntent {
    return this.account.books.setupIntents.put({ ...intent, ...change });
  }

  #new(params: Stripe.SetupIntentCreateParams): Stripe.SetupIntent {
    const id = newId('seti');
    const method = params.payment_method && this.paymentMethods.get(params.payment_method, 'payment_method').id;
    return {
      id,
      object: 'setup_intent',
      allowed_payment_method_types: params.allowed_payment_method_types ?? null,
      application: null,
      automatic_payment_methods: null,
      cancellation_reason: null,
      client_secret: `${id}_secret_${randomText(24)}`,
      created: this.account.nowSeconds(),
      customer: params.customer ?? null,
      customer_account: null,
      description: params.description ?? null,
      excluded_payment_method_types: null,
      flow_directions: null,
      last_setup_error: null,
      latest_attempt: null,
      livemode: false,
      mandate: null,
      metadata: mergeMetadata({}, params.metadata),
      next_action: null,
      on_behalf_of: null,
      payment_method: method ?? null,
      payment_method_configuration_details: null,
      payment_method_options: null,
      payment_method_types: ['card'],
      single_use_mandate: null,
      status: method === undefined ? 'requires_payment_method' : 'requires_confirmation',
      usage: params.usage ?? 'off_session',
    };
  }
}

/** @throws {StripeFailure} 400 `setup_intent_unexpected_state`, with the SetupIntent as it is. */
function checkState(intent: Stripe.SetupIntent, allowed: readonly string[], verb: string): void {
  if (allowed.includes(intent.status)) return;
  const message = `You cannot ${verb} this SetupIntent because it has a status of ${intent.status}.`;
  throw refused(message, 'setup_intent_unexpected_state', { setup_intent: intent });
}
