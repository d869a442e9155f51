import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsInt, IsOptional, Max, Min } from 'class-validator';
import { IsText } from '../../http/fields/is-text.js';
import { IsTimestamp } from '../../http/fields/is-timestamp.js';
import { ToNumber } from '../../http/fields/to-number.js';
import { NothingDto } from '../../http/nothing.dto.js';
import { AsksForList, SentBySdk } from '../../http/validation.pipe.js';
import { Pagination } from '../../http/wallets-page.js';

const MAX_TEXT = 255;
const MAX_PAGE_SIZE = 1000;
const MAX_OFFSET = 2_147_483_647;

/** A page of nothing. */
export class EmptyPageDto {
  @ApiProperty({ type: [NothingDto], maxItems: 0, description: 'Always empty.' })
  items!: NothingDto[];
  pagination!: Pagination;
}

/** The same as Flexprice shows connections. */
export class EmptyConnectionsDto {
  @ApiProperty({ type: [NothingDto], maxItems: 0, description: 'Always empty.' })
  connections!: NothingDto[];
  @ApiProperty({ type: 'integer', example: 0 })
  total!: number;
  @ApiProperty({ type: 'integer', example: 50, description: 'The limit that was used.' })
  limit!: number;
  @ApiProperty({ type: 'integer', example: 0, description: 'The offset of this page.' })
  offset!: number;
}

/** Which metered events; none is found, whatever is asked. */
@AsksForList()
export class UsageEventsListQuery {
  @IsOptional()
  @IsText({ max: MAX_TEXT })
  event_id?: string | null;

  @IsOptional()
  @IsText({ max: MAX_TEXT })
  event_name?: string | null;

  @IsOptional()
  @IsText({ max: MAX_TEXT })
  external_customer_id?: string | null;

  @IsOptional()
  @IsText({ max: MAX_TEXT })
  source?: string | null;

  @IsOptional()
  @IsTimestamp()
  start_time?: Date | null;

  @IsOptional()
  @IsTimestamp()
  end_time?: Date | null;

  @IsOptional()
  @IsText({ max: MAX_TEXT })
  iter_first_key?: string | null;

  @IsOptional()
  @IsText({ max: MAX_TEXT })
  iter_last_key?: string | null;

  @IsOptional()
  @IsText({ max: MAX_TEXT })
  sort?: string | null;

  @ApiProperty({ enum: ['asc', 'desc'], required: false, nullable: true })
  @IsOptional()
  @IsIn(['asc', 'desc'], { message: 'must be asc or desc' })
  order?: string | null;

  @ApiProperty({ type: 'integer', minimum: 0, maximum: MAX_PAGE_SIZE, required: false, nullable: true })
  @IsOptional()
  @ToNumber()
  @Max(MAX_PAGE_SIZE)
  @Min(0)
  @IsInt()
  page_size?: number | null;

  @ApiProperty({ type: 'integer', minimum: 0, maximum: MAX_OFFSET, required: false, nullable: true })
  @IsOptional()
  @ToNumber()
  @Max(MAX_OFFSET)
  @Min(0)
  @IsInt()
  offset?: number | null;
}

/** The same in a body. */
@SentBySdk('property_filters')
export class UsageEventsSearchDto extends UsageEventsListQuery {}

/** A page of metered events: there are none. */
export class UsageEventsDto {
  @ApiProperty({ type: [NothingDto], maxItems: 0, description: 'Always empty.' })
  events!: NothingDto[];
  /** Always false. */
  @ApiProperty({ type: Boolean, example: false })
  has_more!: boolean;
  @ApiProperty({ type: String, nullable: true, example: null })
  iter_first_key!: string | null;
  @ApiProperty({ type: String, nullable: true, example: null })
  iter_last_key!: string | null;
  @ApiProperty({ type: 'integer', example: 0, description: 'The offset that was asked for.' })
  offset!: number;
  @ApiProperty({ type: 'integer', example: 0 })
  total_count!: number;
}
