import { formatTimestamp } from '../../shared/clock.js';
import { DomainError, invalidField } from '../../shared/errors.js';
import type { Scope } from '../../shared/scope.js';
import type {
  AttachPaymentMethodRequest,
  BeginSetupRequest,
  ConfirmPaymentRequest,
  CreatePaymentOutcome,
  CreatePaymentRequest,
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
import type { BillingAddress, BillingRequest, BillingSystemApi } from './billing-system-api.js';
import type { BillingReply } from './classify-reply.js';
import { purchaseMetadata } from '../purchase-metadata.js';
import { readCard } from './read-card.js';
import type { JsonObject } from './read-json.js';
import { type LinkTerms, readCreated, readPayment, readRefund } from './read-payment.js';
import { readPaymentPage } from './read-payment-list.js';
import { readReturns } from './read-returns.js';

/** Name of the provider that asks the tenant's own billing system. */
export const WEBHOOK = 'webhook';

/** More would not fit into an answer. */
const MOST_ON_PAGE = 50;

/**
 * The tenant's own billing system, asked by signed requests. It keeps the cards and the payments; each request that takes
 * effect has an idempotency key, and every doubt is settled by reading the payment back.
 */
export class BillingSystemProvider implements PaymentProvider {
  readonly name = WEBHOOK;

  constructor(
    private readonly api: BillingSystemApi,
    private readonly scope: Scope,
    private readonly address: BillingAddress,
    private readonly terms: LinkTerms,
  ) {}

  async attachPaymentMethod({ customerId, token }: AttachPaymentMethodRequest): Promise<PaymentMethodDetails> {
    const reply = await this.#ask({ type: 'payment_method.attach', data: { customer_id: customerId, token } });
    if (reply.kind === 'invalid') throw invalidField('token', `is not taken: ${reply.reason}`);
    const card = reply.kind === 'answered' ? readCard(reply.answer, this.scope) : undefined;
    if (card) return card;
    const retryAfterSeconds = reply.kind === 'not_executed' ? reply.retryAfterSeconds : 5;
    const reason = reply.kind === 'answered' ? 'your billing system answered with no card' : reply.reason;
    throw new DomainError('unavailable', reason, { retryAfterSeconds });
  }

  async createPayment(request: CreatePaymentRequest, idempotencyKey: string): Promise<CreatePaymentOutcome> {
    const { topUpId, customerId, amountMinor, currency, purchase } = request;
    if (!Number.isSafeInteger(amountMinor) || amountMinor < 1) {
      return { kind: 'invalid', reason: 'the amount must be a whole number of minor units, 1 or more' };
    }
    const facts = purchase ? { purchase: purchaseMetadata(purchase) } : {};
    const data = { top_up_id: topUpId, customer_id: customerId, amount_minor: amountMinor, currency, ...facts };
    const reply = await this.#ask({ type: 'payment.create', data, idempotencyKey });
    return reply.kind === 'answered' ? readCreated(reply.answer, request) : reply;
  }

  confirmPayment({ paymentId, paymentMethodRef }: ConfirmPaymentRequest, key: string): Promise<PaymentOutcome> {
    const data = { payment_id: paymentId, payment_method_id: paymentMethodRef };
    return this.#outcome(paymentId, { type: 'payment.confirm', data, idempotencyKey: key });
  }

  retrievePayment(paymentId: string): Promise<PaymentOutcome> {
    return this.#outcome(paymentId, { type: 'payment.retrieve', data: { payment_id: paymentId } });
  }

  cancelPayment(paymentId: string, idempotencyKey: string): Promise<PaymentOutcome> {
    return this.#outcome(paymentId, { type: 'payment.cancel', data: { payment_id: paymentId }, idempotencyKey });
  }

  async refundPayment(request: RefundPaymentRequest, idempotencyKey: string): Promise<RefundOutcome> {
    const { paymentId, amountMinor, currency } = request;
    const data = { payment_id: paymentId, amount_minor: amountMinor ?? null, currency };
    const reply = await this.#ask({ type: 'payment.refund', data, idempotencyKey });
    if (reply.kind === 'answered') return readRefund(reply.answer);
    return reply.kind === 'invalid' ? { kind: 'refused', reason: reply.reason } : reply;
  }

  async readReturns(paymentId: string): Promise<PaymentReturns> {
    const answer = await this.#read({ type: 'payment.returns', data: { payment_id: paymentId } });
    return readReturns(answer, paymentId);
  }

  async listPayments(request: ListPaymentsRequest): Promise<PaymentPage> {
    const { from, to, after, limit } = request;
    const period = { from: formatTimestamp(from), to: formatTimestamp(to) };
    const data = { ...period, after, limit: Math.min(limit, MOST_ON_PAGE) };
    return readPaymentPage(await this.#read({ type: 'payment.list', data }), request);
  }

  beginSetup(_request: BeginSetupRequest, _idempotencyKey: string): Promise<SetupSession> {
    return Promise.reject(noSetup());
  }

  readSetup(_setupId: string): Promise<SetupOutcome> {
    return Promise.reject(noSetup());
  }

  async #outcome(paymentId: string, request: BillingRequest): Promise<PaymentOutcome> {
    const reply = await this.#ask(request);
    return reply.kind === 'answered' ? readPayment(reply.answer, paymentId, this.terms) : reply;
  }

  /**
   * An answer that moves no money.
   * @throws invalid_operation where the billing system does not know the question; unavailable
   */
  async #read(request: BillingRequest): Promise<JsonObject> {
    const reply = await this.#ask(request);
    if (reply.kind === 'answered') return reply.answer;
    if (reply.kind === 'invalid') {
      throw new DomainError('invalid_operation', `not offered: ${reply.reason}`, { code: 'not_offered' });
    }
    const retryAfterSeconds = reply.kind === 'not_executed' ? reply.retryAfterSeconds : 5;
    throw new DomainError('unavailable', reply.reason, { retryAfterSeconds });
  }

  #ask(request: BillingRequest): Promise<BillingReply> {
    return this.api.ask(this.scope, this.address, request);
  }
}

function noSetup(): DomainError {
  return new DomainError('invalid_operation', 'cards are saved by your own billing system: add one by its token');
}
