import type { Stripe } from 'stripe';
import { invalidField } from '../../shared/errors.js';
import type {
  AttachPaymentMethodRequest,
  BeginSetupRequest,
  PaymentMethodDetails,
  SetupOutcome,
  SetupSession,
} from '../payment-provider.js';
import type { StripeErrorFacts } from './classify-stripe-answer.js';
import type { StripeApi } from './stripe-api.js';
import { metadataOf, type StripeCustomers } from './stripe-customers.js';
import type { Scope } from '../../shared/scope.js';

const TOKEN = /^pm_[A-Za-z0-9_]{1,200}$/;
const PAGE_ID = /^cs_[A-Za-z0-9_]{1,200}$/;
const FIELDS_ID = /^seti_[A-Za-z0-9_]{1,200}$/;
const NOT_SAVED = { kind: 'failed', reason: 'Stripe knows of no such setup' } as const;

/** Cards of an environment's customers at Stripe. Their numbers never come here. Throws the package's errors. */
export class StripeCards {
  constructor(
    private readonly api: StripeApi,
    private readonly scope: Scope,
    private readonly customers: StripeCustomers,
  ) {}

  async attach({ customerId, token }: AttachPaymentMethodRequest): Promise<PaymentMethodDetails> {
    if (!TOKEN.test(token)) throw invalidField('token', 'is not a payment method of Stripe: they look like pm_…');
    const customer = await this.customers.refOf(customerId);
    return detailsOf(await this.#attached(token, customer, `attach:${customerId}:${token}`));
  }

  async beginSetup({ customerId, via }: BeginSetupRequest, idempotencyKey: string): Promise<SetupSession> {
    const customer = await this.customers.refOf(customerId);
    const metadata = { customer_id: customerId, ...metadataOf(this.scope) };
    const shared = { customer, allowed_payment_method_types: ['card' as const], metadata };
    if (via.kind === 'fields') {
      const setup = await this.api.call((stripe) =>
        stripe.setupIntents.create({ ...shared, usage: 'off_session' }, { idempotencyKey }),
      );
      return { setupId: setup.id, url: null, clientSecret: setup.client_secret };
    }
    const page = { success_url: via.successUrl, cancel_url: via.cancelUrl };
    const session = await this.api.call((stripe) =>
      stripe.checkout.sessions.create(
        { mode: 'setup', ...shared, ...page, setup_intent_data: { metadata } },
        { idempotencyKey },
      ),
    );
    return { setupId: session.id, url: session.url, clientSecret: null };
  }

  async readSetup(setupId: string): Promise<SetupOutcome> {
    if (FIELDS_ID.test(setupId)) {
      const expand = ['payment_method'];
      return this.#outcomeOf(await this.api.call((stripe) => stripe.setupIntents.retrieve(setupId, { expand })));
    }
    if (!PAGE_ID.test(setupId)) return NOT_SAVED;
    const expand = ['setup_intent.payment_method'];
    const session = await this.api.call((stripe) => stripe.checkout.sessions.retrieve(setupId, { expand }));
    if (session.status === 'expired') return { kind: 'failed', reason: 'the page was not used in time' };
    const setup = session.setup_intent;
    if (typeof setup !== 'object' || setup === null) return { kind: 'open' };
    return this.#outcomeOf(setup);
  }

  /** A method that a setup has saved is its customer's already, which Stripe refuses to say twice. */
  async #attached(token: string, customer: string, idempotencyKey: string): Promise<Stripe.PaymentMethod> {
    try {
      return await this.api.call((stripe) => stripe.paymentMethods.attach(token, { customer }, { idempotencyKey }));
    } catch (error) {
      if ((error as StripeErrorFacts).type !== 'StripeInvalidRequestError') throw error;
      const method = await this.api.call((stripe) => stripe.paymentMethods.retrieve(token)).catch(() => undefined);
      if (!method || refOf(method.customer) !== customer) throw error;
      return method;
    }
  }

  #outcomeOf(setup: Stripe.SetupIntent): SetupOutcome {
    const { status, metadata, payment_method: method } = setup;
    const own = metadataOf(this.scope);
    // Others may save cards in the same account of Stripe: those are not ours to charge.
    if (metadata?.['environment_id'] !== own.environment_id || metadata['tenant_id'] !== own.tenant_id)
      return NOT_SAVED;
    if (status === 'canceled') return { kind: 'failed', reason: 'the setup was canceled' };
    if (status !== 'succeeded') return { kind: 'open' };
    const customerId = metadata['customer_id'];
    if (!customerId || typeof method !== 'object' || method === null) return NOT_SAVED;
    return { kind: 'saved', customerId, card: detailsOf(method) };
  }
}

function detailsOf({ id, card }: Stripe.PaymentMethod): PaymentMethodDetails {
  if (!card) throw invalidField('token', 'is not a card');
  const { brand, last4, exp_month: expiryMonth, exp_year: expiryYear, fingerprint } = card;
  return { providerRef: id, brand, last4, expiryMonth, expiryYear, fingerprint: fingerprint ?? id };
}

function refOf(customer: string | { id: string } | null): string | undefined {
  return typeof customer === 'string' ? customer : customer?.id;
}
