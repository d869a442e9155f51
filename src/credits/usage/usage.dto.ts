import { ApiProperty, IntersectionType } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { CreditsPageDto, CreditsPageQuery } from '../../http/credits-page.js';
import { AsksForList } from '../../http/validation.pipe.js';
import type { CsvCell } from '../../http/csv.js';
import { IsDayOrTimestamp } from '../../http/fields/is-day-or-timestamp.js';
import { IsText } from '../../http/fields/is-text.js';
import type { CounterAccount } from '../../ledger/entry.entity.js';
import type { EntryRecord } from '../../ledger/wallet-state.js';
import { formatTimestamp } from '../../shared/clock.js';
import { formatDecimal } from '../../shared/decimal.js';

const KINDS = ['usage', 'purchase', 'promotion', 'expiry', 'refund', 'adjustment'] as const satisfies CounterAccount[];

/** Which entries; all of what is sent must hold. */
export class UsageFilters {
  @IsOptional()
  @IsDayOrTimestamp('start', {
    description: 'From this day (UTC) or instant on: `2026-01-01`, `2026-01-01T12:00:00Z`.',
  })
  date_from?: Date;

  @IsOptional()
  @IsDayOrTimestamp('end', { description: 'Up to and with this day (UTC), or before this instant: `2026-12-31`.' })
  date_to?: Date;

  /** What became of the credits, or where they came from. */
  @ApiProperty({ enum: KINDS, required: false })
  @IsOptional()
  @IsIn(KINDS, { message: `must be one of ${KINDS.join(', ')}` })
  kind?: CounterAccount;

  @IsOptional()
  @IsText({ max: 255, description: 'What the entry is about: a hold, a purchase, a reference of your own.' })
  reference?: string;
}

@AsksForList()
export class UsageQuery extends IntersectionType(CreditsPageQuery, UsageFilters) {}

/** One movement of an account's credits. */
export class UsageEntryDto {
  /** @example 'wtxn_01KAHZ5Q7X0000000000000000' */
  id!: string;
  @ApiProperty({ type: String, format: 'date-time', example: '2026-01-01T00:00:00.123000Z' })
  date!: string;
  @ApiProperty({ enum: KINDS, example: 'usage' })
  kind!: CounterAccount;
  /** Exact credits: negative for what was spent or has expired, positive for what came.
   * @example '-5' */
  credits!: string;
  /** @example '100' */
  balance_before!: string;
  /** @example '95' */
  balance_after!: string;
  /** What the entry is about: a hold, a purchase, a reference of the seller's.
   * @example 'hold_01KAHZ5Q7X0000000000000000' */
  reference!: string;
  /** @example 'Scan of example.com' */
  description!: string;
}

export class UsagePageDto extends CreditsPageDto {
  results!: UsageEntryDto[];
}

export const REPORT_COLUMNS = [
  'id',
  'date',
  'kind',
  'credits',
  'balance_before',
  'balance_after',
  'reference',
  'description',
] as const satisfies (keyof UsageEntryDto)[];

export function toReportRow(entry: EntryRecord): CsvCell[] {
  const row: Record<(typeof REPORT_COLUMNS)[number], CsvCell> = {
    id: entry.id,
    date: formatTimestamp(entry.createdAt),
    kind: entry.counterAccount,
    credits: entry.credits,
    balance_before: entry.balanceBefore,
    balance_after: entry.balanceAfter,
    reference: entry.referenceId,
    description: entry.description,
  };
  return REPORT_COLUMNS.map((column) => row[column]);
}

export function renderUsage(entry: EntryRecord): UsageEntryDto {
  return {
    id: entry.id,
    date: formatTimestamp(entry.createdAt),
    kind: entry.counterAccount,
    credits: formatDecimal(entry.credits),
    balance_before: formatDecimal(entry.balanceBefore),
    balance_after: formatDecimal(entry.balanceAfter),
    reference: entry.referenceId,
    description: entry.description,
  };
}
