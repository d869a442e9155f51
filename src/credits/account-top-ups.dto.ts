import { ApiHideProperty, ApiProperty, IntersectionType } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { CreditsPageDto, CreditsPageQuery } from '../http/credits-page.js';
import { IsIdempotencyKey } from '../http/fields/is-text.js';
import { AsksForList, MayBeEmpty } from '../http/validation.pipe.js';
import { formatTimestamp, formatTimestampOrNull } from '../shared/clock.js';
import { formatDecimal } from '../shared/decimal.js';
import type { TopUpRecord } from '../top-ups/rules/top-up-state.js';
import { FINAL_STATUSES, OPEN_STATUSES, type TopUpStatus } from '../top-ups/purchases/top-up.entity.js';

const STATUSES: readonly TopUpStatus[] = [...OPEN_STATUSES, ...FINAL_STATUSES];

class TopUpFilters {
  @ApiProperty({ enum: STATUSES, required: false })
  @IsOptional()
  @IsIn(STATUSES, { message: `must be one of ${STATUSES.join(', ')}` })
  status?: TopUpStatus;
}

@AsksForList()
export class AccountTopUpsQuery extends IntersectionType(CreditsPageQuery, TopUpFilters) {}

/** Taking a purchase back needs nothing but the purchase. */
@MayBeEmpty()
export class CancelTopUpDto {
  @IsOptional()
  @IsIdempotencyKey({ isUndocumented: true })
  @ApiHideProperty()
  idempotency_key?: string | null;
}

/** A purchase of credits and how it stands. */
export class AccountTopUpDto {
  /** @example 'topup_01KAHZ5Q7X0000000000000000' */
  id!: string;
  @ApiProperty({ enum: STATUSES, example: 'requires_action' })
  status!: TopUpStatus;
  /** Whether a rule bought it. */
  @ApiProperty({ type: Boolean, example: false })
  is_automatic!: boolean;
  /** Credits it buys. */
  @ApiProperty({ type: String, example: '100' })
  credits!: string;
  /** What it costs, minor units of `currency_code`, fee included. */
  @ApiProperty({ type: 'integer', example: 9900 })
  price!: number;
  /** What of that is the fee. */
  @ApiProperty({ type: 'integer', example: 0 })
  fee!: number;
  /** Free credits that come with it. */
  @ApiProperty({ type: String, example: '0' })
  bonus_credits!: string;
  @ApiProperty({ type: String, example: 'USD' })
  currency_code!: string;
  /** Where the payment is confirmed, when the card asks for authentication by its holder. */
  @ApiProperty({ type: String, nullable: true, example: null })
  action_url!: string | null;
  /** Why it does not go on, or has failed; empty when there is nothing to say. */
  @ApiProperty({ type: String, example: '' })
  detail!: string;
  @ApiProperty({ type: String, format: 'date-time', example: '2026-01-01T00:00:00.123000Z' })
  created_at!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: null })
  settled_at!: string | null;
}

export class AccountTopUpPageDto extends CreditsPageDto {
  results!: AccountTopUpDto[];
}

export function renderAccountTopUp(topUp: TopUpRecord): AccountTopUpDto {
  return {
    id: topUp.id,
    status: topUp.topUpStatus,
    is_automatic: topUp.isAutomatic,
    credits: formatDecimal(topUp.credits),
    price: topUp.priceMinor,
    fee: topUp.feeMinor,
    bonus_credits: formatDecimal(topUp.bonusCredits),
    currency_code: topUp.currency.toUpperCase(),
    action_url: topUp.actionUrl ?? null,
    detail: topUp.lastErrorMessage,
    created_at: formatTimestamp(topUp.createdAt),
    settled_at: formatTimestampOrNull(topUp.settledAt),
  };
}
