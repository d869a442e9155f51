import { Logger } from '@nestjs/common';
import type { Stripe } from 'stripe';
import type {
  AttachPaymentMethodRequest,
  BeginCheckoutRequest,
  BeginSetupRequest,
  BrowserPayment,
  CheckoutBegun,
  CheckoutState,
  ConfirmPaymentRequest,
  CreatePaymentOutcome,
  CreatePaymentRequest,
  KeptCard,
  ListPaymentsRequest,
  PaymentMethodDetails,
  PaymentOutcome,
  PaymentPage,
  PaymentProvider,
  PaymentReturns,
  RefundOutcome,
  RefundPaymentRequest,
  SetupOutcome,
  SetupSession,
} from '../payment-provider.js';
import { DomainError } from '../../shared/errors.js';
import type { Scope } from '../../shared/scope.js';
import { classifyError, classifyIntent, isOurBug, type StripeErrorFacts } from './classify-stripe-answer.js';
import type { StripeApi } from './stripe-api.js';
import { toStripeAmount } from './stripe-amount.js';
import type { StripeCards } from './stripe-cards.js';
import { StripeCheckouts } from './stripe-checkouts.js';
import { hashOf, metadataOf, STRIPE, type StripeCustomers } from './stripe-customers.js';
import { listStripePayments } from './stripe-payment-list.js';
import { purchaseMetadata } from '../purchase-metadata.js';
import { StripeRefunds } from './stripe-refunds.js';
import { stripeRefusal } from './stripe-refusal.js';

const PAYMENT_ID = /^pi_[A-Za-z0-9_]{1,200}$/;

export interface StripeTerms {
  /** What follows the account's name on the card's statement; none if empty. */
  statementDescriptorSuffix: string;
  /** Whether Stripe mails receipts to the customer's address. */
  sendReceipts: boolean;
}

/**
 * Stripe, with the keys of one environment. A payment is a payment intent that is made unconfirmed and confirmed off
 * session, so that it fails rather than waits for a holder who isn't there. The parameters behind an idempotency key are
 * the same in every repeat, and in every version of this service: what may change between two goes by a request of its own.
 */
export class StripeProvider implements PaymentProvider {
  readonly name = STRIPE;
  readonly #logger = new Logger('Stripe');
  readonly #refunds: StripeRefunds;
  readonly #checkouts: StripeCheckouts;

  constructor(
    private readonly api: StripeApi,
    private readonly scope: Scope,
    private readonly terms: StripeTerms,
    private readonly customers: StripeCustomers,
    private readonly cards: StripeCards,
    private readonly publishableKey: string,
  ) {
    this.#refunds = new StripeRefunds(api);
    this.#checkouts = new StripeCheckouts(api, scope, customers);
  }

  async attachPaymentMethod(request: AttachPaymentMethodRequest): Promise<PaymentMethodDetails> {
    return this.#orRefusal('token', () => this.cards.attach(request));
  }

  async beginSetup(request: BeginSetupRequest, idempotencyKey: string): Promise<SetupSession> {
    return this.#orRefusal('setup', () => this.cards.beginSetup(request, idempotencyKey));
  }

  async readSetup(setupId: string): Promise<SetupOutcome> {
    return this.#orRefusal('setup_id', () => this.cards.readSetup(setupId));
  }

  async readCard(providerRef: string): Promise<KeptCard> {
    return this.#orRefusal('payment_method', () => this.cards.read(providerRef));
  }

