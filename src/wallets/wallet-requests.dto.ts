import { ApiProperty } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsOptional,
  Matches,
  Max,
  Min,
  ValidateIf,
} from 'class-validator';
import { IsCredits, IsCurrencyAmount, IsRate } from '../http/fields/is-credits.js';
import { IsMetadata } from '../http/fields/is-metadata.js';
import { IsIdempotencyKey, IsIdentifier, IsText } from '../http/fields/is-text.js';
import { IsTimestamp } from '../http/fields/is-timestamp.js';
import { Nested } from '../http/fields/nested.js';
import { GRANT_REASONS } from '../ledger/entry.entity.js';
import type { Decimal } from '../shared/decimal.js';
import { CheckoutRequestDto } from '../top-ups/checkouts/checkout.dto.js';

const PRICE_TYPES = ['ALL', 'USAGE', 'FIXED'];
const TOP_UP_REASONS = GRANT_REASONS.filter((reason) => reason !== 'PURCHASED_CREDIT_BONUS');
const MAX_INT = 2_147_483_647;

export class CooldownDto {
  /** How many units; 0 clears the cool-off, so that the default of 60 s applies. */
  @ApiProperty({ type: 'integer', minimum: 0, example: 5 })
  @Max(100_000)
  @Min(0)
  @IsInt()
  value!: number;

  @ApiProperty({ enum: ['second', 'minute', 'hour', 'day'], example: 'minute' })
  @IsIn(['second', 'minute', 'hour', 'day'], { message: 'must be one of second, minute, hour, day' })
  unit!: 'second' | 'minute' | 'hour' | 'day';
}

/** When to buy more: what is sent is merged into what is set; `threshold`, `amount` and `invoicing` must then be there. */
export class AutoTopUpDto {
  /** On or off. Switching it on, also again, resumes a paused one and buys at once if the balance is low already. */
  @ApiProperty({ type: Boolean, nullable: true, required: false, example: true })
  @IsOptional()
  @IsBoolean()
  enabled?: boolean | null;

  @IsOptional()
  @IsCredits({ sign: 'any', description: 'Buys when this many available credits, or fewer, are left.', example: '10' })
  threshold?: Decimal | null;

  @IsOptional()
  @IsCredits({ description: 'Credits to buy; as many times as it takes to end above the threshold.', example: '50' })
  amount?: Decimal | null;

  /** True: a pending credit and an invoice. False: the payment method on file is charged. */
  @ApiProperty({ type: Boolean, nullable: true, required: false, example: false })
  @IsOptional()
  @IsBoolean()
  invoicing?: boolean | null;

  /** Time that must pass after a top-up before the next; 60 s where it is not set. */
  @ApiProperty({ type: CooldownDto, nullable: true, required: false })
  @IsOptional()
  @Nested(() => CooldownDto)
  cooldown?: CooldownDto | null;
}

/** Bounds on a wallet's automatic top-ups, whichever rule starts them. Null lifts a monthly cap. */
export class TopUpLimitsDto {
  /** Automatic top-ups in any 60 minutes; one more pauses them. Default 3. */
  @ApiProperty({ type: 'integer', minimum: 1, required: false, example: 3 })
  @ValidateIf((_dto: object, value: unknown) => value !== undefined)
  @Max(1_000_000)
  @Min(1)
  @IsInt()
  max_per_hour?: number;

  /** Units (`auto_topup.amount`, or packs) in one automatic top-up. Default 20. */
  @ApiProperty({ type: 'integer', minimum: 1, required: false, example: 20 })
  @ValidateIf((_dto: object, value: unknown) => value !== undefined)
  @Max(1000)
  @Min(1)
  @IsInt()
  max_units?: number;

  /** Automatic top-ups in a calendar month (UTC). */
  @ApiProperty({ type: 'integer', minimum: 0, nullable: true, required: false, example: 10 })
  @IsOptional()
  @Max(1_000_000)
  @Min(0)
  @IsInt()
  monthly_count?: number | null;

  @IsOptional()
  @IsCurrencyAmount({
    sign: 'not_negative',
    description: 'What automatic top-ups may cost in a calendar month (UTC), in the wallet’s currency.',
    example: '500',
  })
  monthly_amount?: Decimal | null;
}

export class ThresholdDto {
  @IsCredits({ sign: 'any', description: 'Credits.', example: '5' })
  threshold!: Decimal;

  /** `below` matches a balance at or below the threshold, `above` one at or above it. */
  @ApiProperty({ enum: ['above', 'below'], example: 'below' })
  @IsIn(['above', 'below'], { message: 'must be above or below' })
  condition!: 'above' | 'below';
}

/** Replaces the alert settings as a whole. */
export class AlertSettingsDto {
  @ApiProperty({ type: ThresholdDto, nullable: true, required: false })
  @IsOptional()
  @Nested(() => ThresholdDto)
  critical?: ThresholdDto | null;

