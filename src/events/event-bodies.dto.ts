import { ApiProperty } from '@nestjs/swagger';

const ALERT_STATES = ['ok', 'info', 'warning', 'in_alarm'] as const;
const TOP_UP_STATUSES = ['created', 'succeeded', 'failed', 'requires_action', 'canceled'] as const;
const INVOICE_STATUSES = ['issued', 'paid', 'voided'] as const;
const PAUSE_STATUSES = ['paused', 'active'] as const;
const REFUND_ENDS = ['succeeded', 'failed'] as const;
const CARD_ROLES = ['default', 'backup'] as const;
const DISPUTE_STATUSES = ['open', 'won', 'lost'] as const;
export const CAPS = ['monthly_amount', 'monthly_count'] as const;
export const CAP_PERCENTS = [80, 90, 100] as const;
export const DAYS_BEFORE_EXPIRY = [7, 1] as const;

/** A wallet right after what is told of. */
export class EventWallet {
  /** @example 'wallet_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB' */
  id!: string;
  customer_id!: string;
  /** ISO 4217, lower case.
   * @example 'usd' */
  currency!: string;
  /** Settled credits in the wallet's currency, a decimal. */
  balance!: string;
  /** Settled credits, a decimal. */
  credit_balance!: string;
  /** @example 'active' */
  wallet_status!: string;
  name!: string;
  /** @example 'PRE_PAID' */
  wallet_type!: string;
  conversion_rate!: string;
  /** What can be spent now, in the wallet's currency. */
  real_time_balance!: string;
  /** Credits that can be spent now. */
  real_time_credit_balance!: string;
  /** Rises with every change of the wallet, sometimes by more than one. Events come in no fixed order: of two, the one
   * with the higher version is the later. */
  @ApiProperty({ type: 'integer', example: 7 })
  version!: number;
}

/** One level of an alert. */
export class EventThreshold {
  /** Credits, a decimal. */
  threshold!: string;
  @ApiProperty({ enum: ['above', 'below'] })
  condition!: 'above' | 'below';
}

/** What the alert was judged by: the wallet's own settings, or the tenant's. */
export class EventAlertSettings {
  @ApiProperty({ type: EventThreshold, nullable: true })
  critical!: EventThreshold | null;
  @ApiProperty({ type: EventThreshold, nullable: true })
  warning!: EventThreshold | null;
  @ApiProperty({ type: EventThreshold, nullable: true })
  info!: EventThreshold | null;
  @ApiProperty({ type: Boolean, nullable: true })
  alert_enabled!: boolean | null;
}

/** The level of a balance that has changed. */
export class EventAlert {
  @ApiProperty({ enum: ALERT_STATES })
  state!: (typeof ALERT_STATES)[number];
  /** What can be spent now, in the wallet's currency. */
  current_balance!: string;
  /** Credits that can be spent now. */
  credit_balance!: string;
  /** @example 'low_ongoing_balance' */
  alert_type!: string;
  alert_settings!: EventAlertSettings;
}

/** What was charged for credits. */
export class EventCharge {
  /** Integer minor units of `currency`, taxes included and discounts taken off.
   * @example 9900 */
  @ApiProperty({ type: 'integer' })
  amount_minor!: number;
  /** Of that, the fee without taxes.
   * @example 0 */
  @ApiProperty({ type: 'integer' })
  fee_minor!: number;
  /** Of that, all taxes.
   * @example 1718 */
  @ApiProperty({ type: 'integer' })
  tax_minor!: number;
  /** Of the payment; it may be another than the wallet's. ISO 4217, lower case.
   * @example 'eur' */
  currency!: string;
  @ApiProperty({ type: String, nullable: true, description: 'The invoice of it; null where there is none.' })
  invoice_id!: string | null;
}

/** One movement of credits. */
export class EventTransaction {
  /** @example 'wtxn_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB' */
  id!: string;
  wallet_id!: string;
  customer_id!: string;
  @ApiProperty({ enum: ['credit', 'debit'] })
  type!: string;
  /** `credit_amount` in the wallet's currency, at the wallet's rate. It is not what was charged: see `charged`. */
  amount!: string;
  /** Credits, a decimal without a sign. */
  credit_amount!: string;
  credit_balance_before!: string;
  credit_balance_after!: string;
  /** @example 'completed' */
  transaction_status!: string;
  reference_type!: string;
  reference_id!: string;
  description!: string;
  @ApiProperty({ type: String, nullable: true })
  expiry_date!: string | null;
  /** @example 'PURCHASED_CREDIT_DIRECT' */
  transaction_reason!: string;
  currency!: string;
  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' } })
  metadata!: Record<string, string>;
  @ApiProperty({ type: EventCharge, nullable: true, description: 'Of credits that were bought; null on all others.' })
  charged!: EventCharge | null;
}

