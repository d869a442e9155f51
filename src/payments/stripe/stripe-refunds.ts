import type { Stripe } from 'stripe';
import type {
  PaymentReturns,
  ProviderDispute,
  ProviderRefund,
  RefundOutcome,
  RefundPaymentRequest,
} from '../payment-provider.js';
import type { StripeErrorFacts } from './classify-stripe-answer.js';
import { fromStripeAmount, toStripeAmount } from './stripe-amount.js';
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

  /** @throws the package's errors */
  async readReturns(paymentId: string): Promise<PaymentReturns> {
    const of = { payment_intent: paymentId, limit: LIST_LIMIT };
    const refunds = await this.api.call((stripe) => stripe.refunds.list(of));
    const disputes = await this.api.call((stripe) => stripe.disputes.list(of));
    return {
      refunds: refunds.data.map((refund) => listedRefund(refund)),
      disputes: disputes.data.map((dispute) => listedDispute(dispute)),
    };
  }

  async #find(paymentId: string, key: string): Promise<Stripe.Refund | undefined> {
    const { data } = await this.api.call((stripe) =>
      stripe.refunds.list({ payment_intent: paymentId, limit: LIST_LIMIT }),
    );
    return data.find(({ metadata }) => metadata?.[KEY] === key);
  }
}

function outcomeOf(refund: Stripe.Refund): RefundOutcome {
  const { id: refundId } = refund;
  const status = statusOf(refund);
  if (status === 'succeeded') return { kind: 'refunded', refundId };
  if (status === 'failed') return { kind: 'refused', reason: `the refund has failed: ${reasonOf(refund)}`, refundId };
  return { kind: 'unknown', reason: `the refund is ${refund.status}` };
}

function listedRefund(refund: Stripe.Refund): ProviderRefund {
  return {
    id: refund.id,
    key: refund.metadata?.[KEY] ?? null,
    amountMinor: exactly(refund.amount, refund.currency),
    status: statusOf(refund),
    reason: statusOf(refund) === 'failed' ? reasonOf(refund) : '',
  };
}

function statusOf({ status }: Stripe.Refund): ProviderRefund['status'] {
  if (status === 'succeeded') return 'succeeded';
  return status === 'failed' || status === 'canceled' ? 'failed' : 'pending';
}

function reasonOf({ status, failure_reason: reason }: Stripe.Refund): string {
  return reason ?? status ?? 'no reason was given';
}

function listedDispute(dispute: Stripe.Dispute): ProviderDispute {
  const { id, amount, currency, status, reason, balance_transactions: lines } = dispute;
  const feeCurrency = lines.find(({ fee }) => fee !== 0)?.currency ?? null;
  const fee = lines.reduce((total, line) => total + line.fee, 0);
  return {
    id,
    amountMinor: exactly(amount, currency),
    status: DECIDED[status] ?? 'open',
    reason,
    feeMinor: feeCurrency === null ? 0 : exactly(fee, feeCurrency),
    feeCurrency,
  };
}

/** An inquiry that was closed took no money, and one that was prevented neither. */
const DECIDED: Record<string, ProviderDispute['status']> = {
  won: 'won',
  warning_closed: 'won',
  prevented: 'won',
  lost: 'lost',
};

/** @throws Error for what Stripe cannot have counted so: never rounded */
function exactly(amount: number, currency: string): number {
  const minor = fromStripeAmount(amount, currency);
  if (minor === undefined) throw new Error(`${amount} of ${currency} is no whole number of minor units`);
  return minor;
}
