import { ApiProperty } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import { IsTimestamp } from '../../http/fields/is-timestamp.js';

export class InstantQuery {
  @IsOptional()
  @IsTimestamp({
    description: 'As it stood at this instant, RFC 3339, entries of that very instant included. Now by default.',
    example: '2026-03-01T00:00:00Z',
  })
  at?: Date;
}

/** Credits of one source at an instant. */
export class SourceBalanceDto {
  /** Not spent yet, and not booked off: expired credits may be among them.
   * @example '100' */
  posted!: string;
  /** Could be spent: posted less expired; now also less held.
   * @example '100' */
  available!: string;
}

/** What a wallet held at an instant, credits. */
export class PastBalanceDto {
  wallet_id!: string;
  /** @example 'usd' */
  currency!: string;
  /** The instant, RFC 3339.
   * @example '2026-03-01T00:00:00.000000Z' */
  at!: string;
  /** The balance after the last transaction at or before the instant; below zero in debt.
   * @example '125' */
  posted!: string;
  /** What could be spent: live credits less the debt. Credits count nothing from the instant at which they expire, also
   * when they were booked off later. Now, less what is held; in the past holds, which are not entries, are not taken off.
   * @example '125' */
  available!: string;
  /** Reserved by open holds; null for an instant in the past.
   * @example '0' */
  held!: string | null;
  /** Spent beyond what the lots had, zero or more.
   * @example '0' */
  debt!: string;
  purchased!: SourceBalanceDto;
  free!: SourceBalanceDto;
  /** Transactions of the wallet up to the instant. */
  @ApiProperty({ type: 'integer' })
  transaction_count!: number;
  /** When the last of them was booked; null when there is none. */
  last_transaction_at!: string | null;
}
