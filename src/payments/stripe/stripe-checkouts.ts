import type { Stripe } from 'stripe';
import type { Scope } from '../../shared/scope.js';
import type { BeginCheckoutRequest, CheckoutBegun, CheckoutState } from '../payment-provider.js';
import { purchaseMetadata } from '../purchase-metadata.js';
import { toStripeAmount } from './stripe-amount.js';
import type { StripeApi } from './stripe-api.js';
import { detailsOf } from './stripe-cards.js';
import { metadataOf, type StripeCustomers } from './stripe-customers.js';

const EXPAND = ['payment_intent.payment_method'];

/** Payments on Stripe's own page. Throws the package's errors. */
export class StripeCheckouts {
  constructor(
    private readonly api: StripeApi,
    private readonly scope: Scope,
    private readonly customers: StripeCustomers,
  ) {}

  /** Parameters are those of the request alone: behind the same key they are the same in every repeat. */
  async begin(request: BeginCheckoutRequest, idempotencyKey: string): Promise<CheckoutBegun> {
    const { topUpId, customerId, amountMinor, currency, description, keepsCard, purchase } = request;
    const amount = toStripeAmount(amountMinor, currency);
    if (amount === undefined) {
      return { kind: 'invalid', reason: `Stripe cannot take ${amountMinor} minor units of ${currency}` };
    }
    const customer = await this.customers.refOf(customerId);
    const facts = purchase ? purchaseMetadata(purchase) : {};
    const metadata = { top_up_id: topUpId, customer_id: customerId, ...metadataOf(this.scope), ...facts };
    const usage = keepsCard ? { setup_future_usage: 'off_session' as const } : {};
    const session = await this.api.call((stripe) =>
      stripe.checkout.sessions.create(
        {
          mode: 'payment',
          customer,
          metadata,
          allowed_payment_method_types: ['card'],
          success_url: request.successUrl,
          cancel_url: request.cancelUrl,
          line_items: [
            { quantity: 1, price_data: { currency, unit_amount: amount, product_data: { name: description } } },
          ],
          payment_intent_data: { metadata, ...usage },
        },
        { idempotencyKey },
      ),
    );
    if (session.amount_total !== amount || session.currency !== currency || !session.url) {
      return { kind: 'unknown', reason: 'Stripe answered with a page that was not asked for' };
    }
    return { kind: 'begun', checkoutId: session.id, url: session.url };
  }

  async read(checkoutId: string): Promise<CheckoutState> {
    return stateOf(await this.api.call((stripe) => stripe.checkout.sessions.retrieve(checkoutId, { expand: EXPAND })));
  }

  async close(checkoutId: string, idempotencyKey: string): Promise<CheckoutState> {
    const state = await this.read(checkoutId);
    if (state.kind !== 'open') return state;
    try {
      await this.api.call((stripe) => stripe.checkout.sessions.expire(checkoutId, {}, { idempotencyKey }));
    } catch {
      // Used or closed at this moment, or not heard: its own record says so.
    }
    return this.read(checkoutId);
  }
}

function stateOf(session: Stripe.Checkout.Session): CheckoutState {
  const { status, url, payment_intent: intent } = session;
  if (status === 'open' && url) return { kind: 'open', url };
  if (status === 'expired') return { kind: 'expired' };
  if (status !== 'complete' || typeof intent !== 'object' || intent === null) {
    return { kind: 'unknown', reason: `Stripe answered with the page status ${JSON.stringify(status)}` };
  }
  const { payment_method: method, setup_future_usage: usage } = intent;
  const isKept =
    usage === 'off_session' && intent.status === 'succeeded' && typeof method === 'object' && method !== null;
  return { kind: 'used', paymentId: intent.id, card: isKept ? detailsOf(method) : null };
}
