import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsOptional } from 'class-validator';
import { Pagination, WalletsPageQuery } from '../../http/wallets-page.js';
import { CREDIT_REASONS, DEBIT_REASONS, ENTRY_LOT_KINDS } from '../../ledger/entry.entity.js';

const LOT_STATUSES = ['open', 'all'] as const;
export const LINK_KINDS = [...ENTRY_LOT_KINDS];

export class LotListQuery extends WalletsPageQuery {
  @ApiProperty({
    enum: LOT_STATUSES,
    default: 'all',
    required: false,
    description: '`open`: only lots that have something left, expired or not.',
  })
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => value ?? 'all')
  @IsIn(LOT_STATUSES, { message: `must be one of ${LOT_STATUSES.join(', ')}` })
  status: 'open' | 'all' = 'all';
}

/** Credits that a transaction took from a lot. */
export class LotConsumerDto {
  /** @example 'wtxn_01KAHZ5Q7X0000000000000000' */
  transaction_id!: string;
  /** `consume`: a debit; `repay`: the grant repaid a debt; `expire`: booked off after its expiry. */
  @ApiProperty({ enum: LINK_KINDS })
  kind!: string;
  /** Credits taken, without a sign.
   * @example '2.5' */
  credits!: string;
  /** When the transaction was booked, RFC 3339.
   * @example '2026-03-02T10:00:00.000000Z' */
  at!: string;
}

/** One grant of credits: what was given, what is left, what took the rest. */
export class LotDto {
  /** The id of the transaction that granted it.
   * @example 'wtxn_01KAHZ5Q7X0000000000000000' */
  id!: string;
  wallet_id!: string;
  @ApiProperty({ enum: ['purchased', 'granted'] })
  source!: string;
  /** Why it was granted. */
  @ApiProperty({ enum: CREDIT_REASONS })
  reason!: string;
  /** Lower is spent first; null last. */
  @ApiProperty({ type: 'integer', nullable: true })
  priority!: number | null;
  /** Credits given.
   * @example '100' */
  credits!: string;
  /** Credits left, expired or not.
   * @example '75' */
  remaining!: string;
  /** Credits of `remaining` that open holds have reserved.
   * @example '0' */
  held!: string;
  /** Credits of `remaining` that can be spent now: neither held nor expired.
   * @example '75' */
  available!: string;
  /** The first instant at which the credits can't be spent; null: never. */
  expires_at!: string | null;
  created_at!: string;
  /** The transaction that it came from.
   * @example 'wtxn_01KAHZ5Q7X0000000000000000' */
  transaction_id!: string;
  /** What took credits from it, newest first, at most 10. */
  consumed_by!: LotConsumerDto[];
  /** How many times credits were taken from it, counted up to 1,000. */
  @ApiProperty({ type: 'integer', maximum: 1000 })
  consumed_by_count!: number;
}

export class LotListResponse {
  items!: LotDto[];
  pagination!: Pagination;
}

/** What a transaction took from a lot, and what for. */
export class LotConsumptionDto extends LotConsumerDto {
  /** Credits that the lot had left after it.
   * @example '97.5' */
  remaining!: string;
  @ApiProperty({ enum: [...CREDIT_REASONS, ...DEBIT_REASONS] })
  reason!: string;
  reference_type!: string;
  reference_id!: string;
  description!: string;
}

export class LotConsumptionListResponse {
  items!: LotConsumptionDto[];
  /** `total` counts up to 10,000. */
  pagination!: Pagination;
}
