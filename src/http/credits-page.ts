import { ApiProperty } from '@nestjs/swagger';
import { IsInt, IsOptional, Matches, Max, Min } from 'class-validator';
import { ToNumber } from './fields/to-number.js';
import { invalidField } from '../shared/errors.js';
import { didYouMean } from '../shared/nearest.js';
import { AsksForList } from './validation.pipe.js';

const DEFAULT_LENGTH = 10;
const MAX_LENGTH = 100;
const MAX_PAGE = 1_000_000;

/** Paging of the credits API. Extend it with the filters of a list. */
@AsksForList()
export class CreditsPageQuery {
  @ApiProperty({ type: 'integer', minimum: 1, default: 1, required: false, description: 'Page, from 1.' })
  @IsOptional()
  @ToNumber()
  @Max(MAX_PAGE)
  @Min(1)
  @IsInt()
  page: number = 1;

  @ApiProperty({
    type: 'integer',
    minimum: 1,
    maximum: MAX_LENGTH,
    default: DEFAULT_LENGTH,
    required: false,
    description: 'Results on a page.',
  })
  @IsOptional()
  @ToNumber()
  @Max(MAX_LENGTH)
  @Min(1)
  @IsInt()
  length: number = DEFAULT_LENGTH;

  @ApiProperty({
    type: String,
    required: false,
    description: 'Field to order by, one of those that the route names, with `-` in front of it for descending order.',
  })
  @IsOptional()
  @Matches(/^-?[a-z_]{1,50}$/, { message: 'must be a field name, with - in front of it for descending order' })
  ordering?: string;
}

/** Everything of a page but its results. Extend it with `results`. */
export class CreditsPageDto {
  @ApiProperty({ type: 'integer', example: 42, description: 'Results on all pages.' })
  count!: number;

  @ApiProperty({ type: 'integer', example: 5, description: 'How many pages there are.' })
  page_total!: number;

  @ApiProperty({ type: 'integer', example: 1 })
  page!: number;

  @ApiProperty({ type: 'integer', example: 10, description: 'Results on a page, as asked for.' })
  length!: number;
}

export interface CreditsPage<Item> extends CreditsPageDto {
  results: Item[];
}

/** The list envelope of the credits API. */
export function creditsPage<Item>(
  results: Item[],
  count: number,
  { page, length }: CreditsPageQuery,
): CreditsPage<Item> {
  return { count, page_total: Math.ceil(count / length), page, length, results };
}

export function offsetOf({ page, length }: CreditsPageQuery): number {
  return (page - 1) * length;
}

/**
 * The column and direction that `ordering` asks for.
 * @param columns the property for each field that a list can be ordered by
 * @throws DomainError `validation` on `ordering` for any other field
 */
export function orderingOf<Property extends string>(
  query: CreditsPageQuery,
  columns: Readonly<Record<string, Property>>,
  fallback: { property: Property; direction: 'asc' | 'desc' },
): { property: Property; direction: 'asc' | 'desc' } {
  if (query.ordering === undefined) return fallback;
  const isDescending = query.ordering.startsWith('-');
  const name = isDescending ? query.ordering.slice(1) : query.ordering;
  const property = Object.hasOwn(columns, name) ? columns[name] : undefined;
  if (property === undefined) {
    const names = Object.keys(columns);
    throw invalidField('ordering', `must be one of ${names.join(', ')}${didYouMean(name, names)}`);
  }
  return { property, direction: isDescending ? 'desc' : 'asc' };
}
