import { ApiProperty } from '@nestjs/swagger';
import { IsInt, IsOptional, Max, Min } from 'class-validator';
import { IsTimestamp } from '../../http/fields/is-timestamp.js';
import { ToNumber } from '../../http/fields/to-number.js';
import { CREDIT_REASONS, DEBIT_REASONS } from '../../ledger/entry.entity.js';
import { AsksForList } from '../../http/validation.pipe.js';
import { FIGURE_KINDS } from '../../ledger/figures/kind-of-figure.js';

export const MOST_POINTS = 500;
export const DEFAULT_POINTS = 100;

@AsksForList()
export class WalletCurveQuery {
  @IsOptional()
  @IsTimestamp({ description: 'Start, RFC 3339; without it 30 days before the end.', example: '2026-02-01T00:00:00Z' })
  from?: Date;

  @IsOptional()
  @IsTimestamp({ description: 'End, RFC 3339; without it, or in the future, now.', example: '2026-03-01T00:00:00Z' })
  to?: Date;

  @ApiProperty({
    type: 'integer',
    minimum: 1,
    maximum: MOST_POINTS,
    default: DEFAULT_POINTS,
    required: false,
    description: 'Parts of equal length that the time is divided into; the answer has one point more.',
  })
  @IsOptional()
  @ToNumber()
  @Max(MOST_POINTS)
  @Min(1)
  @IsInt()
  points?: number;
}

/** A balance at an instant, and what happened since the point before. */
export class CurvePointDto {
  /** RFC 3339.
   * @example '2026-02-01T00:00:00.000000Z' */
  at!: string;
  /** Posted credits before anything that happened at that very instant; of the last point, which may be now, with it. Below zero in debt.
   * @example '97.5' */
  balance!: string;
  /** Credits that were bought or given since the point before; null on the first point, and where `sums_complete` is false.
   * @example '100' */
  granted!: string | null;
  /** Credits that debits and captures took.
   * @example '2.5' */
  spent!: string | null;
  /** Credits that reversals gave back, of debits of any time.
   * @example '0' */
  reversed!: string | null;
  /** Credits that were forfeited.
   * @example '0' */
  expired!: string | null;
  /** Everything else, signed: refunds and voided grants, transfers, a closing.
   * @example '0' */
  other!: string | null;
}

/** Something to mark on the curve: anything but a debit. */
export class CurveMarkDto {
  /** @example 'wtxn_01KAHZ5Q7X0000000000000000' */
  transaction_id!: string;
  /** RFC 3339. */
  at!: string;
  @ApiProperty({ enum: FIGURE_KINDS })
  kind!: string;
  @ApiProperty({ enum: [...CREDIT_REASONS, ...DEBIT_REASONS] })
  reason!: string;
  /** Signed.
   * @example '100' */
  credits!: string;
  /** Posted credits after it.
   * @example '197.5' */
  balance!: string;
  /** The top-up that it settled; null where there was none. */
  top_up_id!: string | null;
}

/** A wallet's balance over time. */
export class WalletCurveDto {
  wallet_id!: string;
  /** @example 'usd' */
  currency!: string;
  /** What one credit is worth in the currency.
   * @example '1' */
  conversion_rate!: string;
  /** The first one is at the start and has no sums, the last one at the end. */
  points!: CurvePointDto[];
  /** Whether points have their sums: not where more than 20,000 transactions that are no debits lie in the time asked for. */
  sums_complete!: boolean;
  /** The newest 200, the first one first. */
  marks!: CurveMarkDto[];
  /** Whether there were more. */
  has_more_marks!: boolean;
}