  @ApiProperty({ type: ThresholdDto, nullable: true, required: false })
  @IsOptional()
  @Nested(() => ThresholdDto)
  warning?: ThresholdDto | null;

  @ApiProperty({ type: ThresholdDto, nullable: true, required: false })
  @IsOptional()
  @Nested(() => ThresholdDto)
  info?: ThresholdDto | null;

  @ApiProperty({ type: Boolean, nullable: true, required: false, example: true })
  @IsOptional()
  @IsBoolean()
  alert_enabled?: boolean | null;
}

export class WalletConfigDto {
  @ApiProperty({ enum: PRICE_TYPES, isArray: true, required: false, nullable: true, example: ['ALL'] })
  @IsOptional()
  @IsIn(PRICE_TYPES, { each: true, message: `must be a list of ${PRICE_TYPES.join(', ')}` })
  @ArrayMaxSize(10)
  @IsArray({ message: 'must be a list' })
  allowed_price_types?: string[] | null;
}

/** A wallet to be. */
export class CreateWalletDto {
  /** Three letters, stored in lower case.
   * @example 'usd' */
  @Matches(/^[A-Za-z]{3}$/, { message: 'must be three letters' })
  currency!: string;

  @IsOptional()
  @IsIdentifier({ description: 'Our id of the customer; or give external_customer_id.' })
  customer_id?: string | null;

  @IsOptional()
  @IsText({ min: 1, max: 255, description: 'Your own id of the customer.', example: 'demo-customer' })
  external_customer_id?: string | null;

  @ApiProperty({ enum: ['PRE_PAID', 'POST_PAID'], default: 'PRE_PAID', required: false, nullable: true })
  @IsOptional()
  @IsIn(['PRE_PAID', 'POST_PAID'], { message: 'must be PRE_PAID or POST_PAID' })
  wallet_type?: 'PRE_PAID' | 'POST_PAID' | null;

  @IsOptional()
  @IsRate({ isZeroAllowed: true, description: 'Currency per credit; 0 means 1.', example: '1' })
  conversion_rate?: Decimal | null;

  @IsOptional()
  @IsRate({ description: 'Currency per credit when buying; the conversion rate where it is not given.', example: '1' })
  topup_conversion_rate?: Decimal | null;

  @IsOptional()
  @IsCredits({ sign: 'any', description: 'Free credits to start with; nothing is loaded below zero.', example: '25' })
  initial_credits_to_load?: Decimal | null;

  @IsOptional()
  @IsTimestamp({ description: 'When the initial credits expire; never, if absent.' })
  initial_credits_expiry_date_utc?: Date | null;

  /** The same as a date, yyyymmdd: they expire when that day begins (UTC).
   * @example 20300101 */
  @ApiProperty({ type: 'integer', required: false, nullable: true })
  @IsOptional()
  @Max(99_991_231)
  @Min(10_000_101)
  @IsInt()
  initial_credits_to_load_expiry_date?: number | null;

  @IsOptional()
  @IsText({ max: 100, description: 'There are no price units here: any is not found.' })
  price_unit?: string | null;

  @IsOptional()
  @IsText({ max: 255, description: 'Made of type and currency, if absent or empty. Ours.', example: 'Main wallet' })
  name?: string | null;

  @IsOptional()
  @IsText({ max: 1000, example: 'Main wallet' })
  description?: string | null;

  @IsOptional()
  @IsMetadata()
  metadata?: Record<string, string> | null;

  /** Prices that it may pay: `USAGE` for PRE_PAID and `ALL` for POST_PAID, if absent. Ours. */
  @ApiProperty({ type: WalletConfigDto, required: false, nullable: true })
  @IsOptional()
  @Nested(() => WalletConfigDto)
  config?: WalletConfigDto | null;

  @ApiProperty({ type: AlertSettingsDto, required: false, nullable: true })
  @IsOptional()
  @Nested(() => AlertSettingsDto)
  alert_settings?: AlertSettingsDto | null;

  @ApiProperty({ type: AutoTopUpDto, required: false, nullable: true })
  @IsOptional()
  @Nested(() => AutoTopUpDto)
  auto_topup?: AutoTopUpDto | null;

  /** In force before the first automatic top-up. Ours. */
  @ApiProperty({ type: TopUpLimitsDto, required: false, nullable: true })
  @IsOptional()
  @Nested(() => TopUpLimitsDto)
  top_up_limits?: TopUpLimitsDto | null;

  @IsOptional()
  @IsCredits({ sign: 'not_negative', description: 'How far debits may go into debt, credits. Ours.', example: '0' })
  overdraft_limit?: Decimal | null;

  @IsOptional()
  @IsIdempotencyKey({ isEmptyAllowed: true })
  idempotency_key?: string | null;
}

/** Changes to a wallet: only what is sent. */
export class UpdateWalletDto {
  @IsOptional()
  @IsText({ max: 255, description: 'An empty name is ignored.', example: 'Main wallet' })
  name?: string | null;

