import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsInt, IsOptional, Max, Min } from 'class-validator';
import { IsPageLimit } from './fields/is-page-limit.js';
import { ToNumber } from './fields/to-number.js';
import { AsksForList } from './validation.pipe.js';

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 1000;
const MAX_OFFSET = 2_147_483_647;

/** Paging of the wallets API, in a query or a search body. Extend it with the filters of a list. */
@AsksForList()
export class WalletsPageQuery {
  @IsPageLimit({ default: DEFAULT_LIMIT, max: MAX_LIMIT, what: 'Items' })
  limit: number = DEFAULT_LIMIT;

  @ApiProperty({
    type: 'integer',
    minimum: 0,
    maximum: MAX_OFFSET,
    default: 0,
    required: false,
    description: 'Items to skip: `pagination.offset` of an answer is the offset of its next page.',
  })
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => value ?? 0)
  @ToNumber()
  @Max(MAX_OFFSET)
  @Min(0)
  @IsInt()
  offset: number = 0;

  @ApiProperty({ enum: ['asc', 'desc'], default: 'desc', required: false, description: 'Order of creation.' })
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => value ?? 'desc')
  @IsIn(['asc', 'desc'])
  order: 'asc' | 'desc' = 'desc';
}

export class Pagination {
  @ApiProperty({ type: 'integer', example: 120, description: 'Items on all pages.' })
  total!: number;
  @ApiProperty({ type: 'integer', example: 50, description: 'The limit that was used.' })
  limit!: number;
  @ApiProperty({
    type: 'integer',
    example: 50,
    description: 'Where the next page begins: requested offset plus limit.',
  })
  offset!: number;
}

export interface WalletsPage<Item> {
  items: Item[];
  pagination: Pagination;
}

/** The list envelope of the wallets API. */
export function walletsPage<Item>(
  items: Item[],
  total: number,
  { limit, offset }: { limit: number; offset: number },
): WalletsPage<Item> {
  return { items, pagination: { total, limit, offset: offset + limit } };
}
