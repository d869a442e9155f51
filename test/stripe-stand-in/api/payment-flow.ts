import type { Stripe } from 'stripe';
import type { CardOutcome } from '../books/test-cards.js';
import { noSuch, refused, StripeFailure } from '../wire/stripe-failure.js';
import type { Account } from './account.js';
import type { Charging } from './charging.js';
import { idOf } from './id-of.js';
import { type Decline, declineError, EXPIRED, NEEDS_CUSTOMER } from './decline.js';
import type { Disputes } from './disputes.js';
import type { PaymentMethods } from './payment-methods.js';

export interface ConfirmTerms {
  isOffSession: boolean;
  failsOnAction: boolean;
  returnUrl?: string;
}

const CONFIRMABLE = ['requires_payment_method', 'requires_confirmation', 'requires_action'];
const CANCELABLE = ['requires_payment_method', 'requires_capture', 'requires_confirmation', 'requires_action'];

/** The states of a payment, and what moves it from one to the next: requests, the customer's bank, and time. */
export class PaymentFlow {
  constructor(
    private readonly account: Account,
    private readonly paymentMethods: PaymentMethods,
    private readonly charging: Charging,
    private readonly disputes: Disputes,
  ) {}

  /** @throws {StripeFailure} 402 where the card was declined; the payment then waits for another card. */
  confirm(intent: Stripe.PaymentIntent, terms: ConfirmTerms): Stripe.PaymentIntent {
    const method = this.#methodOf(intent);
    const outcome = this.#outcome(intent, method);
    return this.#act(intent, method, outcome, terms);
  }

  /** The customer answered the bank, on a page of ours or by script. */
  authenticate(id: string, succeeds: boolean): Stripe.PaymentIntent {
    const intent = this.#get(id);
    checkState(intent, ['requires_action'], 'authenticate');
    const method = this.#methodOf(intent);
    if (!succeeds) return this.#failAuthentication(intent, method);
    this.#markSetUp(intent, method);
    const { outcome } = this.paymentMethods.testCard(method.id);
    const then = outcome.kind === 'authenticate' ? outcome.andThen : undefined;
    return then?.kind === 'decline' ? this.#decline(intent, method, then) : this.#succeed(intent, method, true);
  }

  /** Ends `processing`. */
  settle(id: string, as: 'failed' | 'succeeded'): Stripe.PaymentIntent {
    const intent = this.#get(id);
    checkState(intent, ['processing'], 'settle');
    const method = this.#methodOf(intent);
    if (as === 'succeeded') return this.#succeed(intent, method, false);
    return this.#decline(intent, method, { kind: 'decline', code: 'card_declined', declineCode: 'generic_decline' });
  }