  async openPayment(paymentId: string): Promise<BrowserPayment> {
    const { publishableKey } = this;
    const intent = await this.#orRefusal('payment_id', () =>
      this.api.call((stripe) => stripe.paymentIntents.retrieve(paymentId)),
    );
    if (!intent.client_secret) throw new DomainError('unavailable', 'Stripe does not say how to open the payment');
    return { publishableKey, clientSecret: intent.client_secret };
  }

  async beginCheckout(request: BeginCheckoutRequest, idempotencyKey: string): Promise<CheckoutBegun> {
    try {
      return await this.#checkouts.begin(request, idempotencyKey);
    } catch (error) {
      const outcome = this.#classify(error, idempotencyKey);
      return isCreateOutcome(outcome) ? outcome : { kind: 'unknown', reason: `Stripe answered with ${outcome.kind}` };
    }
  }

  readCheckout(checkoutId: string): Promise<CheckoutState> {
    return this.#checkoutState(() => this.#checkouts.read(checkoutId), '');
  }

  closeCheckout(checkoutId: string, idempotencyKey: string): Promise<CheckoutState> {
    return this.#checkoutState(() => this.#checkouts.close(checkoutId, idempotencyKey), idempotencyKey);
  }

  async listPayments(request: ListPaymentsRequest): Promise<PaymentPage> {
    return this.#orRefusal('period', () => listStripePayments(this.api, request));
  }

  async createPayment(request: CreatePaymentRequest, idempotencyKey: string): Promise<CreatePaymentOutcome> {
    const amount = toStripeAmount(request.amountMinor, request.currency);
    if (amount === undefined) {
      return {
        kind: 'invalid',
        reason: `Stripe cannot take ${request.amountMinor} minor units of ${request.currency}`,
      };
    }
    try {
      const intent = await this.#create(request, amount, idempotencyKey);
      if (!PAYMENT_ID.test(intent.id) || intent.amount !== amount || intent.currency !== request.currency) {
        return { kind: 'unknown', reason: 'Stripe answered with a payment that was not asked for' };
      }
      await this.#describe(intent.id, request.customerId, idempotencyKey);
      return { kind: 'created', paymentId: intent.id };
    } catch (error) {
      const outcome = this.#classify(error, idempotencyKey);
      return isCreateOutcome(outcome) ? outcome : { kind: 'unknown', reason: `Stripe answered with ${outcome.kind}` };
    }
  }

  confirmPayment({ paymentId, paymentMethodRef }: ConfirmPaymentRequest, key: string): Promise<PaymentOutcome> {
    return this.#outcome(paymentId, key, (stripe) =>
      stripe.paymentIntents.confirm(
        paymentId,
        { payment_method: paymentMethodRef, off_session: true, error_on_requires_action: true },
        { idempotencyKey: key },
      ),
    );
  }

  retrievePayment(paymentId: string): Promise<PaymentOutcome> {
    return this.#outcome(paymentId, '', (stripe) => stripe.paymentIntents.retrieve(paymentId));
  }

  cancelPayment(paymentId: string, idempotencyKey: string): Promise<PaymentOutcome> {
    return this.#outcome(paymentId, idempotencyKey, (stripe) =>
      stripe.paymentIntents.cancel(paymentId, { cancellation_reason: 'abandoned' }, { idempotencyKey }),
    );
  }

  async refundPayment(request: RefundPaymentRequest, idempotencyKey: string): Promise<RefundOutcome> {
    if (!PAYMENT_ID.test(request.paymentId)) return { kind: 'refused', reason: 'no such payment' };
    try {
      return await this.#refunds.refund(request, idempotencyKey);
    } catch (error) {
      const outcome = this.#classify(error, idempotencyKey);
      if (outcome.kind === 'not_executed' || outcome.kind === 'unknown') return outcome;
      if (outcome.kind === 'invalid' || outcome.kind === 'read_again') {
        return { kind: 'refused', reason: outcome.reason };
      }
      return { kind: 'unknown', reason: `Stripe answered with ${outcome.kind}` };
    }
  }

  async readReturns(paymentId: string): Promise<PaymentReturns> {
    if (!PAYMENT_ID.test(paymentId)) return { refunds: [], disputes: [] };
    return this.#orRefusal('payment_id', () => this.#refunds.readReturns(paymentId));
  }

  async #create(request: CreatePaymentRequest, amount: number, idempotencyKey: string): Promise<Stripe.PaymentIntent> {
    const { topUpId, customerId, currency, purchase } = request;
    const customer = await this.customers.refOf(customerId);
    const facts = purchase ? purchaseMetadata(purchase) : {};
    const metadata = { top_up_id: topUpId, customer_id: customerId, ...metadataOf(this.scope), ...facts };
    return this.api.call((stripe) =>
      stripe.paymentIntents.create(
        { amount, currency, customer, allowed_payment_method_types: ['card'], metadata },
        { idempotencyKey },
      ),
    );
  }

  /**
   * What may have changed since the payment was made: under the key of its making it would be another request. An address
   * that Stripe does not take must not keep the card from being charged.
   */
  async #describe(paymentId: string, customerId: string, idempotencyKey: string): Promise<void> {
    const { statementDescriptorSuffix: suffix, sendReceipts } = this.terms;
    const email = sendReceipts ? (await this.customers.describe(customerId))?.email : undefined;
    const details = {
      ...(suffix ? { statement_descriptor_suffix: suffix } : {}),
      ...(email ? { receipt_email: email } : {}),
    };
    if (Object.keys(details).length === 0) return;
    const key = `${idempotencyKey}:${hashOf(details)}`;
    try {
      await this.api.call((stripe) => stripe.paymentIntents.update(paymentId, details, { idempotencyKey: key }));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#logger.warn({ msg: 'a payment has no receipt or statement of its own', paymentId, reason });
    }
  }

  async #checkoutState(work: () => Promise<CheckoutState>, idempotencyKey: string): Promise<CheckoutState> {
    try {
      return await work();
    } catch (error) {
      const outcome = this.#classify(error, idempotencyKey);
      if (outcome.kind === 'not_executed' || outcome.kind === 'unknown') return outcome;
      return { kind: 'unknown', reason: `Stripe answered with ${outcome.kind}` };
    }
  }

  async #outcome(
    paymentId: string,
    idempotencyKey: string,
    request: (stripe: Stripe) => Promise<Stripe.PaymentIntent>,
  ): Promise<PaymentOutcome> {
    if (!PAYMENT_ID.test(paymentId)) return { kind: 'invalid', reason: `no such payment: ${paymentId}` };
    try {
      return outcomeOf(paymentId, await this.api.call(request));
    } catch (error) {
      const outcome = this.#classify(error, idempotencyKey);
      // Read anew, not from the error: under its key that is kept for a day, as old as it may be by then.
      return outcome.kind === 'read_again' ? this.#readAgain(paymentId) : outcome;
    }
  }

  async #readAgain(paymentId: string): Promise<PaymentOutcome> {
    try {
      return outcomeOf(paymentId, await this.api.call((stripe) => stripe.paymentIntents.retrieve(paymentId)));
    } catch (error) {
      const outcome = this.#classify(error, '');
      return outcome.kind === 'read_again' ? { kind: 'unknown', reason: outcome.reason } : outcome;
    }
  }

  #classify(error: unknown, idempotencyKey: string) {
    const facts = error as StripeErrorFacts;
    if (isOurBug(facts)) this.#logger.error({ msg: 'an idempotency key was used for two requests', idempotencyKey });
    return classifyError(facts);
  }

  async #orRefusal<Answer>(field: string, work: () => Promise<Answer>): Promise<Answer> {
    try {
      return await work();
    } catch (error) {
      throw stripeRefusal(error, field);
    }
  }
}

function outcomeOf(paymentId: string, intent: Stripe.PaymentIntent): PaymentOutcome {
  if (intent.id !== paymentId) return { kind: 'unknown', reason: 'Stripe answered with another payment' };
  return classifyIntent(intent);
}

function isCreateOutcome(outcome: { kind: string }): outcome is CreatePaymentOutcome {
  return outcome.kind === 'not_executed' || outcome.kind === 'unknown' || outcome.kind === 'invalid';
}
