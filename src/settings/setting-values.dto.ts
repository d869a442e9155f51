import { ApiProperty } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
} from 'class-validator';
import { IsText } from '../http/fields/is-text.js';
import { IsCredits } from '../http/fields/is-credits.js';
import { Nested, NestedList } from '../http/fields/nested.js';
import { type Decimal, ZERO } from '../shared/decimal.js';

/** `wallets`: how wallets behave. */
export class WalletsSettingDto {
  /** Lets `POST /v1/wallets/{id}/debit` take a balance below zero without limit, as Flexprice does. */
  @ApiProperty({ type: Boolean, default: false })
  @IsBoolean()
  manual_debit_overdraft: boolean = false;
}

/** `payments`: who takes the money. */
export class PaymentsSettingDto {
  /**
   * `sandbox` moves no money; `stripe` charges cards with the keys of `/v1/settings/payments/stripe`; `webhook` asks your own
   * billing system, as `/v1/settings/payments/webhook` says; `none` means that nothing is charged and automatic top-ups
   * credit at once.
   */
  @ApiProperty({ enum: ['sandbox', 'stripe', 'webhook', 'none'] })
  @IsIn(['sandbox', 'stripe', 'webhook', 'none'])
  provider!: 'sandbox' | 'stripe' | 'webhook' | 'none';
}

export class AlertThresholdDto {
  @IsCredits({ sign: 'any', description: 'Credits.', example: '5' })
  threshold!: Decimal;

  /** `below` matches a balance at or below the threshold, `above` one at or above it. */
  @ApiProperty({ enum: ['above', 'below'] })
  @IsIn(['above', 'below'])
  condition!: 'above' | 'below';
}

/** `wallet_balance_alert_config`: the alert settings of wallets that have none of their own. */
export class AlertsSettingDto {
  @IsOptional()
  @Nested(() => AlertThresholdDto)
  @ApiProperty({ type: AlertThresholdDto, nullable: true, required: false })
  critical?: AlertThresholdDto | null;

  @IsOptional()
  @Nested(() => AlertThresholdDto)
  @ApiProperty({ type: AlertThresholdDto, nullable: true, required: false })
  warning?: AlertThresholdDto | null;

  @IsOptional()
  @Nested(() => AlertThresholdDto)
  @ApiProperty({ type: AlertThresholdDto, nullable: true, required: false })
  info?: AlertThresholdDto | null;

  @ApiProperty({ type: Boolean, default: false, required: false })
  @IsOptional()
  @IsBoolean()
  alert_enabled?: boolean | null;
}

export class BonusDto {
  /** `flat`: that many credits. `percentage`: of the credits bought. */
  @ApiProperty({ enum: ['flat', 'percentage'] })
  @IsIn(['flat', 'percentage'])
  type!: 'flat' | 'percentage';

  @IsCredits({ description: 'Credits, or percent.', example: '10' })
  value!: Decimal;
}

export class BonusSlabDto {
  @IsCredits({ sign: 'not_negative', description: 'Credits bought, from which this slab counts.', example: '100' })
  threshold!: Decimal;

  @ApiProperty({ enum: ['gte'] })
  @IsIn(['gte'])
  operator!: 'gte';

  @ApiProperty({ type: BonusDto })
  @Nested(() => BonusDto)
  bonus!: BonusDto;

  /** After how many units the bonus expires; never, if absent. */
  @ApiProperty({ type: 'integer', minimum: 1, nullable: true, required: false })
  @IsOptional()
  @Max(10_000)
  @Min(1)
  @IsInt()
  expiration_duration?: number | null;

  @ApiProperty({ enum: ['DAY', 'WEEK', 'MONTH', 'YEAR'], nullable: true, required: false })
  @IsOptional()
  @IsIn(['DAY', 'WEEK', 'MONTH', 'YEAR'])
  expiration_duration_unit?: 'DAY' | 'WEEK' | 'MONTH' | 'YEAR' | null;
}

