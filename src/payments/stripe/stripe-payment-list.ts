import type { Stripe } from 'stripe';
import type { ListedPayment, ListPaymentsRequest, PaymentPage } from '../payment-provider.js';
import { fromStripeAmount } from './stripe-amount.js';
import type { StripeApi } from './stripe-api.js';
import { readPurchase } from '../purchase-metadata.js';

/**
 * One page of the account's payments, newest first: one request, which takes its turn like every other.
 * @throws the package's errors
 */
export async function listStripePayments(api: StripeApi, request: ListPaymentsRequest): Promise<PaymentPage> {
  const { from, to, after, limit } = request;
  const page = await api.call((stripe) =>
    stripe.paymentIntents.list({
      // In whole seconds: what lies beyond the edges is left out below.
      created: { gte: Math.floor(from.getTime() / 1000), lte: Math.ceil(to.getTime() / 1000) },
      limit,
      expand: ['data.latest_charge'],
      ...(after === null ? {} : { starting_after: after }),
    }),
  );
  const last = page.data.at(-1);
  const payments = page.data
    .map((intent) => listed(intent))
    .filter(({ createdAt }) => createdAt >= from && createdAt < to);
  return { payments, next: page.has_more && last ? last.id : null };
}

function listed(intent: Stripe.PaymentIntent): ListedPayment {
  const { id, created, currency, metadata } = intent;
  const status = statusOf(intent.status);
  const charge = typeof intent.latest_charge === 'object' ? intent.latest_charge : null;
  const amount = status === 'succeeded' ? intent.amount_received : intent.amount;
  return {
    paymentId: id,
    createdAt: new Date(created * 1000),
    status,
    amountMinor: fromStripeAmount(amount, currency) ?? null,
    refundedMinor: fromStripeAmount(charge?.amount_refunded ?? 0, currency) ?? 0,
    isDisputed: charge?.disputed ?? false,
    currency,
    environmentId: metadata['environment_id'] ?? null,
    topUpId: metadata['top_up_id'] ?? null,
    customerId: metadata['customer_id'] ?? null,
    purchase: readPurchase(metadata),
  };
}

function statusOf(status: string): ListedPayment['status'] {
  return status === 'succeeded' || status === 'processing' || status === 'canceled' ? status : 'open';
}
