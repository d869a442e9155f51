import { ApiProperty } from '@nestjs/swagger';
import { ArrayMaxSize, IsArray, IsIn, IsInt, IsOptional, IsString, Length, Matches, Max, Min } from 'class-validator';
import { IsIdentifierList } from '../../http/fields/is-identifier-list.js';
import { IsText } from '../../http/fields/is-text.js';
import { IsTimestamp } from '../../http/fields/is-timestamp.js';
import { WalletsSearchQuery } from '../../http/filters.dto.js';
import { SentBySdk } from '../../http/validation.pipe.js';
import { Pagination } from '../../http/wallets-page.js';
import { formatTimestamp, formatTimestampOrNull } from '../../shared/clock.js';
import { formatDecimal, fromMinorUnits } from '../../shared/decimal.js';
import { PACK_CURRENCIES, type PackCurrency } from '../packs/credit-pack.entity.js';
import type { Coupon } from './coupon.entity.js';

const MAX_AMOUNT_MINOR = 99_999_999;
const MAX_LIMIT = 2_147_483_647;
const STATUSES = ['published', 'archived', 'deleted'];
const COUPON_ID = /^[\w.:-]{1,100}$/;

/** A coupon to be given out: either `percent_off`, or `amount_off_minor` with `currency`. */
export class CreateCouponDto {
  /** What buyers enter: letters, digits, `_`, `-`, `.` and `:`. Made by us when left out. Cannot be used again. */
  @ApiProperty({ type: String, maxLength: 100, example: 'WELCOME10', required: false })
  @IsOptional()
  @Matches(COUPON_ID, { message: 'must be 1 to 100 letters, digits, _, -, . or :' })
  id?: string | null;

  @IsText({ min: 1, max: 100, description: 'As invoices show it.', example: 'Welcome: 10% off' })
  name!: string;

  /** Whole percent off what is left to pay. */
  @ApiProperty({ type: 'integer', minimum: 1, maximum: 100, nullable: true, required: false, example: 10 })
  @IsOptional()
  @Max(100)
  @Min(1)
  @IsInt()
  percent_off?: number | null;

  /** Minor units of `currency` off, never more than is left to pay. */
  @ApiProperty({ type: 'integer', minimum: 1, maximum: MAX_AMOUNT_MINOR, nullable: true, required: false })
  @IsOptional()
  @Max(MAX_AMOUNT_MINOR)
  @Min(1)
  @IsInt()
  amount_off_minor?: number | null;

  /** Good for packs in this currency only. Required with `amount_off_minor`. */
  @ApiProperty({ enum: PACK_CURRENCIES, nullable: true, required: false })
  @IsOptional()
  @IsIn(PACK_CURRENCIES, { message: `must be one of ${PACK_CURRENCIES.join(', ')}` })
  currency?: PackCurrency | null;

  /** Packs that it is good for; all when left out. */
  @ApiProperty({ type: [String], required: false, maxItems: 100, example: ['pack_100'] })
  @IsOptional()
  @Matches(COUPON_ID, { each: true, message: 'must be a list of pack ids' })
  @Length(1, 100, { each: true, message: 'must be a list of pack ids' })
  @IsString({ each: true, message: 'must be a list of pack ids' })
  @ArrayMaxSize(100, { message: 'must have at most 100 items' })
  @IsArray({ message: 'must be a list of pack ids' })
  pack_ids?: string[] | null;

  /** Purchases with it, of all accounts; no limit when left out. */
  @ApiProperty({ type: 'integer', minimum: 1, maximum: MAX_LIMIT, nullable: true, required: false, example: 1000 })
  @IsOptional()
  @Max(MAX_LIMIT)
  @Min(1)
  @IsInt()
  max_redemptions?: number | null;

  /** Purchases with it, of each account; no limit when left out. */
  @ApiProperty({ type: 'integer', minimum: 1, maximum: MAX_LIMIT, nullable: true, required: false, example: 1 })
  @IsOptional()
  @Max(MAX_LIMIT)
  @Min(1)
  @IsInt()
  max_redemptions_per_account?: number | null;

  @IsOptional()
  @IsTimestamp({ description: 'Good from this instant on, RFC 3339.' })
  valid_from?: Date | null;

  @IsOptional()
  @IsTimestamp({ description: 'Good before this instant, RFC 3339.' })
  valid_until?: Date | null;
}

/** Which coupons; all that is given must hold. */
@SentBySdk('expand')
export class CouponSearchDto extends WalletsSearchQuery {
  @ApiProperty({ type: [String], required: false, nullable: true, example: ['WELCOME10'] })
  @IsOptional()
  @IsIdentifierList()
  coupon_ids?: string[] | null;

  /** All of ours are `published`. */
  @ApiProperty({ enum: STATUSES, required: false, nullable: true })
  @IsOptional()
  @IsIn(STATUSES, { message: `must be one of ${STATUSES.join(', ')}` })
  status?: string | null;
}