/** `bonus_credits_topup_config`: free credits on top of bought ones. The first slab that matches counts. */
export class BonusSettingDto {
  @ApiProperty({ type: Boolean, default: false })
  @IsBoolean()
  enabled: boolean = false;

  /** Strictly descending by threshold. */
  @ApiProperty({ type: [BonusSlabDto] })
  @NestedList(() => BonusSlabDto, 50)
  slabs: BonusSlabDto[] = [];
}

export class TaxDto {
  @IsText({ min: 1, max: 50, description: 'What it is called on invoices.', example: 'VAT' })
  name!: string;

  @IsCredits({ sign: 'not_negative', description: 'Percent, at most 100, up to 5 decimal places.', example: '21' })
  rate!: Decimal;
}

/** Who sells, as invoices show it. */
export class SellerDto {
  @IsText({ max: 255, example: 'Acme Scanners Ltd' })
  name: string = '';

  /** Lines of the address. */
  @ApiProperty({ type: [String], maxItems: 6, default: [], example: ['1 Main Street', '1000-001 Lisboa', 'Portugal'] })
  @IsString({ each: true, message: 'must be a list of strings' })
  @MaxLength(255, { each: true, message: 'must have lines of at most 255 characters' })
  @ArrayMaxSize(6, { message: 'must have at most 6 lines' })
  @IsArray({ message: 'must be a list of strings' })
  address: string[] = [];

  @IsText({ max: 50, example: 'PT500000000' })
  tax_id: string = '';
}

/** `invoice_config`. What else it has in Flexprice means nothing here, and is refused. */
export class InvoicesSettingDto {
  /** Credits an invoiced purchase at once and makes its invoice as a paid one. */
  @ApiProperty({ type: Boolean, default: false })
  @IsBoolean()
  auto_complete_purchased_credit_transaction: boolean = false;

  /** Taxes that the prices include: they are part of what is charged, never added to it. None by default. */
  @ApiProperty({ type: [TaxDto], default: [] })
  @NestedList(() => TaxDto, 5)
  taxes: TaxDto[] = [];

  @ApiProperty({ type: SellerDto, required: false })
  @Nested(() => SellerDto)
  seller: SellerDto = new SellerDto();

  /** Days after which an unpaid invoice of an automatic top-up is overdue, which pauses the rule that wrote it. */
  @ApiProperty({ type: 'integer', minimum: 1, maximum: 365, default: 14 })
  @Max(365)
  @Min(1)
  @IsInt()
  due_days: number = 14;
}

/** `top_up_fee`: what a purchase of credits costs beside the credits, as a line of its own on its invoice. */
export class TopUpFeeSettingDto {
  /**
   * `added`: on top of the price; automatic top-ups that agreed to less pause (`fee_changed`) instead of paying more.
   * `contained`: the customer pays the price, and a part of it is the fee. Taxes are included in it, as in prices.
   */
  @ApiProperty({ enum: ['none', 'added', 'contained'], default: 'none' })
  @IsIn(['none', 'added', 'contained'])
  mode: 'none' | 'added' | 'contained' = 'none';

  @IsCredits({
    sign: 'not_negative',
    description: 'Of the price after discounts, at most 50, up to 4 decimal places; rounded half up to a minor unit.',
    example: '2.9',
  })
  percent: Decimal = ZERO;

  /** Once a charge, integer minor units by currency (ISO 4217, lower case); none in a currency that is not named. */
  @ApiProperty({ type: Object, default: {}, example: { usd: 30, eur: 25 } })
  @IsObject({ message: 'must be an object' })
  fixed_minor: Record<string, number> = {};
}

/** Points that may be spent; what they are is in docs/limits.md. */
export class RateLimitDto {
  /** Null: what the operator lets the tenant have. */
  @ApiProperty({ type: 'integer', minimum: 10, maximum: 10_000_000, nullable: true, default: null })
  @IsOptional()
  @Max(10_000_000)
  @Min(10)
  @IsInt()
  per_second: number | null = null;

