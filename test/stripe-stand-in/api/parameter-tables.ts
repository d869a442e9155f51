import type { Stripe } from 'stripe';
import {
  boolean,
  createdRange,
  either,
  expand,
  integer,
  list,
  metadata,
  oneOf,
  orEmpty,
  PAGE,
  type ParameterTable,
  required,
  table,
  text,
} from '../wire/parameters.js';

/** Given by Stripe.js beside the parameters of the package. */
type ByBrowser = { client_secret?: string };

const ADDRESS = table<Stripe.AddressParam>({
  city: text(),
  country: text(),
  line1: text(),
  line2: text(),
  postal_code: text(),
  state: text(),
});

const BILLING_DETAILS = table<Stripe.PaymentMethodCreateParams.BillingDetails>({
  address: orEmpty(ADDRESS),
  email: orEmpty(text()),
  name: orEmpty(text()),
  phone: orEmpty(text()),
});

const FUTURE_USAGE = oneOf('off_session', 'on_session');
/** The stand-in has cards only. */
const CARD_ONLY = list(oneOf('card'));

export const RETRIEVE: ParameterTable<{ expand?: string[] }> = { expand };
export const RETRIEVE_WITH_SECRET: ParameterTable<{ expand?: string[] } & ByBrowser> = {
  expand,
  client_secret: text(),
};

const CUSTOMER_FIELDS: ParameterTable<Stripe.CustomerUpdateParams> = {
  address: orEmpty(ADDRESS),
  description: orEmpty(text()),
  email: orEmpty(text(512)),
  expand,
  invoice_settings: table<Stripe.CustomerUpdateParams.InvoiceSettings>({ default_payment_method: orEmpty(text()) }),
  metadata,
  name: orEmpty(text(256)),
  phone: orEmpty(text(20)),
  preferred_locales: list(text()),
};
export const CREATE_CUSTOMER: ParameterTable<Stripe.CustomerCreateParams> = {
  ...(CUSTOMER_FIELDS as ParameterTable<Stripe.CustomerCreateParams>),
  payment_method: text(),
};
export const UPDATE_CUSTOMER = CUSTOMER_FIELDS;
export const LIST_CUSTOMERS: ParameterTable<Stripe.CustomerListParams> = {
  ...PAGE,
  created: createdRange,
  email: text(512),
  expand,
};
export const LIST_OF_CUSTOMER: ParameterTable<Stripe.CustomerListPaymentMethodsParams> = {
  ...PAGE,
  expand,
  type: text(),
};

export const CREATE_METHOD: ParameterTable<Stripe.PaymentMethodCreateParams> = {
  allow_redisplay: oneOf('always', 'limited', 'unspecified'),
  billing_details: BILLING_DETAILS,
  card: table<Stripe.PaymentMethodCreateParams.Card & { token?: string }>({
    cvc: text(4),
    exp_month: integer,
    exp_year: integer,
    number: text(19),
    token: text(),
  }),
  expand,
  metadata,
  type: required(text()),
};
export const UPDATE_METHOD: ParameterTable<Stripe.PaymentMethodUpdateParams> = {
  allow_redisplay: oneOf('always', 'limited', 'unspecified'),
  billing_details: BILLING_DETAILS,
  card: table<Stripe.PaymentMethodUpdateParams.Card>({ exp_month: integer, exp_year: integer }),
  expand,
  metadata,
};
export const ATTACH_METHOD: ParameterTable<Stripe.PaymentMethodAttachParams> = { customer: required(text()), expand };
export const LIST_METHODS: ParameterTable<Stripe.PaymentMethodListParams> = {
  ...PAGE,
  customer: text(),
  expand,
  type: text(),
};

const AUTOMATIC_METHODS = table<Stripe.PaymentIntentCreateParams.AutomaticPaymentMethods>({
  allow_redirects: oneOf('always', 'never'),
  enabled: required(boolean),
});

