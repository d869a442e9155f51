/**
 * Taking money, as a payment provider does it: asynchronously, idempotently, and with outcomes that may stay unknown.
 * A payment is created first and moves nothing; confirming it charges at most once, however often it is repeated;
 * so any doubt about a confirmation is settled by reading the payment back.
 *
 * Amounts are minor units after ISO 4217 (`minorUnitDigits`), going in and coming out, whatever the provider counts in.
 * One that counts otherwise (Stripe takes UGX in hundredths though ISO 4217 gives it no minor unit, and ISK in hundredths
 * that must be whole) converts in its own implementation, both ways: in `createPayment`, and in the `amountMinor` of what
 * it reads back, which is compared with what was asked for. An amount that it cannot take is `invalid`, never rounded.
 * The sandbox has no such exceptions.
 */
export interface PaymentProvider {
  /** Name stored with payment methods and top-ups: `sandbox`, `stripe`. */
  readonly name: string;

  /** Exchanges a provider token for a stored payment method. Never sees a card number. Throws DomainError on an unknown token. */
  attachPaymentMethod(request: AttachPaymentMethodRequest): Promise<PaymentMethodDetails>;

  /** Creates an unconfirmed payment: no money moves. The same idempotency key returns the same payment. */
  createPayment(request: CreatePaymentRequest, idempotencyKey: string): Promise<CreatePaymentOutcome>;

  /** Confirms (charges) a payment with a payment method. Money moves at most once per payment. */
  confirmPayment(request: ConfirmPaymentRequest, idempotencyKey: string): Promise<PaymentOutcome>;

  /** The provider's own record of a payment: the answer to every unknown outcome. */
  retrievePayment(paymentId: string): Promise<PaymentOutcome>;

  /** Gives a payment up. Answers `succeeded` when the money had moved after all: then it must be settled instead. */
  cancelPayment(paymentId: string, idempotencyKey: string): Promise<PaymentOutcome>;

  /** Returns the money of a succeeded payment, or a part of it. The same idempotency key returns it once. */
  refundPayment(request: RefundPaymentRequest, idempotencyKey: string): Promise<RefundOutcome>;

  /**
   * What of a payment has gone back or is claimed back, whoever began it: the provider's own list, which is the truth.
   * @throws DomainError invalid_operation where the provider keeps no such list; unavailable when it does not answer
   */
  readReturns(paymentId: string): Promise<PaymentReturns>;

  /**
   * Begins to save a card, which the customer gives to the provider and never to us.
   * @throws DomainError invalid_operation where the provider has no such page; unavailable when it does not answer
   */
  beginSetup(request: BeginSetupRequest, idempotencyKey: string): Promise<SetupSession>;

  /**
   * What became of it, by the provider's own record.
   * @throws DomainError invalid_operation where the provider has no such page; unavailable
   */
  readSetup(setupId: string): Promise<SetupOutcome>;

  /**
   * A card that was given into its keeping, as it is there now. Absent where a provider tells of no changes.
   * @throws DomainError unavailable when it does not answer
   */
  readCard?(providerRef: string): Promise<KeptCard>;

  /**
   * A page of the payments that were created in a period, by the provider's own record, in the provider's own order. It
   * names those of other environments too, where they share an account. A page may be shorter than its limit.
   * @throws DomainError invalid_operation where the provider keeps no such list; unavailable when it does not answer
   */
  listPayments(request: ListPaymentsRequest): Promise<PaymentPage>;

  /**
   * What a page of ours opens the provider's script with, so that the holder of a card confirms a payment there. Absent
   * where the provider has no such script.
   * @throws DomainError unavailable
   */
  openPayment?(paymentId: string): Promise<BrowserPayment>;

  /**
   * Makes a page of the provider's on which a customer pays once: the same idempotency key makes the same page. The three
   * are absent where the provider has no such page.
   */
  beginCheckout?(request: BeginCheckoutRequest, idempotencyKey: string): Promise<CheckoutBegun>;

  /** The provider's own record of a page. */
  readCheckout?(checkoutId: string): Promise<CheckoutState>;

