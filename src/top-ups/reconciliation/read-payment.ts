import type { ListedPayment, PaymentOutcome, PaymentProvider } from '../../payments/payment-provider.js';
import { DomainError } from '../../shared/errors.js';
import type { TopUpSeen } from './reconciliation-rows.js';

/**
 * The payment of a top-up as its provider has it now; undefined: there is no such payment. Of a page that somebody has
 * paid on it is the payment's own; one that nobody has stands for a payment of nothing.
 * @throws unavailable where the provider does not say
 */
export async function readPayment(provider: PaymentProvider, topUp: TopUpSeen): Promise<ListedPayment | undefined> {
  const { paymentId, isPage } = topUp;
  if (paymentId === null) return undefined;
  if (!isPage) return paymentOf(topUp, paymentId, sideOf(await provider.retrievePayment(paymentId)));
  const page = await provider.readCheckout?.(paymentId);
  switch (page?.kind) {
    case 'open':
      return paymentOf(topUp, paymentId, { status: 'open' });
    case 'expired':
      return paymentOf(topUp, paymentId, { status: 'canceled' });
    case 'used':
      return paymentOf(topUp, page.paymentId, sideOf(await provider.retrievePayment(page.paymentId)));
    default:
      throw new DomainError('unavailable', page?.reason ?? 'the payment provider has no page to pay on');
  }
}

/** The same, of one that was listed: what was left with it stays. */
export async function readAgain(provider: PaymentProvider, payment: ListedPayment): Promise<ListedPayment | undefined> {
  const side = sideOf(await provider.retrievePayment(payment.paymentId));
  return side && { ...payment, ...side };
}

function paymentOf(topUp: TopUpSeen, paymentId: string, side: Side | undefined): ListedPayment | undefined {
  const { id: topUpId, customerId, createdAt, priceMinor: amountMinor, currency } = topUp;
  const asked = { amountMinor, currency, refundedMinor: 0, isDisputed: false };
  const owner = { topUpId, customerId, environmentId: null, purchase: null };
  return side && { paymentId, createdAt, ...owner, ...asked, ...side };
}

interface Side {
  status: ListedPayment['status'];
  amountMinor?: number;
  currency?: string;
}

/** @throws unavailable where it is not known */
function sideOf(outcome: PaymentOutcome): Side | undefined {
  switch (outcome.kind) {
    case 'succeeded':
      return { status: 'succeeded', amountMinor: outcome.amountMinor, currency: outcome.currency };
    case 'processing':
    case 'canceled':
      return { status: outcome.kind };
    case 'requires_action':
    case 'requires_confirmation':
    case 'declined':
      return { status: 'open' };
    case 'invalid':
      return undefined;
    case 'not_executed':
    case 'unknown':
      throw new DomainError('unavailable', outcome.reason);
  }
}