  @IsOptional()
  @IsText({ max: 1000, description: 'An empty description is ignored.', example: 'API usage' })
  description?: string | null;

  @IsOptional()
  @IsMetadata()
  metadata?: Record<string, string> | null;

  @ApiProperty({ type: AutoTopUpDto, required: false, nullable: true })
  @IsOptional()
  @Nested(() => AutoTopUpDto)
  auto_topup?: AutoTopUpDto | null;

  /** Ours. */
  @ApiProperty({ type: TopUpLimitsDto, required: false, nullable: true })
  @IsOptional()
  @Nested(() => TopUpLimitsDto)
  top_up_limits?: TopUpLimitsDto | null;

  @ApiProperty({ type: WalletConfigDto, required: false, nullable: true })
  @IsOptional()
  @Nested(() => WalletConfigDto)
  config?: WalletConfigDto | null;

  @ApiProperty({ type: AlertSettingsDto, required: false, nullable: true })
  @IsOptional()
  @Nested(() => AlertSettingsDto)
  alert_settings?: AlertSettingsDto | null;

  @IsOptional()
  @IsCredits({ sign: 'not_negative', description: 'How far debits may go into debt, credits. Ours.', example: '0' })
  overdraft_limit?: Decimal | null;
}

/** Credits to add, as credits or as an amount of the wallet's currency. */
export class TopUpWalletDto {
  @ApiProperty({ enum: TOP_UP_REASONS, example: 'PURCHASED_CREDIT_DIRECT' })
  @IsIn(TOP_UP_REASONS, { message: `must be one of ${TOP_UP_REASONS.join(', ')}` })
  transaction_reason!: Exclude<(typeof GRANT_REASONS)[number], 'PURCHASED_CREDIT_BONUS'>;

  @IsOptional()
  @IsCredits({ description: 'Credits; wins over `amount`.', example: '100' })
  credits_to_add?: Decimal | null;

  @IsOptional()
  @IsCurrencyAmount({ description: 'Amount of the wallet’s currency: credits = amount / topup_conversion_rate.' })
  amount?: Decimal | null;

  @IsOptional()
  @IsTimestamp({ description: 'When they expire; never, if absent.' })
  expiry_date_utc?: Date | null;

  /** Lower is spent first; none last. */
  @ApiProperty({ type: 'integer', minimum: 0, required: false, nullable: true, example: 1 })
  @IsOptional()
  @Max(MAX_INT)
  @Min(0)
  @IsInt()
  priority?: number | null;

  @IsOptional()
  @IsIdempotencyKey({ isEmptyAllowed: true })
  idempotency_key?: string | null;

  @IsOptional()
  @IsText({ max: 1000, example: 'January' })
  description?: string | null;

  @IsOptional()
  @IsMetadata()
  metadata?: Record<string, string> | null;

  @IsOptional()
  @IsCredits({ description: 'Free credits on top.', example: '10' })
  bonus_credits_to_add?: Decimal | null;

  @IsOptional()
  @IsTimestamp({ description: 'When the bonus expires; never, if absent.' })
  bonus_credits_expiry_date_utc?: Date | null;

  /** Accepted and ignored: invoices are kept here, and synced to nobody else's books. */
  @ApiProperty({ type: Boolean, required: false, nullable: true })
  @IsOptional()
  @IsBoolean()
  force_sync_invoice?: boolean | null;

  /** The customer pays now, on a page of the payment provider's; with `PURCHASED_CREDIT_INVOICED` only. */
  @ApiProperty({ type: CheckoutRequestDto, required: false, nullable: true })
  @IsOptional()
  @Nested(() => CheckoutRequestDto)
  checkout?: CheckoutRequestDto | null;
}

/** Credits to spend. */
export class DebitWalletDto {
  @IsCredits({ description: 'Credits to spend, above zero.', example: '21' })
  credits!: Decimal;

  @ApiProperty({ enum: ['MANUAL_BALANCE_DEBIT'], example: 'MANUAL_BALANCE_DEBIT' })
  @IsIn(['MANUAL_BALANCE_DEBIT'], { message: 'must be MANUAL_BALANCE_DEBIT' })
  transaction_reason!: 'MANUAL_BALANCE_DEBIT';

  @IsOptional()
  @IsIdempotencyKey()
  idempotency_key?: string | null;

  @IsOptional()
  @IsText({ max: 1000, example: 'Scan 17' })
  description?: string | null;

  @IsOptional()
  @IsMetadata()
  metadata?: Record<string, string> | null;
}

/** What to turn a wallet into. */
export class ModifyWalletDto {
  @ApiProperty({ enum: ['prepaid_to_postpaid'], example: 'prepaid_to_postpaid' })
  @IsIn(['prepaid_to_postpaid'], { message: 'must be prepaid_to_postpaid' })
  modification_type!: 'prepaid_to_postpaid';

  @IsOptional()
  @IsIdempotencyKey({ isEmptyAllowed: true })
  idempotency_key?: string | null;
}
