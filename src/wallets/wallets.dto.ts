import { ApiProperty, getSchemaPath } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
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
import { SortDto, WalletsSearchQuery } from '../http/filters.dto.js';
import { IgnoreUnknownFields } from '../http/validation.pipe.js';
import { Pagination, WalletsPageQuery } from '../http/wallets-page.js';
import { GRANT_REASONS } from '../ledger/entry.entity.js';
import type { AlertSettings } from '../ledger/wallet.entity.js';
import type { Decimal } from '../shared/decimal.js';

const PRICE_TYPES = ['ALL', 'USAGE', 'FIXED'];
const EXPANSIONS = ['credits_available_breakdown'];
const TOP_UP_REASONS = GRANT_REASONS.filter((reason) => reason !== 'PURCHASED_CREDIT_BONUS');
const MAX_INT = 2_147_483_647;

const toFlag = Transform(({ value }: { value: unknown }) => ({ true: true, false: false })[String(value)] ?? value);

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
@IgnoreUnknownFields()
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
@IgnoreUnknownFields()
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

@IgnoreUnknownFields()
export class WalletConfigDto {
  @ApiProperty({ enum: PRICE_TYPES, isArray: true, required: false, nullable: true, example: ['ALL'] })
  @IsOptional()
  @IsIn(PRICE_TYPES, { each: true, message: `must be a list of ${PRICE_TYPES.join(', ')}` })
  @ArrayMaxSize(10)
  @IsArray({ message: 'must be a list' })
  allowed_price_types?: string[] | null;
}

/** A wallet to be. Unknown fields are accepted and ignored. */
@IgnoreUnknownFields()
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
  @IsText({ max: 1000, example: 'Main wallet' })
  description?: string | null;

  @IsOptional()
  @IsMetadata()
  metadata?: Record<string, string> | null;

  @ApiProperty({ type: AlertSettingsDto, required: false, nullable: true })
  @IsOptional()
  @Nested(() => AlertSettingsDto)
  alert_settings?: AlertSettingsDto | null;

  @ApiProperty({ type: AutoTopUpDto, required: false, nullable: true })
  @IsOptional()
  @Nested(() => AutoTopUpDto)
  auto_topup?: AutoTopUpDto | null;

  @IsOptional()
  @IsCredits({ sign: 'not_negative', description: 'How far debits may go into debt, credits. Ours.', example: '0' })
  overdraft_limit?: Decimal | null;

  @IsOptional()
  @IsIdempotencyKey({ isEmptyAllowed: true })
  idempotency_key?: string | null;
}

/** Changes to a wallet: only what is sent. Unknown fields are accepted and ignored. */
@IgnoreUnknownFields()
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
@IgnoreUnknownFields()
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

  @ApiProperty({ type: Object, required: false, nullable: true, description: 'Not supported: pay by invoice instead.' })
  @IsOptional()
  checkout?: unknown;
}

/** Credits to spend. */
@IgnoreUnknownFields()
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

@IgnoreUnknownFields()
export class ExpandQuery {
  /** `credits_available_breakdown`: credits by source. */
  @ApiProperty({ enum: EXPANSIONS, required: false })
  @IsOptional()
  @IsIn(['', ...EXPANSIONS], { message: `must be ${EXPANSIONS.join(', ')}` })
  expand?: string;

  @ApiProperty({ type: Boolean, required: false, description: 'Accepted and ignored: balances are always fresh.' })
  @IsOptional()
  from_cache?: unknown;
}

/** Wallets of one customer, with balances. */
@IgnoreUnknownFields()
export class CustomerWalletsQuery extends ExpandQuery {
  @IsOptional()
  @IsIdentifier({ description: 'Our id of the customer; or give lookup_key.' })
  id?: string;

  @IsOptional()
  @IsText({ min: 1, max: 255, description: 'Your own id of the customer.', example: 'demo-customer' })
  lookup_key?: string;

  @ApiProperty({ type: Boolean, required: false, default: false })
  @toFlag
  @IsOptional()
  @IsBoolean({ message: 'must be true or false' })
  include_real_time_balance?: boolean;
}

const toList = Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.split(',') : value));

@IgnoreUnknownFields()
export class WalletSearchDto extends WalletsSearchQuery {
  @ApiProperty({ type: [String], required: false, nullable: true })
  @IsOptional()
  @IsIdentifierList()
  wallet_ids?: string[] | null;

