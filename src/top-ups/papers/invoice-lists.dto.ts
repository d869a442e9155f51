import { ApiProperty, OmitType } from '@nestjs/swagger';
import { IsArray, IsBoolean, IsIn, IsOptional } from 'class-validator';
import { IsCurrencyAmount } from '../../http/fields/is-credits.js';
import { IsIdentifierList } from '../../http/fields/is-identifier-list.js';
import { IsIdentifier, IsText } from '../../http/fields/is-text.js';
import { IsTimestamp } from '../../http/fields/is-timestamp.js';
import { ToFlag } from '../../http/fields/to-flag.js';
import { ToList } from '../../http/fields/to-list.js';
import { WalletsSearchQuery } from '../../http/filters.dto.js';
import { AsksForList } from '../../http/validation.pipe.js';
import { Pagination } from '../../http/wallets-page.js';
import { InvoiceDto } from '../../payments/invoices.dto.js';
import type { Decimal } from '../../shared/decimal.js';
import { PAYMENT_STATUSES } from './payment-status.js';

const INVOICE_STATUSES = ['DRAFT', 'FINALIZED', 'VOIDED'];
const INVOICE_TYPES = ['SUBSCRIPTION', 'ONE_OFF', 'CREDIT'];
const EXPANSIONS = ['customer', 'subscription'];

/** Which invoices; all that is given must hold. */
export class InvoiceSearchDto extends WalletsSearchQuery {
  @IsOptional()
  @IsIdentifier({ description: 'Our id of the customer.' })
  customer_id?: string | null;

  @IsOptional()
  @IsText({ min: 1, max: 255, description: 'Your own id of the customer.', example: 'acme-1' })
  external_customer_id?: string | null;

  @ApiProperty({ type: [String], required: false, nullable: true })
  @ToList()
  @IsOptional()
  @IsIdentifierList()
  invoice_ids?: string[] | null;

  @ApiProperty({ enum: INVOICE_STATUSES, isArray: true, required: false, nullable: true })
  @ToList()
  @IsOptional()
  @IsIn(INVOICE_STATUSES, { each: true, message: `must be a list of ${INVOICE_STATUSES.join(', ')}` })
  @IsArray({ message: 'must be a list' })
  invoice_status?: string[] | null;

  @ApiProperty({ enum: PAYMENT_STATUSES, isArray: true, required: false, nullable: true })
  @ToList()
  @IsOptional()
  @IsIn(PAYMENT_STATUSES, { each: true, message: `must be a list of ${PAYMENT_STATUSES.join(', ')}` })
  @IsArray({ message: 'must be a list' })
  payment_status?: string[] | null;

  /** All of ours are `ONE_OFF`. */
  @ApiProperty({ enum: INVOICE_TYPES, required: false, nullable: true })
  @IsOptional()
  @IsIn(INVOICE_TYPES, { message: `must be one of ${INVOICE_TYPES.join(', ')}` })
  invoice_type?: string | null;

  @IsOptional()
  @IsCurrencyAmount({ sign: 'any', description: 'The total is more than this, in the invoice’s currency.' })
  amount_due_gt?: Decimal | null;

  @IsOptional()
  @IsCurrencyAmount({ sign: 'any', description: 'More than this is still to be paid.', example: '0' })
  amount_remaining_gt?: Decimal | null;

  @IsOptional()
  @IsTimestamp({ description: 'Made at this instant or after.' })
  start_time?: Date | null;

  @IsOptional()
  @IsTimestamp({ description: 'Made at this instant or before.' })
  end_time?: Date | null;

  @ApiProperty({ enum: ['published', 'archived', 'deleted'], required: false, nullable: true })
  @IsOptional()
  @IsIn(['published', 'archived', 'deleted'], { message: 'must be one of published, archived, deleted' })
  status?: string | null;

  @IsOptional()
  @IsIdentifier({ description: 'Nothing is found: there are no subscriptions here.' })
  subscription_id?: string | null;

  @IsOptional()
  @IsTimestamp({ description: 'Nothing is found: our invoices are for no period. So with the next three.' })
  period_start_gte?: Date | null;

  @IsOptional()
  @IsTimestamp()
  period_start_lte?: Date | null;

  @IsOptional()
  @IsTimestamp()
  period_end_gte?: Date | null;

  @IsOptional()
  @IsTimestamp()
  period_end_lte?: Date | null;

  /** Leaves `line_items` empty. */
  @ApiProperty({ type: Boolean, required: false, nullable: true })
  @ToFlag()
  @IsOptional()
  @IsBoolean({ message: 'must be true or false' })
  skip_line_items?: boolean | null;

  @ApiProperty({
    type: String,
    required: false,
    description: `Comma list of ${EXPANSIONS.join(', ')}; \`customer\` needs the scope \`customers:read\`.`,
  })
  @ToList()
  @IsOptional()
  @IsIn(EXPANSIONS, { each: true, message: `must be a comma list of ${EXPANSIONS.join(', ')}` })
  expand?: string[] | null;
}

/** The same as query parameters; lists are separated by commas. */
@AsksForList()
export class InvoiceListQuery extends OmitType(InvoiceSearchDto, ['filters', 'sort'] as const) {}

/** What a list is asked for, in a body or a query. */
export type InvoiceSearch = InvoiceListQuery & Partial<Pick<InvoiceSearchDto, 'filters' | 'sort'>>;

export class InvoiceListDto {
  items!: InvoiceDto[];
  pagination!: Pagination;
}

/** A customer's invoices in one currency, voided ones left out. Amounts are decimal strings. */
export class CustomerInvoiceSummaryDto {
  customer_id!: string;
  /** @example 'usd' */
  currency!: string;
  /**
   * What was paid, less what went back.
   * @example '198'
   */
  total_revenue_amount!: string;
  /**
   * What is still to be paid.
   * @example '99'
   */
  total_unpaid_amount!: string;
  /**
   * The part of it whose day has passed.
   * @example '0'
   */
  total_overdue_amount!: string;
  @ApiProperty({ type: 'integer', example: 3 })
  total_invoice_count!: number;
  @ApiProperty({ type: 'integer', example: 1 })
  unpaid_invoice_count!: number;
  @ApiProperty({ type: 'integer', example: 0 })
  overdue_invoice_count!: number;
  /**
   * All that is unpaid: nothing is metered.
   * @example '99'
   */
  unpaid_fixed_charges!: string;
  /** @example '0' */
  unpaid_usage_charges!: string;
}

export class CustomerInvoiceSummariesDto {
  customer_id!: string;
  /** The currency with the most invoices; null without any. */
  default_currency!: string | null;
  /** The currency with the most invoices first. */
  summaries!: CustomerInvoiceSummaryDto[];
}
