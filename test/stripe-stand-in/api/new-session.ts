import type { Stripe } from 'stripe';

type LineItem = Stripe.Checkout.SessionCreateParams.LineItem;

/** What the items cost together, in minor units. */
export function totalOf(items: readonly LineItem[]): number {
  return items.reduce((sum, item) => sum + (item.price_data?.unit_amount ?? 0) * (item.quantity ?? 1), 0);
}

interface SessionBase {
  id: string;
  /** Seconds since 1970. */
  created: number;
  url: string;
  expiresAt: number;
  metadata: Record<string, string>;
  params: Stripe.Checkout.SessionCreateParams;
}

/** An open session, with all that Stripe says of one. */
export function newSession(
  { id, created, url, expiresAt, metadata, params }: SessionBase,
  own: Partial<Stripe.Checkout.Session>,
): Stripe.Checkout.Session {
  const isTaxed = params.automatic_tax?.enabled === true;
  return {
    id,
    object: 'checkout.session',
    adaptive_pricing: null,
    after_expiration: null,
    allow_promotion_codes: null,
    allowed_payment_method_types: params.allowed_payment_method_types ?? null,
    amount_subtotal: null,
    amount_total: null,
    // The stand-in knows no tax rates: a taxed session has a tax of 0.
    automatic_tax: { enabled: isTaxed, liability: null, provider: null, status: isTaxed ? 'complete' : null },
    billing_address_collection: null,
    cancel_url: params.cancel_url ?? null,
    client_reference_id: params.client_reference_id ?? null,
    client_secret: null,
    collected_information: null,
    consent: null,
    consent_collection: null,
    created,
    currency: params.currency ?? null,
    currency_conversion: null,
    custom_fields: [],
    custom_text: { after_submit: null, shipping_address: null, submit: null, terms_of_service_acceptance: null },
    customer: params.customer ?? null,
    customer_account: null,
    customer_creation: params.customer_creation ?? null,
    customer_details: null,
    customer_email: params.customer_email ?? null,
    discounts: null,
    expires_at: expiresAt,
    integration_identifier: null,
    invoice: null,
    invoice_creation: null,
    livemode: false,
    locale: params.locale ?? null,
    managed_payments: null,
    metadata,
    mode: params.mode as Stripe.Checkout.Session.Mode,
    origin_context: null,
    payment_intent: null,
    payment_link: null,
    payment_method_collection: 'always',
    payment_method_configuration_details: null,
    payment_method_options: {},
    payment_method_types: ['card'],
    payment_status: 'unpaid',
    permissions: null,
    recovered_from: null,
    saved_payment_method_options: {
      allow_redisplay_filters: ['always'],
      payment_method_remove: 'disabled',
      payment_method_save: params.saved_payment_method_options?.payment_method_save ?? null,
    },
    setup_intent: null,
    shipping_address_collection: null,
    shipping_cost: null,
    shipping_options: [],
    status: 'open',
    submit_type: params.submit_type ?? null,
    subscription: null,
    success_url: params.success_url ?? null,
    total_details: null,
    ui_mode: 'hosted_page',
    url,
    wallet_options: null,
    ...own,
  };
}
