import type { Stripe } from 'stripe';
import { checkAmount, checkCurrency } from '../books/currencies.js';
import { newId, randomText } from '../books/ids.js';
import { noSuch, refused, wrongParameter } from '../wire/stripe-failure.js';
import type { Account } from './account.js';
import { mergeMetadata } from './metadata.js';
import { pageOf } from './page.js';
import { checkConfirmable, type ConfirmTerms, type PaymentFlow } from './payment-flow.js';
import type { PaymentMethods } from './payment-methods.js';

const SUFFIX_FORM = /^(?=.*[A-Za-z])[^<>\\'"*]{1,22}$/;

/** PaymentIntents, as requests see them. */
export class PaymentIntents {
  constructor(
    private readonly account: Account,
    private readonly paymentMethods: PaymentMethods,
    private readonly flow: PaymentFlow,
  ) {}

  create(params: Stripe.PaymentIntentCreateParams): Stripe.PaymentIntent {
    const currency = checkCurrency(params.currency);
    checkAmount(params.amount, currency);
    checkSuffix(params.statement_descriptor_suffix);
    if (!params.confirm && params.off_session !== undefined) {
      throw wrongParameter('off_session', 'You can only set `off_session` when `confirm` is true.');
    }
    this.#checkCustomer(params.customer);
    const intent = this.account.books.paymentIntents.put(this.#new(params, currency));
    this.account.emit('payment_intent.created', intent);
    return params.confirm ? this.flow.confirm(intent, this.#terms(intent, params)) : intent;
  }

  /** @param clientSecret given by browsers, which see only what they have the secret of. */
  retrieve(id: string, clientSecret?: string): Stripe.PaymentIntent {
    const intent = this.account.books.paymentIntents.find(id);
    if (!intent || (this.account.caller?.isBrowser && intent.client_secret !== clientSecret)) {
      throw noSuch('payment_intent', id);
    }
    return intent;
  }

  update(id: string, params: Stripe.PaymentIntentUpdateParams): Stripe.PaymentIntent {
    const before = this.retrieve(id);
    const { amount, currency, metadata, payment_method: method, ...changes } = params;
    if (['succeeded', 'canceled', 'processing'].includes(before.status) && (amount ?? currency ?? method)) {
      const message = `This PaymentIntent could not be updated because it has a status of ${before.status}.`;
      throw refused(message, 'payment_intent_unexpected_state', { payment_intent: before });
    }
    checkSuffix(changes.statement_descriptor_suffix);
    this.#checkCustomer(changes.customer);
    const changed = {
      ...before,
      ...(changes as Partial<Stripe.PaymentIntent>),
      currency: currency === undefined ? before.currency : checkCurrency(currency),
      amount: amount ?? before.amount,
      metadata: mergeMetadata(before.metadata, metadata),
      ...this.#withMethod(before, method),
    };
    checkAmount(changed.amount, changed.currency);
    return this.account.books.paymentIntents.put(changed);
  }

  confirm(id: string, params: Stripe.PaymentIntentConfirmParams & { client_secret?: string }): Stripe.PaymentIntent {
    const before = this.retrieve(id, params.client_secret);
    checkConfirmable(before);
    const intent: Stripe.PaymentIntent = {
      ...before,
      ...(params.receipt_email !== undefined && { receipt_email: params.receipt_email }),
      ...(params.setup_future_usage !== undefined && {
        setup_future_usage: params.setup_future_usage,
      }),
      ...this.#withMethod(before, params.payment_method),
    };
    if (params.amount_to_confirm !== undefined && params.amount_to_confirm !== intent.amount) {
      const message = `The amount to confirm (${params.amount_to_confirm}) does not match the amount of the PaymentIntent (${intent.amount}).`;
      throw refused(message, undefined, { param: 'amount_to_confirm' });
    }
    return this.flow.confirm(intent, this.#terms(intent, params));
  }

  cancel(id: string, params: Stripe.PaymentIntentCancelParams): Stripe.PaymentIntent {
    const intent = this.retrieve(id);
    const owner = this.account.books.sessions.all().find((session) => session.payment_intent === id);
    if (owner) {
      const message = 'You cannot cancel the PaymentIntent of a Checkout Session. Expire the Checkout Session instead.';
      throw refused(message, undefined, { payment_intent: intent });
    }
    return this.flow.cancel(intent, params.cancellation_reason ?? null);
  }

  list(params: Stripe.PaymentIntentListParams): Stripe.ApiList<Stripe.PaymentIntent> {
    const all = this.account.books.paymentIntents.all();
    const wanted = params.customer === undefined ? all : all.filter(({ customer }) => customer === params.customer);
    return pageOf(wanted, '/v1/payment_intents', params);
  }

  #withMethod(
    intent: Stripe.PaymentIntent,
    wanted: string | undefined,
  ): Pick<Stripe.PaymentIntent, 'payment_method' | 'status'> | undefined {
    if (wanted === undefined) return undefined;
    const method = this.paymentMethods.get(wanted, 'payment_method');
    const { status } = intent;
    return {
      payment_method: method.id,
      status: status === 'requires_payment_method' ? 'requires_confirmation' : status,
    };
  }

  #terms(
    intent: Stripe.PaymentIntent,
    params: Stripe.PaymentIntentCreateParams | Stripe.PaymentIntentConfirmParams,
  ): ConfirmTerms {
    const isOffSession = params.off_session !== undefined && params.off_session !== false;
    checkDescriptor(intent);
    if (!isOffSession) this.#checkReturnUrl(intent, params.return_url);
    return { isOffSession, failsOnAction: params.error_on_requires_action === true, returnUrl: params.return_url };
  }

  /** Asked of servers that confirm while the customer is there and have not said that nothing may redirect. */
  #checkReturnUrl(intent: Stripe.PaymentIntent, returnUrl: string | undefined): void {
    const methods = intent.automatic_payment_methods;
    const mayRedirect = methods?.enabled === true && methods.allow_redirects !== 'never';
    if (!mayRedirect || returnUrl !== undefined || this.account.caller?.isBrowser !== false) return;
    const message =
      'This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of these payment methods might redirect your customer off of your page, you must provide a `return_url`. If you don’t want to accept redirect-based payment methods, set `automatic_payment_methods[enabled]` to `true` and `automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and Payment Intents.';
    throw refused(message, undefined, { payment_intent: intent });
  }

  #checkCustomer(id: string | undefined): void {
    if (id === undefined) return;
    const customer = this.account.books.customers.find(id);
    if (!customer || customer.deleted) throw noSuch('customer', id, 'customer');
  }

  #new(params: Stripe.PaymentIntentCreateParams, currency: string): Stripe.PaymentIntent {
    const id = newId('pi');
    const isCardOnly = params.allowed_payment_method_types !== undefined;
    const method = params.payment_method && this.paymentMethods.get(params.payment_method, 'payment_method').id;
    return {
      id,
      object: 'payment_intent',
      allowed_payment_method_types: params.allowed_payment_method_types ?? null,
      amount: params.amount,
      amount_capturable: 0,
      amount_received: 0,
      application: null,
      application_fee_amount: null,
      automatic_payment_methods: isCardOnly
        ? null
        : {
            enabled: params.automatic_payment_methods?.enabled ?? true,
            allow_redirects: params.automatic_payment_methods?.allow_redirects ?? 'always',
          },
      canceled_at: null,
      cancellation_reason: null,
      capture_method: params.capture_method ?? 'automatic_async',
      client_secret: `${id}_secret_${randomText(24)}`,
      confirmation_method: params.confirmation_method ?? 'automatic',
      created: this.account.nowSeconds(),
      currency,
      customer: params.customer ?? null,
      customer_account: null,
      description: params.description ?? null,
      excluded_payment_method_types: null,
      last_payment_error: null,
      latest_charge: null,
      livemode: false,
      managed_payments: null,
      metadata: mergeMetadata({}, params.metadata),
      next_action: null,
      on_behalf_of: null,
      payment_method: method ?? null,
      payment_method_configuration_details: null,
      payment_method_options: null,
      payment_method_types: ['card'],
      payment_record: null,
      processing: null,
      receipt_email: params.receipt_email ?? null,
      review: null,
      setup_future_usage: params.setup_future_usage ?? null,
      shipping: null,
      source: null,
      statement_descriptor: params.statement_descriptor ?? null,
      statement_descriptor_suffix: params.statement_descriptor_suffix ?? null,
      status: method === undefined ? 'requires_payment_method' : 'requires_confirmation',
      transfer_group: null,
    };
  }
}

/** Cards take the suffix only: documented on the parameter. */
function checkDescriptor(intent: Stripe.PaymentIntent): void {
  if (intent.statement_descriptor === null) return;
  const message =
    'The `statement_descriptor` parameter is not supported for card charges. Use `statement_descriptor_suffix` instead.';
  throw refused(message, undefined, { param: 'statement_descriptor' });
}

function checkSuffix(suffix: string | undefined): void {
  if (suffix === undefined || SUFFIX_FORM.test(suffix)) return;
  const message =
    'The statement descriptor suffix must have 1 to 22 characters, at least one letter, and none of < > \\ \' " *.';
  throw wrongParameter('statement_descriptor_suffix', message);
}