/** A purchase of credits. */
export class EventTopUp {
  /** @example 'topup_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB' */
  id!: string;
  wallet_id!: string;
  customer_id!: string;
  @ApiProperty({ enum: TOP_UP_STATUSES })
  status!: (typeof TOP_UP_STATUSES)[number];
  /** Why it was started: `threshold`, `insufficient`, `expiration` or `manual`.
   * @example 'threshold' */
  trigger!: string;
  /** Credits it buys.
   * @example '50' */
  credits!: string;
  /** What is charged for it, integer minor units of `currency`, fee included.
   * @example 5000 */
  @ApiProperty({ type: 'integer' })
  price_minor!: number;
  /** What of `price_minor` is the fee, taxes included.
   * @example 0 */
  @ApiProperty({ type: 'integer' })
  fee_minor!: number;
  /** Free credits that come with it.
   * @example '0' */
  bonus_credits!: string;
  /** ISO 4217, lower case.
   * @example 'usd' */
  currency!: string;
  /** True: paid by invoice. False: charged to the payment method on file. */
  invoicing!: boolean;
  @ApiProperty({ type: String, nullable: true })
  invoice_id!: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'The credit transaction it became.' })
  transaction_id!: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'Where the card holder confirms the payment.' })
  action_url!: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'Why it is so: a stable code.', example: 'card_declined' })
  reason_code!: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'The same as a sentence.' })
  reason!: string | null;
}

/** Automatic top-up of a wallet, as it is from now on. */
export class EventAutoTopUp {
  wallet_id!: string;
  customer_id!: string;
  @ApiProperty({ enum: PAUSE_STATUSES })
  status!: (typeof PAUSE_STATUSES)[number];
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The one rule it is about: `threshold`, `insufficient` or `expiration`; null: all of the wallet.',
  })
  trigger!: string | null;
  /** Why it stopped, or why it goes on: a stable code.
   * @example 'card_declined' */
  reason_code!: string;
  /** The same as a sentence. */
  reason!: string;
  @ApiProperty({ type: String, nullable: true, description: 'The purchase that stopped it, or let it go on.' })
  top_up_id!: string | null;
}

/** Credits whose date comes near. */
export class EventExpiringCredits {
  wallet_id!: string;
  customer_id!: string;
  /** How many expire, a decimal.
   * @example '80' */
  credits!: string;
  /** @example '2026-01-01T00:00:00.000000Z' */
  expires_at!: string;
  @ApiProperty({ enum: DAYS_BEFORE_EXPIRY, type: 'integer' })
  days_before!: (typeof DAYS_BEFORE_EXPIRY)[number];
  /** Whether a purchase is going to move the date. */
  will_be_renewed!: boolean;
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Why nothing will move it, although the account asked for renewal: a stable code.',
    example: 'monthly_amount',
  })
  reason_code!: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'The same as a sentence.' })
  reason!: string | null;
}

/** An invoice for credits. */
export class EventInvoice {
  /** @example 'inv_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB' */
  id!: string;
  /** @example 'INV-000001' */
  invoice_number!: string;
  wallet_id!: string;
  customer_id!: string;
  @ApiProperty({ type: String, nullable: true })
  top_up_id!: string | null;
  @ApiProperty({ enum: INVOICE_STATUSES })
  status!: (typeof INVOICE_STATUSES)[number];
  @ApiProperty({ type: String, nullable: true, description: 'Credits it pays for.' })
  credits!: string | null;
  /** What is to be paid in all, integer minor units of `currency`.
   * @example 5000 */
  @ApiProperty({ type: 'integer' })
  price_minor!: number;
  /** What has been paid so far, integer minor units of `currency`.
   * @example 5000 */
  @ApiProperty({ type: 'integer' })
  paid_minor!: number;
  /** ISO 4217, lower case.
   * @example 'usd' */
  currency!: string;
  @ApiProperty({ type: String, nullable: true, description: 'Until when it is to be paid.' })
  due_at!: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'Why it was voided: a stable code.' })
  reason_code!: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'The same as a sentence.' })
  reason!: string | null;
}

/** A cap of automatic purchases that comes near or is reached. */
export class EventLimit {
  wallet_id!: string;
  customer_id!: string;
  @ApiProperty({ enum: CAPS })
  cap!: (typeof CAPS)[number];
  @ApiProperty({ enum: CAP_PERCENTS, type: 'integer' })
  percent!: (typeof CAP_PERCENTS)[number];
  /** What was bought automatically this month: integer minor units of `currency`, or purchases. */
  @ApiProperty({ type: 'integer' })
  used!: number;
  /** What may be: integer minor units of `currency`, or purchases. */
  @ApiProperty({ type: 'integer' })
  limit!: number;
  @ApiProperty({ type: String, nullable: true, description: 'Of `monthly_amount`, ISO 4217 in lower case; else null.' })
  currency!: string | null;
  /** When it counts from zero again.
   * @example '2026-02-01T00:00:00.000000Z' */
  resets_at!: string;
  /** The purchase that reached it. */
  top_up_id!: string;
}