export const CREATE_SETUP: ParameterTable<Stripe.SetupIntentCreateParams> = {
  allowed_payment_method_types: CARD_ONLY,
  automatic_payment_methods: AUTOMATIC_METHODS,
  confirm: boolean,
  customer: text(),
  description: text(1000),
  expand,
  metadata,
  payment_method: text(),
  return_url: text(),
  usage: FUTURE_USAGE,
  use_stripe_sdk: boolean,
};
export const CONFIRM_SETUP: ParameterTable<Stripe.SetupIntentConfirmParams & ByBrowser> = {
  client_secret: text(),
  expand,
  payment_method: text(),
  return_url: text(),
  use_stripe_sdk: boolean,
};
export const CANCEL_SETUP: ParameterTable<Stripe.SetupIntentCancelParams> = {
  cancellation_reason: oneOf('abandoned', 'duplicate', 'requested_by_customer'),
  expand,
};
export const LIST_SETUPS: ParameterTable<Stripe.SetupIntentListParams> = {
  ...PAGE,
  created: createdRange,
  customer: text(),
  expand,
  payment_method: text(),
};

/** True, or why the customer is away. */
const OFF_SESSION = either((value) => value === 'true' || value === 'false', boolean, oneOf('one_off', 'recurring'));

export const CREATE_PAYMENT: ParameterTable<Stripe.PaymentIntentCreateParams> = {
  allowed_payment_method_types: CARD_ONLY,
  amount: required(integer),
  automatic_payment_methods: AUTOMATIC_METHODS,
  capture_method: oneOf('automatic', 'automatic_async'),
  confirm: boolean,
  confirmation_method: oneOf('automatic', 'manual'),
  currency: required(text(3)),
  customer: text(),
  description: text(1000),
  error_on_requires_action: boolean,
  expand,
  metadata,
  off_session: OFF_SESSION,
  payment_method: text(),
  receipt_email: text(),
  return_url: text(),
  setup_future_usage: FUTURE_USAGE,
  statement_descriptor: text(22),
  statement_descriptor_suffix: text(22),
  use_stripe_sdk: boolean,
};
export const UPDATE_PAYMENT: ParameterTable<Stripe.PaymentIntentUpdateParams> = {
  amount: integer,
  currency: text(3),
  customer: text(),
  description: text(1000),
  expand,
  metadata,
  payment_method: text(),
  receipt_email: orEmpty(text()),
  setup_future_usage: orEmpty(FUTURE_USAGE),
  statement_descriptor: text(22),
  statement_descriptor_suffix: text(22),
};
export const CONFIRM_PAYMENT: ParameterTable<Stripe.PaymentIntentConfirmParams & ByBrowser> = {
  amount_to_confirm: integer,
  client_secret: text(),
  error_on_requires_action: boolean,
  expand,
  off_session: OFF_SESSION,
  payment_method: text(),
  receipt_email: orEmpty(text()),
  return_url: text(),
  setup_future_usage: orEmpty(FUTURE_USAGE),
  use_stripe_sdk: boolean,
};
export const CANCEL_PAYMENT: ParameterTable<Stripe.PaymentIntentCancelParams> = {
  cancellation_reason: oneOf('abandoned', 'duplicate', 'fraudulent', 'requested_by_customer'),
  expand,
};
export const LIST_PAYMENTS: ParameterTable<Stripe.PaymentIntentListParams> = {
  ...PAGE,
  created: createdRange,
  customer: text(),
  expand,
};

export const CREATE_REFUND: ParameterTable<Stripe.RefundCreateParams> = {
  amount: integer,
  charge: text(),
  expand,
  metadata,
  payment_intent: text(),
  reason: oneOf('duplicate', 'fraudulent', 'requested_by_customer'),
};
export const UPDATE_REFUND: ParameterTable<Stripe.RefundUpdateParams> = { expand, metadata };
export const LIST_REFUNDS: ParameterTable<Stripe.RefundListParams> = {
  ...PAGE,
  charge: text(),
  created: createdRange,
  expand,
  payment_intent: text(),
};

