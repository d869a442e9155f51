import type { Stripe } from 'stripe';
import { invalidField } from '../../shared/errors.js';
import type {
  AttachPaymentMethodRequest,
  BeginSetupRequest,
  KeptCard,
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
const NOT_OURS = { kind: 'failed', customerId: null, reason: 'Stripe knows of no such setup' } as const;

/** Cards of an environment's customers at Stripe. Their numbers never come here. Throws the package's errors. */
export class StripeCards {
  constructor(
    private readonly api: StripeApi,
    private readonly scope: Scope,
    private readonly customers: StripeCustomers,
    private readonly publishableKey: string,
  ) {}

  async attach({ customerId, token }: AttachPaymentMethodRequest): Promise<PaymentMethodDetails> {
    if (!TOKEN.test(token)) throw invalidField('token', 'is not a payment method of Stripe: they look like pm_…');
    const customer = await this.customers.refOf(customerId);
    return detailsOf(await this.#attached(token, customer, `attach:${customerId}:${token}`));
  }

  async read(providerRef: string): Promise<KeptCard> {
    if (!TOKEN.test(providerRef)) return { kind: 'unknown' };
    try {
      const method = await this.api.call((stripe) => stripe.paymentMethods.retrieve(providerRef));
      if (method.id !== providerRef || !method.card) return { kind: 'unknown' };
      return method.customer ? { kind: 'kept', card: detailsOf(method) } : { kind: 'detached' };
    } catch (error) {
      if ((error as StripeErrorFacts).code === 'resource_missing') return { kind: 'unknown' };
      throw error;
    }
  }

  async beginSetup({ customerId, via }: BeginSetupRequest, idempotencyKey: string): Promise<SetupSession> {
    const customer = await this.customers.refOf(customerId);
    const metadata = { customer_id: customerId, ...metadataOf(this.scope) };
    const shared = { customer, allowed_payment_method_types: ['card' as const], metadata };
    if (via.kind === 'fields') {
      const setup = await this.api.call((stripe) =>
        stripe.setupIntents.create({ ...shared, usage: 'off_session' }, { idempotencyKey }),
      );
      const { publishableKey } = this;
      return { setupId: setup.id, url: null, clientSecret: setup.client_secret, publishableKey };
    }
    const page = { success_url: via.successUrl, cancel_url: via.cancelUrl };
    const session = await this.api.call((stripe) =>
      stripe.checkout.sessions.create(
        { mode: 'setup', ...shared, ...page, setup_intent_data: { metadata } },
        { idempotencyKey },
      ),
    );
    return { setupId: session.id, url: session.url, clientSecret: null, publishableKey: null };
  }

  async readSetup(setupId: string): Promise<SetupOutcome> {
    try {
      if (FIELDS_ID.test(setupId)) return await this.#readFields(setupId);
      return PAGE_ID.test(setupId) ? await this.#readPage(setupId) : NOT_OURS;
    } catch (error) {
      if ((error as StripeErrorFacts).code === 'resource_missing') return NOT_OURS;
      throw error;
    }
  }

  async #readFields(setupId: string): Promise<SetupOutcome> {
    const expand = ['payment_method'];
    return this.#outcomeOf(await this.api.call((stripe) => stripe.setupIntents.retrieve(setupId, { expand })));
  }

  async #readPage(setupId: string): Promise<SetupOutcome> {
    const expand = ['setup_intent.payment_method'];
    const session = await this.api.call((stripe) => stripe.checkout.sessions.retrieve(setupId, { expand }));
    const customerId = this.#ownerOf(session.metadata);
    if (customerId === null) return NOT_OURS;
    if (session.status === 'expired') return { kind: 'failed', customerId, reason: 'the page was not used in time' };
    const setup = session.setup_intent;
    return typeof setup === 'object' && setup !== null ? this.#outcomeOf(setup) : { kind: 'open', customerId };
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
    const customerId = this.#ownerOf(metadata);
    if (customerId === null) return NOT_OURS;
    if (status === 'canceled') return { kind: 'failed', customerId, reason: 'the setup was canceled' };
    if (status !== 'succeeded') return { kind: 'open', customerId };
    if (typeof method !== 'object' || method === null) {
      return { kind: 'failed', customerId, reason: 'the setup has saved no card' };
    }
    return { kind: 'saved', customerId, card: detailsOf(method) };
  }

  /** The customer; null for what others have made in the same account of Stripe: those cards are not ours to charge. */
  #ownerOf(metadata: Stripe.Metadata | null): string | null {
    const own = metadataOf(this.scope);
    const isOwn = metadata?.['environment_id'] === own.environment_id && metadata['tenant_id'] === own.tenant_id;
    return (isOwn && metadata['customer_id']) || null;
  }
}

/** @throws validation for what is no card */
export function detailsOf({ id, card }: Stripe.PaymentMethod): PaymentMethodDetails {
  if (!card) throw invalidField('token', 'is not a card');
  const { brand, last4, exp_month: expiryMonth, exp_year: expiryYear, fingerprint } = card;
  return { providerRef: id, brand, last4, expiryMonth, expiryYear, fingerprint: fingerprint ?? id };
}

function refOf(customer: string | { id: string } | null): string | undefined {
  return typeof customer === 'string' ? customer : customer?.id;
}