/** A coupon, as its tenant sees it: in our words, and in those of Flexprice’s client. */
export class CouponDto {
  /** @example 'WELCOME10' */
  id!: string;
  /** @example 'Welcome: 10% off' */
  name!: string;
  @ApiProperty({ type: 'integer', nullable: true, example: 10 })
  percent_off!: number | null;
  @ApiProperty({ type: 'integer', nullable: true, example: null })
  amount_off_minor!: number | null;
  @ApiProperty({ enum: PACK_CURRENCIES, nullable: true, example: null })
  currency!: PackCurrency | null;
  /** Empty: all packs. */
  pack_ids!: string[];
  @ApiProperty({ type: 'integer', nullable: true, example: 1000 })
  max_redemptions!: number | null;
  @ApiProperty({ type: 'integer', nullable: true, example: 1 })
  max_redemptions_per_account!: number | null;
  /** Purchases with it that are open or went through. */
  @ApiProperty({ type: 'integer', example: 42 })
  redemptions!: number;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  valid_from!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  valid_until!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  withdrawn_at!: string | null;
  /** `percent_off`, or `amount_off_minor`, as Flexprice has them. */
  @ApiProperty({ enum: ['percentage', 'fixed'] })
  type!: string;
  /** `percent_off` as text.
   * @example '10' */
  percentage_off!: string | null;
  /** `amount_off_minor` in the currency’s major unit.
   * @example null */
  amount_off!: string | null;
  /** Always `once`: of one purchase. */
  @ApiProperty({ enum: ['once'] })
  cadence!: string;
  /** Always null. */
  @ApiProperty({ type: 'integer', nullable: true, example: null })
  duration_in_periods!: number | null;
  /** `valid_from`. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  redeem_after!: string | null;
  /** `valid_until`, or the instant at which it was withdrawn, if that is earlier. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  redeem_before!: string | null;
  /** `redemptions`. */
  @ApiProperty({ type: 'integer', example: 42 })
  total_redemptions!: number;
  /** Always null: `pack_ids` say what it is good for. */
  @ApiProperty({ type: Object, additionalProperties: true, nullable: true, example: null })
  rules!: Record<string, unknown> | null;
  /** Always empty. */
  @ApiProperty({ type: Object, additionalProperties: { type: 'string' } })
  metadata!: Record<string, string>;
  tenant_id!: string;
  environment_id!: string;
  /** @example 'published' */
  status!: string;
  /** @example '2026-01-01T00:00:00.123000Z' */
  created_at!: string;
  updated_at!: string;
  created_by!: string;
  updated_by!: string;
}

export class CouponListDto {
  items!: CouponDto[];
  pagination!: Pagination;
}

export function renderCoupon(coupon: Coupon, redemptions: ReadonlyMap<string, number>): CouponDto {
  const count = redemptions.get(coupon.id) ?? 0;
  return {
    id: coupon.id,
    name: coupon.name,
    percent_off: coupon.percentOff ?? null,
    amount_off_minor: coupon.amountOffMinor ?? null,
    currency: coupon.currency ?? null,
    pack_ids: coupon.packIds,
    max_redemptions: coupon.maxRedemptions ?? null,
    max_redemptions_per_account: coupon.maxPerAccount ?? null,
    redemptions: count,
    valid_from: formatTimestampOrNull(coupon.validFrom),
    valid_until: formatTimestampOrNull(coupon.validUntil),
    withdrawn_at: formatTimestampOrNull(coupon.withdrawnAt),
    ...inFlexpriceWords(coupon, count),
    tenant_id: coupon.tenantId,
    environment_id: coupon.environmentId,
    status: coupon.status,
    created_at: formatTimestamp(coupon.createdAt),
    updated_at: formatTimestamp(coupon.updatedAt),
    created_by: coupon.createdBy,
    updated_by: coupon.updatedBy,
  };
}

type FlexpriceFields =
  | 'type'
  | 'percentage_off'
  | 'amount_off'
  | 'cadence'
  | 'duration_in_periods'
  | 'redeem_after'
  | 'redeem_before'
  | 'total_redemptions'
  | 'rules'
  | 'metadata';

function inFlexpriceWords(coupon: Coupon, redemptions: number): Pick<CouponDto, FlexpriceFields> {
  const { percentOff, amountOffMinor, currency, validUntil, withdrawnAt } = coupon;
  const isAmount = amountOffMinor != null && currency != null;
  const ends = [validUntil, withdrawnAt].filter((end) => end != null);
  return {
    type: percentOff == null ? 'fixed' : 'percentage',
    percentage_off: percentOff == null ? null : String(percentOff),
    amount_off: isAmount ? formatDecimal(fromMinorUnits(amountOffMinor, currency)) : null,
    cadence: 'once',
    duration_in_periods: null,
    redeem_after: formatTimestampOrNull(coupon.validFrom),
    redeem_before: formatTimestampOrNull(ends.toSorted((one, other) => one.getTime() - other.getTime())[0]),
    total_redemptions: redemptions,
    rules: null,
    metadata: {},
  };
}
