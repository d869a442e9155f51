import { ApiProperty } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsOptional } from 'class-validator';
import { IsCredits } from '../http/fields/is-credits.js';
import { IsMetadata } from '../http/fields/is-metadata.js';
import { IsIdempotencyKey, IsText } from '../http/fields/is-text.js';
import { IsTimestamp } from '../http/fields/is-timestamp.js';
import { MayBeEmpty } from '../http/validation.pipe.js';
import { Pagination, WalletsPageQuery } from '../http/wallets-page.js';
import { HOLD_PURPOSES } from '../ledger/hold.entity.js';
import type { Decimal } from '../shared/decimal.js';
import { WalletDto } from './wallet-answers.dto.js';
import { TransactionDto } from './transactions.dto.js';

const HOLD_STATUSES = ['open', 'captured', 'released', 'expired'] as const;

/** Credits to reserve. */
export class CreateHoldDto {
  @IsCredits({ description: 'Credits to reserve, above zero.', example: '5' })
  credits!: Decimal;

  @IsOptional()
  @IsCredits({ sign: 'not_negative', description: 'How far captures may exceed the credits, in all.', example: '2' })
  overage?: Decimal | null;

  @IsOptional()
  @IsTimestamp({ description: 'When the credits are given back if nobody has captured them; never, if absent.' })
  expires_at?: Date | null;

  @IsOptional()
  @IsIdempotencyKey()
  idempotency_key?: string | null;

  @IsOptional()
  @IsText({ max: 1000, example: 'scan 1017' })
  description?: string | null;

  @IsOptional()
  @IsMetadata()
  metadata?: Record<string, string> | null;
}

/** Credits to charge from a hold. */
export class CaptureHoldDto {
  @IsCredits({ description: 'Credits to charge, above zero.', example: '3' })
  credits!: Decimal;

  /** True: the rest is given back. False (the default): the hold stays open for more captures. */
  @ApiProperty({ type: Boolean, required: false, nullable: true, default: false })
  @IsOptional()
  @IsBoolean()
  final?: boolean | null;

  @IsOptional()
  @IsIdempotencyKey()
  idempotency_key?: string | null;
}

@MayBeEmpty()
export class ReleaseHoldDto {
  @IsOptional()
  @IsIdempotencyKey()
  idempotency_key?: string | null;
}

export class HoldListQuery extends WalletsPageQuery {
  @ApiProperty({ enum: HOLD_STATUSES, required: false })
  @IsOptional()
  @IsIn(HOLD_STATUSES)
  status?: (typeof HOLD_STATUSES)[number];
}

export class HoldDto {
  /** @example 'hold_01J9ZQ8K3T5V7W9X1Y2Z3A4B5C' */
  id!: string;
  wallet_id!: string;
  customer_id!: string;
  @ApiProperty({ enum: HOLD_STATUSES })
  status!: string;
  @ApiProperty({
    enum: HOLD_PURPOSES,
    description:
      '`dispute`: it freezes credits of a payment that is disputed; nobody but the end of the dispute ends it.',
  })
  purpose!: string;
  /** Credits reserved at the start. @example '5' */
  credits!: string;
  /** How far captures may exceed the credits, in all. @example '0' */
  overage!: string;
  /** Credits charged so far. @example '3' */
  captured!: string;
  /** Credits still reserved. @example '2' */
  held!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  expires_at!: string | null;
  description!: string;
  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' } })
  metadata!: Record<string, string>;
  @ApiProperty({ format: 'date-time' })
  created_at!: string;
  @ApiProperty({ format: 'date-time' })
  updated_at!: string;
  created_by!: string;
  environment_id!: string;
  tenant_id!: string;
}

/** A hold, and the wallet right after what was done to it. */
export class HoldAnswerDto extends HoldDto {
  @ApiProperty({ type: WalletDto })
  wallet!: WalletDto;
  /** The debit, after a capture; null otherwise. */
  @ApiProperty({ type: TransactionDto, nullable: true })
  wallet_transaction!: TransactionDto | null;
}

export class HoldListResponse {
  @ApiProperty({ type: [HoldDto] })
  items!: HoldDto[];
  @ApiProperty({ type: Pagination })
  pagination!: Pagination;
}
