import { ApiProperty, OmitType } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { IsTimestamp } from '../../http/fields/is-timestamp.js';
import { Pagination, WalletsPageQuery } from '../../http/wallets-page.js';

const FORMATS = ['json', 'csv'] as const;

export class StatementQuery extends OmitType(WalletsPageQuery, ['order'] as const) {
  @IsOptional()
  @IsTimestamp({
    description: 'Start, RFC 3339, included. Without it from the first transaction.',
    example: '2026-02-01T00:00:00Z',
  })
  from?: Date;

  @IsOptional()
  @IsTimestamp({
    description: 'End, RFC 3339, excluded: the first instant of the next month ends a month. Without it up to now.',
    example: '2026-03-01T00:00:00Z',
  })
  to?: Date;

  @ApiProperty({
    enum: FORMATS,
    required: false,
    description: '`csv` is the whole statement, without pages. Without it `Accept: text/csv` decides; JSON by default.',
  })
  @IsOptional()
  @IsIn(FORMATS, { message: `must be ${FORMATS.join(' or ')}` })
  format?: 'json' | 'csv';
}

/** One transaction of a statement. */
export class StatementLineDto {
  /** Number of the transaction in the wallet: 1, 2, 3, ... without gaps. */
  @ApiProperty({ type: 'integer' })
  number!: number;
  /** When it was booked, RFC 3339.
   * @example '2026-02-02T10:00:00.000000Z' */
  at!: string;
  /** @example 'wtxn_01KAHZ5Q7X0000000000000000' */
  transaction_id!: string;
  @ApiProperty({ enum: ['credit', 'debit'] })
  type!: string;
  /** @example 'MANUAL_BALANCE_DEBIT' */
  reason!: string;
  description!: string;
  reference_type!: string;
  reference_id!: string;
  /** Signed: positive for a credit, negative for a debit.
   * @example '-2.5' */
  credits!: string;
  /** Posted credits after it; below zero in debt.
   * @example '97.5' */
  balance!: string;
}

/** What happened to a wallet's credits in a period, oldest first. */
export class StatementDto {
  wallet_id!: string;
  /** @example 'usd' */
  currency!: string;
  /** Start, included; null: from the first transaction. */
  from!: string | null;
  /** End, excluded; when none was asked for, the instant of the answer.
   * @example '2026-03-01T00:00:00.000000Z' */
  to!: string;
  /** Posted credits before the first line.
   * @example '100' */
  opening_balance!: string;
  /** Posted credits after the last line of the last page.
   * @example '97.5' */
  closing_balance!: string;
  items!: StatementLineDto[];
  pagination!: Pagination;
}