export const UPDATE_DISPUTE: ParameterTable<Stripe.DisputeUpdateParams> = {
  evidence: table<Stripe.DisputeUpdateParams.Evidence>({
    access_activity_log: text(20_000),
    customer_email_address: text(),
    customer_name: text(),
    product_description: text(20_000),
    uncategorized_text: text(20_000),
  }),
  expand,
  metadata,
  submit: boolean,
};
export const LIST_DISPUTES: ParameterTable<Stripe.DisputeListParams> = {
  ...PAGE,
  charge: text(),
  created: createdRange,
  expand,
  payment_intent: text(),
};

export const LIST_CHARGES: ParameterTable<Stripe.ChargeListParams> = {
  ...PAGE,
  created: createdRange,
  customer: text(),
  expand,
  payment_intent: text(),
};
export const LIST_TRANSACTIONS: ParameterTable<Stripe.BalanceTransactionListParams> = {
  ...PAGE,
  created: createdRange,
  expand,
  source: text(),
  type: text(),
};
export const LIST_EVENTS: ParameterTable<Stripe.EventListParams> = {
  ...PAGE,
  created: createdRange,
  expand,
  type: text(),
  types: list(text()),
};

const EVENT_NAMES = list(text());
export const CREATE_ENDPOINT: ParameterTable<Stripe.WebhookEndpointCreateParams> = {
  api_version: text(),
  description: orEmpty(text()),
  enabled_events: required(EVENT_NAMES),
  expand,
  metadata,
  url: required(text()),
};
export const UPDATE_ENDPOINT: ParameterTable<Stripe.WebhookEndpointUpdateParams> = {
  description: orEmpty(text()),
  disabled: boolean,
  enabled_events: EVENT_NAMES,
  expand,
  metadata,
  url: text(),
};
export const LIST_ENDPOINTS: ParameterTable<Stripe.WebhookEndpointListParams> = { ...PAGE, expand };

const PRODUCT = table<Stripe.Checkout.SessionCreateParams.LineItem.PriceData.ProductData>({
  description: text(),
  metadata,
  name: required(text()),
  tax_code: text(),
});
const PRICE = table<Stripe.Checkout.SessionCreateParams.LineItem.PriceData>({
  currency: required(text(3)),
  product_data: required(PRODUCT),
  tax_behavior: oneOf('exclusive', 'inclusive', 'unspecified'),
  unit_amount: required(integer),
});
export const CREATE_SESSION: ParameterTable<Stripe.Checkout.SessionCreateParams> = {
  allowed_payment_method_types: CARD_ONLY,
  automatic_tax: table<Stripe.Checkout.SessionCreateParams.AutomaticTax>({ enabled: required(boolean) }),
  cancel_url: text(),
  client_reference_id: text(200),
  currency: text(3),
  customer: text(),
  customer_creation: oneOf('always', 'if_required'),
  customer_email: text(),
  customer_update: table<Stripe.Checkout.SessionCreateParams.CustomerUpdate>({
    address: oneOf('auto', 'never'),
    name: oneOf('auto', 'never'),
  }),
  expand,
  expires_at: integer,
  line_items: list(
    table<Stripe.Checkout.SessionCreateParams.LineItem>({
      metadata,
      price_data: required(PRICE),
      quantity: required(integer),
    }),
  ),
  locale: text(),
  metadata,
  mode: required(oneOf('payment', 'setup')),
  payment_intent_data: table<Stripe.Checkout.SessionCreateParams.PaymentIntentData>({
    description: text(1000),
    metadata,
    receipt_email: text(),
    setup_future_usage: FUTURE_USAGE,
    statement_descriptor_suffix: text(22),
  }),
  saved_payment_method_options: table<Stripe.Checkout.SessionCreateParams.SavedPaymentMethodOptions>({
    payment_method_save: oneOf('disabled', 'enabled'),
  }),
  setup_intent_data: table<Stripe.Checkout.SessionCreateParams.SetupIntentData>({ description: text(1000), metadata }),
  submit_type: oneOf('auto', 'book', 'donate', 'pay'),
  success_url: text(),
  ui_mode: oneOf('hosted_page'),
};
export const LIST_SESSIONS: ParameterTable<Stripe.Checkout.SessionListParams> = {
  ...PAGE,
  created: createdRange,
  customer: text(),
  expand,
  payment_intent: text(),
  status: oneOf('complete', 'expired', 'open'),
};