  @ApiProperty({ type: [String], required: false, nullable: true, description: 'Ours.' })
  @IsOptional()
  @IsIdentifierList()
  customer_ids?: string[] | null;

  @IsOptional()
  @IsIdentifier({ description: 'Ours.' })
  customer_id?: string | null;

  @ApiProperty({ enum: ['active', 'frozen', 'closed'], required: false, nullable: true })
  @IsOptional()
  @IsIn(['active', 'frozen', 'closed'], { message: 'must be active, frozen or closed' })
  status?: 'active' | 'frozen' | 'closed' | null;

  @ApiProperty({ type: Boolean, required: false, nullable: true })
  @toFlag
  @IsOptional()
  @IsBoolean({ message: 'must be true or false' })
  alert_enabled?: boolean | null;

  @ApiProperty({ enum: EXPANSIONS, required: false })
  @IsOptional()
  @IsIn(['', ...EXPANSIONS], { message: `must be ${EXPANSIONS.join(', ')}` })
  expand?: string | null;

  /** Fields with directions; or, as the SDK sends it, the name of one field, in the direction of `order`. */
  @ApiProperty({
    type: Object,
    isArray: false,
    required: false,
    oneOf: [
      { type: 'array', items: { $ref: getSchemaPath(SortDto) } },
      { type: 'string', example: 'created_at' },
      { type: 'null' },
    ],
  })
  @Transform(({ obj, value }: { obj: { sort?: unknown }; value: unknown }) => sortOf(obj.sort, value))
  declare sort?: SortDto[] | null;
}

/** Flexprice's clients name one field here, where every other search takes a list. */
function sortOf(sent: unknown, read: unknown): unknown {
  if (typeof sent !== 'string') return read;
  return sent === '' ? null : [Object.assign(new SortDto(), { field: sent })];
}

/** The same as query parameters; `sort` is a field's name. */
@IgnoreUnknownFields()
export class WalletListQuery extends WalletsPageQuery {
  @ApiProperty({ type: [String], required: false, description: 'Comma separated, or repeated.' })
  @toList
  @IsOptional()
  @IsIdentifierList()
  wallet_ids?: string[];

  @IsOptional()
  @IsIdentifier({ description: 'Ours.' })
  customer_id?: string;

  @ApiProperty({ enum: ['active', 'frozen', 'closed'], required: false })
  @IsOptional()
  @IsIn(['active', 'frozen', 'closed'], { message: 'must be active, frozen or closed' })
  status?: 'active' | 'frozen' | 'closed';

  @ApiProperty({ type: Boolean, required: false })
  @toFlag
  @IsOptional()
  @IsBoolean({ message: 'must be true or false' })
  alert_enabled?: boolean;

  @ApiProperty({ enum: EXPANSIONS, required: false })
  @IsOptional()
  @IsIn(['', ...EXPANSIONS], { message: `must be ${EXPANSIONS.join(', ')}` })
  expand?: string;

  /** Field to sort by. */
  @IsOptional()
  @IsText({ min: 1, max: 100, example: 'created_at' })
  sort?: string;
}

function IsIdentifierList(): PropertyDecorator {
  return (target, property) => {
    Matches(/^[^\0]{1,100}$/, { each: true, message: 'must be a list of ids' })(target, property);
    ArrayMaxSize(1000, { message: 'must have at most 1000 items' })(target, property);
    IsArray({ message: 'must be a list of ids' })(target, property);
  };
}

export class AutoTopUpResponse {
  enabled!: boolean;
  /** Credits.
   * @example '10' */
  threshold!: string;
  /** Credits.
   * @example '50' */
  amount!: string;
  invoicing!: boolean;
  @ApiProperty({ type: CooldownDto, nullable: true })
  cooldown!: CooldownDto | null;
  /** Why automatic top-up is paused, as a code; null while it is not. */
  paused_reason!: string | null;
}

export class TopUpLimitsResponse {
  @ApiProperty({ type: 'integer' })
  max_per_hour!: number;
  @ApiProperty({ type: 'integer' })
  max_units!: number;
  @ApiProperty({ type: 'integer', nullable: true })
  monthly_count!: number | null;
  /** In the wallet's currency. */
  monthly_amount!: string | null;
}

export class BreakdownDto {
  /** @example '100' */
  purchased!: string;
  /** @example '25' */
  free!: string;
}

