import { ApiProperty, OmitType } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import { CustomerDto } from '../../customers/customers.dto.js';
import { IsTimestamp } from '../../http/fields/is-timestamp.js';
import { UsageSummaryDto } from '../../http/usage-summary.dto.js';
import { AsksForList, MayBeEmpty } from '../../http/validation.pipe.js';
import { InvoiceSearchDto } from '../../top-ups/papers/invoice-lists.dto.js';
import { UsageSummaryQuery } from '../empty-lists/customer-usage.dto.js';

/** Whose portal it is: the customer, and whose customer they are. */
export class PortalInfoDto extends CustomerDto {
  /** Name of the tenant. Ours.
   * @example 'Acme' */
  tenant_name!: string;
}

/** How the portal is to look. Nothing of it can be set here: a client shows what it shows by itself. */
export class PortalConfigDto {
  /** Always null. */
  @ApiProperty({ type: Object, additionalProperties: true, nullable: true, example: null })
  theme!: Record<string, unknown> | null;
  /** Always null. */
  @ApiProperty({ type: Object, additionalProperties: true, isArray: true, nullable: true, example: null })
  sections!: Record<string, unknown>[] | null;
}

/** Which of the customer's own invoices. */
@AsksForList()
@MayBeEmpty()
export class PortalInvoiceSearchDto extends OmitType(InvoiceSearchDto, [
  'customer_id',
  'external_customer_id',
  'expand',
] as const) {}

/** Which time; at most 92 days. */
@AsksForList()
export class PortalUsageQuery extends UsageSummaryQuery {
  @IsOptional()
  @IsTimestamp({ description: 'From this instant on; 30 days before the end, if absent.' })
  start_time?: Date;

  @IsOptional()
  @IsTimestamp({ description: 'Before this instant; now, if absent.' })
  end_time?: Date;
}

/** What a wallet spent on a day. */
export class UsageDayDto {
  /** UTC.
   * @example '2026-01-31' */
  day!: string;
  /** @example 'wallet_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB' */
  wallet_id!: string;
  /** @example 'usd' */
  currency!: string;
  /** What debits took, exact credits.
   * @example '12.5' */
  debited_credits!: string;
  /** What came back on that day of debits of any day.
   * @example '0' */
  reversed_credits!: string;
}

/** What the customer spent. */
export class PortalUsageDto extends UsageSummaryDto {
  /** Days on which something was spent or came back, the last one first, of each of the 100 newest wallets. Ours. */
  days!: UsageDayDto[];
}