  /** Closes a page. Answers `used` when somebody has paid on it after all. */
  closeCheckout?(checkoutId: string, idempotencyKey: string): Promise<CheckoutState>;
}

export interface BeginCheckoutRequest extends CreatePaymentRequest {
  /** What is bought, as the page shows it. */
  description: string;
  successUrl: string;
  cancelUrl: string;
  /** Whether the card may be charged later, while its holder is away. */
  keepsCard: boolean;
}

export type CheckoutBegun =
  { kind: 'begun'; checkoutId: string; url: string } | Exclude<CreatePaymentOutcome, { kind: 'created' }>;

/** How a page stands. */
export type CheckoutState =
  | { kind: 'open'; url: string }
  /** Nobody has paid on it, and nobody can any more. */
  | { kind: 'expired' }
  /** What became of the payment is the payment's own record. `card`: the one to be kept, once it was charged. */
  | { kind: 'used'; paymentId: string; card: PaymentMethodDetails | null }
  | { kind: 'not_executed'; reason: string; retryAfterSeconds: number }
  | { kind: 'unknown'; reason: string };

/** A payment in the browser of its holder: good for confirming that one, and for nothing else. */
export interface BrowserPayment {
  publishableKey: string;
  clientSecret: string;
}

/** Where a provider's script for browsers is, and what a page that loads it has to allow. */
export interface ScriptHosts {
  /** Address of the script. */
  script: string;
  scripts: readonly string[];
  connections: readonly string[];
  frames: readonly string[];
}

export interface AttachPaymentMethodRequest {
  customerId: string;
  /** The provider's own token, e.g. `pm_sandbox_approve`. */
  token: string;
}

export interface PaymentMethodDetails {
  /** The provider's id of the payment method. */
  providerRef: string;
  brand: string;
  /** Last four digits, all the card number we ever hold. */
  last4: string;
  expiryMonth: number;
  expiryYear: number;
  /** The same for one card however often it is added: attempts are counted per card, not per token. */
  fingerprint: string;
}

export interface CreatePaymentRequest {
  topUpId: string;
  customerId: string;
  /** Integer minor units of `currency`, 1 or more. */
  amountMinor: number;
  /** ISO 4217, lower case. */
  currency: string;
  /** Kept with the payment, the same in every repeat. */
  purchase?: PurchaseFacts;
}

/** What a payment is for: enough to credit it where the database has forgotten it (it was restored to an instant before). */
export interface PurchaseFacts {
  walletId: string;
  /** What decided it: `threshold`, `insufficient`, `expiration` or `manual`. */
  trigger: string;
  /** Credits, a plain decimal above zero. */
  credits: string;
  units: number;
  packId: string | null;
  validityMonths: number | null;
  /** What of the amount is the fee, minor units; absent where there is none. */
  feeMinor?: number;
  /** What comes free with it: a plain decimal above zero, and until when (ISO 8601); absent where nothing does. */
  bonusCredits?: string;
  bonusExpiresAt?: string;
}

export interface ConfirmPaymentRequest {
  paymentId: string;
  /** The provider's id of the payment method. */
  paymentMethodRef: string;
}

export type CreatePaymentOutcome =
  | { kind: 'created'; paymentId: string }
  | { kind: 'not_executed'; reason: string; retryAfterSeconds: number }
  | UnknownOutcome
  | { kind: 'invalid'; reason: string };

/** What became of a payment. Anything the provider did not say for certain is `unknown`, never `declined`. */
export type PaymentOutcome =
  | { kind: 'succeeded'; amountMinor: number; currency: string }
  | { kind: 'processing' }
  | { kind: 'requires_action'; actionUrl: string | null }
  | { kind: 'requires_confirmation' }
  | { kind: 'declined'; code: string; message: string; retry: 'later' | 'never' }
  | { kind: 'canceled' }
  | { kind: 'not_executed'; reason: string; retryAfterSeconds: number }
  | { kind: 'invalid'; reason: string }
  | UnknownOutcome;

export interface UnknownOutcome {
  kind: 'unknown';
  reason: string;
  /**
   * The provider has said that it keeps this answer under the idempotency key: the request is over, and the key gets no
   * other answer. What it has done is in the provider's record. Absent where that was not said.
   */
  isKept?: boolean;
}