/** Money of a purchase that went back, or did not. */
export class EventRefund {
  /** @example 'refund_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB' */
  id!: string;
  top_up_id!: string;
  wallet_id!: string;
  customer_id!: string;
  @ApiProperty({ enum: REFUND_ENDS })
  status!: (typeof REFUND_ENDS)[number];
  /** `request`: asked for here. `provider`: made in the provider's dashboard.
   * @example 'request' */
  origin!: string;
  /** Integer minor units of `currency`.
   * @example 5000 */
  @ApiProperty({ type: 'integer' })
  amount_minor!: number;
  /** ISO 4217, lower case.
   * @example 'usd' */
  currency!: string;
  /** Credits that were taken for it, debt included, a decimal.
   * @example '50' */
  credits!: string;
  /** The part of them that had been spent, and is owed.
   * @example '0' */
  debt_credits!: string;
  /** Free credits that came with the purchase and were taken, too.
   * @example '0' */
  bonus_credits!: string;
  @ApiProperty({ type: String, nullable: true, description: 'The transaction that took the credits.' })
  transaction_id!: string | null;
  @ApiProperty({ type: String, nullable: true })
  invoice_id!: string | null;
  /** Why, in the words of whoever asked for it; or why it has failed.
   * @example '' */
  reason!: string;
}

/** A payment that the card's holder denies at their bank. */
export class EventDispute {
  /** @example 'dispute_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB' */
  id!: string;
  top_up_id!: string;
  wallet_id!: string;
  customer_id!: string;
  @ApiProperty({ enum: DISPUTE_STATUSES })
  status!: (typeof DISPUTE_STATUSES)[number];
  /** What is disputed, integer minor units of `currency`.
   * @example 5000 */
  @ApiProperty({ type: 'integer' })
  amount_minor!: number;
  /** ISO 4217, lower case.
   * @example 'usd' */
  currency!: string;
  /** What the provider charges for the dispute, as far as it has said: integer minor units of `fee_currency`.
   * @example 1500 */
  @ApiProperty({ type: 'integer' })
  fee_minor!: number;
  @ApiProperty({ type: String, nullable: true, description: 'ISO 4217, lower case; null while there is no fee.' })
  fee_currency!: string | null;
  /** Credits that were frozen when it was opened, a decimal.
   * @example '50' */
  frozen_credits!: string;
  /** Credits that were taken because it was lost, debt included.
   * @example '0' */
  credits!: string;
  /** The part of them that had been spent, and is owed.
   * @example '0' */
  debt_credits!: string;
  @ApiProperty({ type: String, nullable: true, description: 'The transaction that took the credits.' })
  transaction_id!: string | null;
  /** The provider's word for why.
   * @example 'fraudulent' */
  reason!: string;
}

/** A saved card. */
export class EventPaymentMethod {
  /** @example 'pm_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB' */
  id!: string;
  customer_id!: string;
  @ApiProperty({
    enum: CARD_ROLES,
    nullable: true,
    description: '`default` is charged first, `backup` where that is declined; null: neither any more.',
  })
  role!: (typeof CARD_ROLES)[number] | null;
  /** @example 'visa' */
  brand!: string;
  /** @example '4444' */
  last4!: string;
  @ApiProperty({ type: 'integer', example: 12 })
  expiry_month!: number;
  @ApiProperty({ type: 'integer', example: 2034 })
  expiry_year!: number;
  /** The first instant at which it is no longer good.
   * @example '2035-01-01T00:00:00.000000Z' */
  expires_at!: string;
  /** Why this is told: a stable code, `card_expires` or the provider's code of a decline.
   * @example 'card_expires' */
  reason_code!: string;
  /** The same as a sentence. */
  reason!: string;
}

export class WalletEventBody {
  wallet!: EventWallet;
}

export class AlertEventBody {
  wallet!: EventWallet;
  alert!: EventAlert;
}

export class TransactionEventBody {
  transaction!: EventTransaction;
}

export class UpdatedTransactionEventBody {
  updated_transaction!: EventTransaction;
}

export class TopUpEventBody {
  top_up!: EventTopUp;
}

export class AutoTopUpEventBody {
  auto_topup!: EventAutoTopUp;
}

export class ExpiringEventBody {
  expiring!: EventExpiringCredits;
}

export class InvoiceEventBody {
  invoice!: EventInvoice;
}

export class LimitEventBody {
  limit!: EventLimit;
}

export class RefundEventBody {
  refund!: EventRefund;
}

export class DisputeEventBody {
  dispute!: EventDispute;
}

export class PaymentMethodEventBody {
  payment_method!: EventPaymentMethod;
}
