import { ApiHideProperty, ApiProperty, IntersectionType } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsInt, IsOptional, Max, Min } from 'class-validator';
import { CreditsPageDto, CreditsPageQuery } from '../../http/credits-page.js';
import { AsksForList, MayBeEmpty } from '../../http/validation.pipe.js';
import { IsIdempotencyKey, IsText } from '../../http/fields/is-text.js';
import { IsTimestamp } from '../../http/fields/is-timestamp.js';
import type { HoldStatus } from '../../ledger/hold.entity.js';
import { type ShownHold, viewOfHold } from '../../ledger/hold-view.js';
import { formatTimestamp, formatTimestampOrNull } from '../../shared/clock.js';
import { MAX_CREDITS, wholeCredits } from '../account-credits.dto.js';

const STATUSES = ['open', 'captured', 'released', 'expired'] as const;

class IdempotentDto {
  // Documented as the header only: Swagger UI would send the same example with each request that somebody tries.
  @IsOptional()
  @IsIdempotencyKey({ isUndocumented: true })
  @ApiHideProperty()
  idempotency_key?: string | null;
}

/** Credits to reserve for a scan that starts now. */
export class CreateAccountHoldDto extends IdempotentDto {
  /** Whole credits, as many as the scan may use at most. */
  @ApiProperty({ type: 'integer', format: 'int64', minimum: 1, maximum: MAX_CREDITS, example: 5 })
  @Max(MAX_CREDITS)
  @Min(1)
  @IsInt()
  credits!: number;

  /** When what was not captured is given back by itself; never, if absent. */
  @IsOptional()
  @IsTimestamp({ description: 'In the future. When the rest is given back by itself; never, if absent.' })
  expires_at?: Date | null;

  @IsOptional()
  @IsText({ max: 500, description: 'For people: shown with the hold.', example: 'Scan of example.com' })
  description?: string | null;
}

/** What the scan has used. */
export class CaptureAccountHoldDto extends IdempotentDto {
  /** Whole credits to charge, at most what the hold still reserves. */
  @ApiProperty({ type: 'integer', format: 'int64', minimum: 1, maximum: MAX_CREDITS, example: 3 })
  @Max(MAX_CREDITS)
  @Min(1)
  @IsInt()
  credits!: number;

  /** True: the scan is over, the rest is given back. False: the rest stays reserved for the next capture. */
  @ApiProperty({ type: Boolean, default: true, required: false, example: true })
  @IsOptional()
  @IsBoolean()
  final?: boolean | null;
}

/** A release needs nothing but the hold. */
@MayBeEmpty()
export class ReleaseAccountHoldDto extends IdempotentDto {}

class HoldFilters {
  @ApiProperty({ enum: STATUSES, required: false })
  @IsOptional()
  @IsIn(STATUSES, { message: `must be one of ${STATUSES.join(', ')}` })
  status?: HoldStatus;
}

@AsksForList()
export class HoldsQuery extends IntersectionType(CreditsPageQuery, HoldFilters) {}

/** Credits reserved for a running scan. */
export class AccountHoldDto {
  /** @example 'hold_01KAHZ5Q7X0000000000000000' */
  id!: string;
  @ApiProperty({ enum: STATUSES, example: 'open' })
  status!: HoldStatus;
  /** Credits reserved at the start. */
  @ApiProperty({ type: 'integer', format: 'int64', example: 5 })
  credits!: number;
  /** Credits charged so far. */
  @ApiProperty({ type: 'integer', format: 'int64', example: 0 })
  captured_credits!: number;
  /** Credits still reserved; 0 once the hold has ended. */
  @ApiProperty({ type: 'integer', format: 'int64', example: 5 })
  held_credits!: number;
  /** When the rest is given back by itself. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: null })
  expires_at!: string | null;
  /** @example 'Scan of example.com' */
  description!: string;
  @ApiProperty({ type: String, format: 'date-time', example: '2026-01-01T00:00:00.123000Z' })
  created_at!: string;
  @ApiProperty({ type: String, format: 'date-time', example: '2026-01-01T00:00:00.123000Z' })
  updated_at!: string;
}

export class AccountHoldPageDto extends CreditsPageDto {
  results!: AccountHoldDto[];
}

export function renderHold(state: ShownHold, now: Date): AccountHoldDto {
  const { hold } = state;
  const { status, held } = viewOfHold(state, now);
  return {
    id: hold.id,
    status,
    credits: wholeCredits(hold.credits),
    captured_credits: wholeCredits(hold.captured),
    held_credits: wholeCredits(held),
    expires_at: formatTimestampOrNull(hold.expiresAt),
    description: hold.description,
    created_at: formatTimestamp(hold.createdAt),
    updated_at: formatTimestamp(hold.updatedAt),
  };
}
