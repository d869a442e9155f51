import { ApiProperty } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import { IsIdentifierList } from '../../http/fields/is-identifier-list.js';
import { IsIdentifier, IsText } from '../../http/fields/is-text.js';
import { ToList } from '../../http/fields/to-list.js';
import { NothingDto } from '../../http/nothing.dto.js';

const MAX_EXTERNAL_ID = 255;

/** Of which features and subscriptions; there are none of either. */
export class UsageSummaryQuery {
  @ApiProperty({ type: [String], required: false })
  @ToList()
  @IsOptional()
  @IsIdentifierList()
  feature_ids?: string[];

  @ApiProperty({ type: [String], required: false })
  @ToList()
  @IsOptional()
  @IsIdentifierList()
  feature_lookup_keys?: string[];

  @ApiProperty({ type: [String], required: false })
  @ToList()
  @IsOptional()
  @IsIdentifierList()
  subscription_ids?: string[];
}

/** Whose usage, by our id or your own. */
export class CustomerUsageQuery extends UsageSummaryQuery {
  @IsOptional()
  @IsIdentifier({ description: 'Our id of the customer.', example: 'cust_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB' })
  customer_id?: string;

  @IsOptional()
  @IsText({ min: 1, max: MAX_EXTERNAL_ID, description: 'Your own id of the customer.', example: 'acme-1' })
  customer_lookup_key?: string;
}

/** What a customer is entitled to by plans and features, of which there are none. */
export class EntitlementsDto {
  /** @example 'cust_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB' */
  customer_id!: string;
  @ApiProperty({ type: [NothingDto], maxItems: 0, description: 'Always empty.' })
  features!: NothingDto[];
}