  cancel(intent: Stripe.PaymentIntent, reason: string | null): Stripe.PaymentIntent {
    // Stripe cancels some payments that are processing, "in rare cases": never here, the harder case for a client.
    checkState(intent, CANCELABLE, 'cancel');
    const canceled = this.#put(intent, {
      canceled_at: this.account.nowSeconds(),
      cancellation_reason: reason,
      next_action: null,
      status: 'canceled',
    });
    this.account.emit('payment_intent.canceled', canceled);
    return canceled;
  }

  #act(
    intent: Stripe.PaymentIntent,
    method: Stripe.PaymentMethod,
    outcome: CardOutcome,
    terms: ConfirmTerms,
  ): Stripe.PaymentIntent {
    switch (outcome.kind) {
      case 'succeed':
        this.#markSetUp(intent, method);
        return this.#succeed(intent, method, false);
      case 'decline':
        throw this.#declined(intent, method, outcome);
      case 'authenticate':
        if (outcome.unlessSetUp && terms.isOffSession && this.paymentMethods.facts(method.id).isSetUp) {
          return this.#succeed(intent, method, false);
        }
        if (terms.isOffSession || terms.failsOnAction) throw this.#declined(intent, method, NEEDS_CUSTOMER);
        return this.#askCustomer(intent, terms);
      case 'processing':
        return this.#process(intent, outcome);
    }
  }

  /** @throws {StripeFailure} 400 where there is no card, or one that may not be used for this payment. */
  #methodOf(intent: Stripe.PaymentIntent): Stripe.PaymentMethod {
    if (intent.payment_method === null) {
      const message =
        'You cannot confirm this PaymentIntent because it’s missing a payment method. You can either update the PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment method or ConfirmationToken.';
      throw refused(message, 'payment_intent_unexpected_state', { payment_intent: intent });
    }
    const method = this.paymentMethods.get(intent.payment_method as string, 'payment_method');
    this.paymentMethods.checkUsable(method);
    if (method.customer !== null && method.customer !== intent.customer) {
      const message =
        intent.customer === null
          ? `The PaymentMethod ${method.id} belongs to a customer. Please include the customer in the \`customer\` parameter on the PaymentIntent.`
          : `The PaymentMethod ${method.id} does not belong to the Customer you supplied ${idOf(intent.customer)}.`;
      throw refused(message, undefined, { param: 'payment_method' });
    }
    return method;
  }

  #outcome(intent: Stripe.PaymentIntent, method: Stripe.PaymentMethod): CardOutcome {
    const scripted = this.account.outcomes.take({
      paymentMethod: method.id,
      customer: intent.customer as string | null,
      paymentIntent: intent.id,
    });
    if (scripted) return scripted;
    return this.#isExpired(method) ? EXPIRED : this.paymentMethods.testCard(method.id).outcome;
  }

  #isExpired({ card }: Stripe.PaymentMethod): boolean {
    const now = new Date(this.account.nowMs());
    return (
      card !== undefined && card.exp_year * 12 + card.exp_month < now.getUTCFullYear() * 12 + now.getUTCMonth() + 1
    );
  }

  #succeed(intent: Stripe.PaymentIntent, method: Stripe.PaymentMethod, isAuthenticated: boolean): Stripe.PaymentIntent {
    const charge = this.charging.succeed(intent, method, isAuthenticated);
    this.#keepCard(intent, method);
    const succeeded = this.#put(intent, {
      amount_received: intent.amount,
      last_payment_error: null,
      latest_charge: charge.id,
      next_action: null,
      status: 'succeeded',
    });
    this.account.emit('payment_intent.succeeded', succeeded);
    const { afterwards } = this.paymentMethods.testCard(method.id);
    if (afterwards === 'dispute') this.disputes.open(charge.id);
    if (afterwards === 'dispute_inquiry') this.disputes.open(charge.id, { isInquiry: true });
    return succeeded;
  }

  /** A card used with `setup_future_usage` stays with the customer; one used without a customer is spent. */
  #keepCard(intent: Stripe.PaymentIntent, method: Stripe.PaymentMethod): void {
    if (method.customer !== null) return;
    if (intent.customer !== null && intent.setup_future_usage !== null) {
      this.paymentMethods.attachTo(method, intent.customer as string);
    } else {
      this.paymentMethods.know(method.id, { isSpent: true });
    }
  }

  #markSetUp(intent: Stripe.PaymentIntent, method: Stripe.PaymentMethod): void {
    if (intent.setup_future_usage === 'off_session') this.paymentMethods.know(method.id, { isSetUp: true });
  }

  #declined(intent: Stripe.PaymentIntent, method: Stripe.PaymentMethod, decline: Decline): StripeFailure {
    const after = this.#decline(intent, method, decline);
    return new StripeFailure(402, {
      ...declineError(decline),
      charge: after.latest_charge as string,
      payment_intent: after,
      payment_method: method,
    });
  }

  #decline(intent: Stripe.PaymentIntent, method: Stripe.PaymentMethod, decline: Decline): Stripe.PaymentIntent {
    const charge = this.charging.fail(intent, method, decline);
    const after = this.#put(intent, {
      last_payment_error: {
        ...declineError(decline),
        charge: charge.id,
        payment_method: method,
      },
      latest_charge: charge.id,
      next_action: null,
      payment_method: null,
      status: 'requires_payment_method',
    });
    this.account.emit('payment_intent.payment_failed', after);
    return after;
  }

  #failAuthentication(intent: Stripe.PaymentIntent, method: Stripe.PaymentMethod): Stripe.PaymentIntent {
    const message =
      'The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new PaymentMethod to attempt to fulfill this PaymentIntent again.';
    const after = this.#put(intent, {
      last_payment_error: {
        code: 'payment_intent_authentication_failure',
        message,
        payment_method: method,
        type: 'invalid_request_error',
      },
      next_action: null,
      payment_method: null,
      status: 'requires_payment_method',
    });
    this.account.emit('payment_intent.payment_failed', after);
    return after;
  }

  #askCustomer(intent: Stripe.PaymentIntent, { returnUrl }: ConfirmTerms): Stripe.PaymentIntent {
    const url = `${this.account.url()}/authenticate/${intent.id}?client_secret=${String(intent.client_secret)}`;
    const waiting = this.#put(intent, {
      last_payment_error: null,
      next_action:
        returnUrl === undefined
          ? { type: 'use_stripe_sdk', use_stripe_sdk: { type: 'three_d_secure_redirect', stripe_js: url } }
          : {
              type: 'redirect_to_url',
              redirect_to_url: { url: `${url}&return_url=${encodeURIComponent(returnUrl)}`, return_url: returnUrl },
            },
      status: 'requires_action',
    });
    this.account.emit('payment_intent.requires_action', waiting);
    return waiting;
  }

  #process(intent: Stripe.PaymentIntent, outcome: Extract<CardOutcome, { kind: 'processing' }>): Stripe.PaymentIntent {
    const processing = this.#put(intent, { last_payment_error: null, next_action: null, status: 'processing' });
    this.account.emit('payment_intent.processing', processing);
    const { afterMs, endsAs } = outcome;
    if (afterMs !== undefined) {
      this.account.later(afterMs, () => {
        if (this.#get(intent.id).status === 'processing') this.settle(intent.id, endsAs);
      });
    }
    return processing;
  }

  #put(intent: Stripe.PaymentIntent, change: Partial<Stripe.PaymentIntent>): Stripe.PaymentIntent {
    return this.account.books.paymentIntents.put({ ...intent, ...change });
  }

  #get(id: string): Stripe.PaymentIntent {
    const intent = this.account.books.paymentIntents.find(id);
    if (!intent) throw noSuch('payment_intent', id);
    return intent;
  }
}

/** @throws {StripeFailure} 400 `payment_intent_unexpected_state` for a payment that has ended or is under way. */
export function checkConfirmable(intent: Stripe.PaymentIntent): void {
  checkState(intent, CONFIRMABLE, 'confirm');
}

/** @throws {StripeFailure} 400 `payment_intent_unexpected_state`, with the payment as it is. */
function checkState(intent: Stripe.PaymentIntent, allowed: readonly string[], verb: string): void {
  if (allowed.includes(intent.status)) return;
  const message = `You cannot ${verb} this PaymentIntent because it has a status of ${intent.status}. Only a PaymentIntent with one of the following statuses may be used here: ${allowed.join(', ')}.`;
  throw refused(message, 'payment_intent_unexpected_state', { payment_intent: intent });
}
