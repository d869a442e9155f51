import { ApiProperty } from '@nestjs/swagger';
import { NothingDto } from './nothing.dto.js';
import { Pagination } from './wallets-page.js';

/** The time that usage is of. */
export class UsagePeriodDto {
  /** @example null */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  start_time!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  end_time!: string | null;
  /** How long the parts of it are; null where there are none.
   * @example null */
  @ApiProperty({ type: String, nullable: true })
  period!: string | null;
}

/** What Flexprice tells of metered usage, as there is none here: what was spent are the transactions of wallets. */
export class UsageSummaryDto {
  @ApiProperty({ type: String, nullable: true, example: 'cust_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB' })
  customer_id!: string | null;
  @ApiProperty({ type: [NothingDto], maxItems: 0, description: 'Always empty: nothing is metered.' })
  features!: NothingDto[];
  pagination!: Pagination;
  period!: UsagePeriodDto;
}

/** @param customerId null where it is nobody's */
export function emptyUsage(customerId: string | null): UsageSummaryDto {
  return {
    customer_id: customerId,
    features: [],
    pagination: { total: 0, limit: 0, offset: 0 },
    period: { start_time: null, end_time: null, period: null },
  };
}
