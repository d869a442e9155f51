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
import { readCard } from './read-card.js';
import { type LinkTerms, readCreated, readPayment, readRefund } from './read-payment.js';

/** Name of the provider that asks the tenant's own billing system. */
export const WEBHOOK = 'webhook';

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
    const { topUpId, customerId, amountMinor, currency } = request;
    if (!Number.isSafeInteger(amountMinor) || amountMinor < 1) {
      return { kind: 'invalid', reason: 'the amount must be a whole number of minor units, 1 or more' };
    }
    const data = { top_up_id: topUpId, customer_id: customerId, amount_minor: amountMinor, currency };
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

  /** Filled in by the protocol's `payment.returns`. */
  readReturns(_paymentId: string): Promise<PaymentReturns> {
    return Promise.resolve({ refunds: [], disputes: [] });
  }

  listPayments(_request: ListPaymentsRequest): Promise<PaymentPage> {
    return Promise.resolve({ payments: [], next: null });
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

  #ask(request: BillingRequest): Promise<BillingReply> {
    return this.api.ask(this.scope, this.address, request);
  }
}

function noSetup(): DomainError {
  return new DomainError('invalid_operation', 'cards are saved by your own billing system: add one by its token');
}
