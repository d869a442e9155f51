import { ApiProperty } from '@nestjs/swagger';
import { ArrayMaxSize, IsArray, IsBoolean, IsIn, IsNumber, IsOptional, IsString } from 'class-validator';
import { IsText } from './fields/is-text.js';
import { Nested, NestedList } from './fields/nested.js';
import { WalletsPageQuery } from './wallets-page.js';

const OPERATORS = [
  'eq',
  'contains',
  'not_contains',
  'gt',
  'gte',
  'lt',
  'lte',
  'in',
  'not_in',
  'before',
  'after',
] as const;
export type Operator = (typeof OPERATORS)[number];

export class FilterValueDto {
  @IsOptional()
  @IsString({ message: 'must be a string' })
  string?: string | null;

  @IsOptional()
  @IsNumber({ allowNaN: false, allowInfinity: false }, { message: 'must be a number' })
  number?: number | null;

  @IsOptional()
  @IsBoolean({ message: 'must be true or false' })
  boolean?: boolean | null;

  /** RFC 3339. */
  @IsOptional()
  @IsString({ message: 'must be a timestamp like 2030-01-01T00:00:00Z (RFC 3339)' })
  date?: string | null;

  /** Up to 1,000 values. */
  @IsOptional()
  @IsString({ each: true, message: 'must be a list of strings' })
  @ArrayMaxSize(1000, { message: 'must have at most 1000 items' })
  @IsArray({ message: 'must be a list of strings' })
  array?: string[] | null;
}

/** One condition of a search; all of them must hold. */
export class FilterDto {
  /**
   * A field of the listed object.
   * @example 'created_at'
   */
  @IsText({ min: 1, max: 100 })
  field!: string;

  /**
   * `contains` and `not_contains` ignore case; `before` and `after` exclude the instant itself.
   * @example 'after'
   */
  @ApiProperty({ enum: OPERATORS })
  @IsIn(OPERATORS, { message: `must be one of ${OPERATORS.join(', ')}` })
  operator!: Operator;

  /**
   * Says what the value is; the member of `value` that is there decides.
   * @example 'date'
   */
  @ApiProperty({ enum: ['string', 'number', 'date', 'array'], required: false, nullable: true })
  @IsOptional()
  @IsIn(['string', 'number', 'date', 'array'], { message: 'must be one of string, number, date, array' })
  data_type?: string | null;

  /** @example { "date": "2026-01-01T00:00:00Z" } */
  @Nested(() => FilterValueDto)
  value!: FilterValueDto;
}

export class SortDto {
  /**
   * A field of the listed object.
   * @example 'created_at'
   */
  @IsText({ min: 1, max: 100 })
  field!: string;

  /** @example 'asc' */
  @ApiProperty({ enum: ['asc', 'desc'], required: false, nullable: true })
  @IsOptional()
  @IsIn(['asc', 'desc'], { message: 'must be asc or desc' })
  direction?: 'asc' | 'desc' | null;
}

/** Paging, filters and order of a search body of the wallets API. Extend it with the filters of a list. */
export class WalletsSearchQuery extends WalletsPageQuery {
  /** Conditions, all of which must hold; at most 5 with `contains` or `not_contains`. */
  @IsOptional()
  @NestedList(() => FilterDto)
  filters?: FilterDto[] | null;

  /** Order of the items, before the order of creation. */
  @IsOptional()
  @NestedList(() => SortDto)
  sort?: SortDto[] | null;
}