  @ApiProperty({ type: 'integer', minimum: 10, maximum: 600_000_000, nullable: true, default: null })
  @IsOptional()
  @Max(600_000_000)
  @Min(10)
  @IsInt()
  per_minute: number | null = null;
}

function clientLimit(): RateLimitDto {
  return Object.assign(new RateLimitDto(), { per_second: 500 });
}

/** `rate_limits`: how much of what the operator lets the tenant have this environment and its keys may spend. */
export class RateLimitsSettingDto {
  /** All keys of the environment together. */
  @ApiProperty({ type: RateLimitDto, required: false })
  @Nested(() => RateLimitDto)
  environment: RateLimitDto = new RateLimitDto();

  /** Each server key by itself. */
  @ApiProperty({ type: RateLimitDto, required: false })
  @Nested(() => RateLimitDto)
  server_key: RateLimitDto = new RateLimitDto();

  /** Each account key and each publishable key by itself: 500 points in a second unless something else is set. */
  @ApiProperty({ type: RateLimitDto, required: false })
  @Nested(() => RateLimitDto)
  client_key: RateLimitDto = clientLimit();
}

/** `credits`: the credits API. */
export class CreditsSettingDto {
  /** Currency of the accounts' credits wallets, ISO 4217. */
  @ApiProperty({ type: String, default: 'usd' })
  @Matches(/^[a-z]{3}$/, { message: 'must be three lower-case letters' })
  currency: string = 'usd';

  /** Months after the last purchase, at which all purchased credits expire. */
  @ApiProperty({ type: 'integer', minimum: 1, maximum: 120, default: 12 })
  @Max(120)
  @Min(1)
  @IsInt()
  purchase_validity_months: number = 12;

  /** Free credits that every account gets on the day of sign-up of each month, 0 for none; the rest of the last is forfeited. */
  @ApiProperty({ type: 'integer', minimum: 0, maximum: 1_000_000, default: 0 })
  @Max(1_000_000)
  @Min(0)
  @IsInt()
  promotional_credits: number = 0;

  /** Months that promotional credits are good for, and after which the next ones come. */
  @ApiProperty({ type: 'integer', minimum: 1, maximum: 120, default: 1 })
  @Max(120)
  @Min(1)
  @IsInt()
  promotional_validity_months: number = 1;
}

/** `portal`: how the customer portal looks, where it may be shown, and what its sessions may spend. */
export class PortalSettingDto {
  @IsText({
    max: 60,
    description: 'Who sells, as the pages say it; the tenant’s name where it is empty.',
    example: 'Acme',
  })
  display_name: string = '';

  @IsText({
    max: 7,
    description: '`#rrggbb`, for buttons. It must have a contrast of 3 with a white page and with a dark one.',
    example: '#1a7f5a',
  })
  accent_color: string = '';

  @IsText({
    max: 40_000,
    description: 'A `data:` URL of a PNG, JPEG, WebP or SVG, base64: the pages load nothing from other hosts.',
    example: '',
  })
  logo: string = '';

  /** Origins whose pages may show the portal in a frame; none by default. */
  @ApiProperty({ type: [String], maxItems: 10, default: [], example: ['https://app.acme.example'] })
  @IsString({ each: true, message: 'must be a list of strings' })
  @ArrayMaxSize(10, { message: 'must have at most 10 origins' })
  @IsArray({ message: 'must be a list of strings' })
  allowed_origins: string[] = [];

  /** Purchases by hand that a customer may begin in the portal, counted over 24 hours with those from elsewhere; 0: none. */
  @ApiProperty({ type: 'integer', minimum: 0, maximum: 1000, default: 10 })
  @Max(1000)
  @Min(0)
  @IsInt()
  purchases_per_day: number = 10;

  /** What they may cost together, fees included, integer minor units by currency; no limit in one that is not named. */
  @ApiProperty({ type: Object, default: {}, example: { usd: 50_000 } })
  @IsObject({ message: 'must be an object' })
  spend_per_day_minor: Record<string, number> = {};
}