export class WalletConfigResponse {
  /** @example ['USAGE'] */
  allowed_price_types!: string[];
}

/** A wallet. */
export class WalletDto {
  /** @example 'wallet_01KAHZ5Q7X0000000000000000' */
  id!: string;
  customer_id!: string;
  /** @example 'usd' */
  currency!: string;
  /** `credit_balance` in the wallet's currency.
   * @example '125' */
  balance!: string;
  /** Posted credits; below zero in debt.
   * @example '125' */
  credit_balance!: string;
  /** Credits on hold. Ours.
   * @example '0' */
  held_credits!: string;
  @ApiProperty({ enum: ['active', 'frozen', 'closed'] })
  wallet_status!: string;
  /** @example 'Prepaid Wallet - USD' */
  name!: string;
  description!: string;
  @ApiProperty({ type: Object, additionalProperties: { type: 'string' } })
  metadata!: Record<string, string>;
  @ApiProperty({ type: AutoTopUpResponse, nullable: true })
  auto_topup!: AutoTopUpResponse | null;
  /** Ours. */
  @ApiProperty({ type: TopUpLimitsResponse, nullable: true })
  top_up_limits!: TopUpLimitsResponse | null;
  @ApiProperty({ enum: ['PRE_PAID', 'POST_PAID'] })
  wallet_type!: string;
  config!: WalletConfigResponse;
  /** Currency per credit.
   * @example '1' */
  conversion_rate!: string;
  /** Currency per credit when buying.
   * @example '1' */
  topup_conversion_rate!: string;
  /** How far debits may go into debt, credits. Ours.
   * @example '0' */
  overdraft_limit!: string;
  @ApiProperty({ type: AlertSettingsDto, nullable: true })
  alert_settings!: AlertSettings | null;
  /** State of the real-time balance. */
  @ApiProperty({ enum: ['ok', 'info', 'warning', 'in_alarm'] })
  alert_state!: string;
  /** Credits by source, with `expand`. */
  @ApiProperty({ type: BreakdownDto, nullable: true })
  credits_available_breakdown!: BreakdownDto | null;
  /** Rises with every change of the wallet, its balances included; sometimes by more than one. Ours.
   * @example 7 */
  @ApiProperty({ type: 'integer' })
  version!: number;
  environment_id!: string;
  tenant_id!: string;
  /** @example 'published' */
  status!: string;
  created_at!: string;
  updated_at!: string;
  created_by!: string;
  updated_by!: string;
}

/** A wallet with what can be spent now. */
export class WalletBalanceDto extends WalletDto {
  /** What can be spent, in the wallet's currency: posted less held less expired.
   * @example '125' */
  real_time_balance!: string | null;
  /** The same in credits.
   * @example '125' */
  real_time_credit_balance!: string | null;
  balance_updated_at!: string;
  /** Credits on the wallet, holds and credits that have expired but are not booked off yet included. Ours.
   * @example '125' */
  posted_credit_balance!: string;
  /** Credits that holds have reserved. Ours.
   * @example '0' */
  held_credit_balance!: string;
  /** Credits that can be spent now: the same as `real_time_credit_balance`. Ours.
   * @example '125' */
  available_credit_balance!: string | null;
  /** What is on hold, in the wallet's currency.
   * @example '0' */
  current_period_usage!: string | null;
  /** @example '0' */
  unpaid_invoices_amount!: string | null;
  /** Always false: balances are always fresh. */
  is_cached_fallback!: boolean;
}

export class TerminatedWalletDto extends WalletDto {
  /** @example 'wallet terminated' */
  message!: string;
}

/** What to turn a wallet into. */
@IgnoreUnknownFields()
export class ModifyWalletDto {
  @ApiProperty({ enum: ['prepaid_to_postpaid'], example: 'prepaid_to_postpaid' })
  @IsIn(['prepaid_to_postpaid'], { message: 'must be prepaid_to_postpaid' })
  modification_type!: 'prepaid_to_postpaid';

  @IsOptional()
  @IsIdempotencyKey({ isEmptyAllowed: true })
  idempotency_key?: string | null;
}

export class ModifiedWalletDto {
  /** Closed. */
  original_wallet!: WalletDto;
  /** Has what the original one had left. */
  new_wallet!: WalletDto;
}

export class WalletListResponse {
  items!: WalletDto[];
  pagination!: Pagination;
}
