import type { Stripe } from 'stripe';
import type { RefundOutcome, RefundPaymentRequest } from '../payment-provider.js';
import type { StripeErrorFacts } from './classify-stripe-answer.js';
import { toStripeAmount } from './stripe-amount.js';
import type { StripeApi } from './stripe-api.js';

const KEY = 'refund_key';
/** More refunds than that of one payment are no work of ours. */
const LIST_LIMIT = 100;

/** Money that goes back, once for each key: also after the day for which Stripe remembers keys. */
export class StripeRefunds {
  constructor(private readonly api: StripeApi) {}

  /** @throws the package's errors */
  async refund(request: RefundPaymentRequest, idempotencyKey: string): Promise<RefundOutcome> {
    const { paymentId, amountMinor, currency } = request;
    const amount = amountMinor === undefined ? undefined : toStripeAmount(amountMinor, currency);
    if (amountMinor !== undefined && amount === undefined) {
      return { kind: 'refused', reason: `Stripe cannot return ${amountMinor} minor units of ${currency}` };
    }
    const before = await this.#find(paymentId, idempotencyKey);
    if (before) return outcomeOf(before);
    try {
      const parameters = { payment_intent: paymentId, metadata: { [KEY]: idempotencyKey } };
      const refund = await this.api.call((stripe) =>
        stripe.refunds.create({ ...parameters, ...(amount === undefined ? {} : { amount }) }, { idempotencyKey }),
      );
      return outcomeOf(refund);
    } catch (error) {
      // All of it was asked for, and all of it is back.
      if (amount === undefined && (error as StripeErrorFacts).code === 'charge_already_refunded') {
        return { kind: 'refunded' };
      }
      throw error;
    }
  }

  async #find(paymentId: string, key: string): Promise<Stripe.Refund | undefined> {
    const { data } = await this.api.call((stripe) =>
      stripe.refunds.list({ payment_intent: paymentId, limit: LIST_LIMIT }),
    );
    return data.find(({ metadata }) => metadata?.[KEY] === key);
  }
}

function outcomeOf({ status, failure_reason: reason }: Stripe.Refund): RefundOutcome {
  if (status === 'succeeded') return { kind: 'refunded' };
  if (status === 'failed' || status === 'canceled') {
    return {
      kind: 'refused',
      reason: `the refund has ${status === 'failed' ? 'failed' : 'been canceled'}: ${reason ?? ''}`,
    };
  }
  return { kind: 'unknown', reason: `the refund is ${status}` };
}