export interface RefundPaymentRequest {
  paymentId: string;
  /** Minor units of `currency` to return, 1 or more; all that is left if absent. */
  amountMinor?: number;
  /** The payment's own, ISO 4217, lower case. */
  currency: string;
}

export type RefundOutcome =
  /** `refundId`: what the provider calls it. */
  | { kind: 'refunded'; refundId?: string }
  /** It will never be: there is not so much left, or the provider says no. With an id it began, and failed. */
  | { kind: 'refused'; reason: string; refundId?: string }
  | { kind: 'not_executed'; reason: string; retryAfterSeconds: number }
  | { kind: 'unknown'; reason: string };

/** One refund as the provider lists it. */
export interface ProviderRefund {
  id: string;
  /** The idempotency key that it was asked for under; null for one that was made elsewhere. */
  key: string | null;
  /** Minor units of the payment's currency. */
  amountMinor: number;
  /** `pending`: on its way. `failed`: the money did not go, or came back. */
  status: 'pending' | 'succeeded' | 'failed';
  /** Why it failed; empty otherwise. */
  reason: string;
}

/** One dispute as the provider lists it. */
export interface ProviderDispute {
  id: string;
  /** Minor units of the payment's currency. */
  amountMinor: number;
  status: 'open' | 'won' | 'lost';
  /** The provider's word for it. */
  reason: string;
  /** What the provider has charged for it so far, less what it gave back: minor units of `feeCurrency`. */
  feeMinor: number;
  /** ISO 4217, lower case; null while there is no fee. */
  feeCurrency: string | null;
}

export interface PaymentReturns {
  refunds: ProviderRefund[];
  disputes: ProviderDispute[];
}

export interface BeginSetupRequest {
  customerId: string;
  /** `page`: a page of the provider's, which comes back to one of the URLs. `fields`: the tenant's own page embeds the fields. */
  via: { kind: 'page'; successUrl: string; cancelUrl: string } | { kind: 'fields' };
}

export interface SetupSession {
  setupId: string;
  /** Where the customer goes; null for fields. */
  url: string | null;
  /** What embedded fields are opened with; null for a page. */
  clientSecret: string | null;
  /** Which account of the provider the fields are opened for; null for a page. */
  publishableKey: string | null;
}

/** Whose it is, is never null but for a setup that the environment has not begun. */
export type SetupOutcome =
  | { kind: 'saved'; customerId: string; card: PaymentMethodDetails }
  | { kind: 'open'; customerId: string }
  | { kind: 'failed'; customerId: string | null; reason: string };

export type KeptCard =
  | { kind: 'kept'; card: PaymentMethodDetails }
  /** It is nobody's any more, and cannot be charged. */
  | { kind: 'detached' }
  /** Nothing is known of such a card, which says nothing about ours. */
  | { kind: 'unknown' };

/** Payments created from `from` on and before `to`. */
export interface ListPaymentsRequest {
  from: Date;
  to: Date;
  /** Where the page before has ended; null for the first. */
  after: string | null;
  /** Payments on the page at most, 1 to 100. */
  limit: number;
}

export interface PaymentPage {
  payments: ListedPayment[];
  /** Where the next page begins; null on the last. */
  next: string | null;
}

/** A payment as its provider lists it. */
export interface ListedPayment {
  paymentId: string;
  createdAt: Date;
  /** `open`: nothing was charged, and it may still be. */
  status: 'succeeded' | 'processing' | 'open' | 'canceled';
  /** Minor units: what was received of one that succeeded (null where it cannot be counted), else what was asked for. */
  amountMinor: number | null;
  /** Minor units that went back. */
  refundedMinor: number;
  /** Whether its holder has ever denied it at their bank. */
  isDisputed: boolean;
  /** ISO 4217, lower case. */
  currency: string;
  /** Whose it is, by what we left with it; null where nothing of ours is. */
  environmentId: string | null;
  topUpId: string | null;
  customerId: string | null;
  purchase: PurchaseFacts | null;
}
