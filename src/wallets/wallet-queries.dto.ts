import { ApiProperty, getSchemaPath } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsIn, IsOptional } from 'class-validator';
import { IsIdentifierList } from '../http/fields/is-identifier-list.js';
import { IsIdentifier, IsText } from '../http/fields/is-text.js';
import { ToFlag } from '../http/fields/to-flag.js';
import { SortDto, WalletsSearchQuery } from '../http/filters.dto.js';
import { SentBySdk } from '../http/validation.pipe.js';
import { WalletsPageQuery } from '../http/wallets-page.js';

const EXPANSIONS = ['credits_available_breakdown'];

export class ExpandQuery {
  /** `credits_available_breakdown`: credits by source. */
  @ApiProperty({ enum: EXPANSIONS, required: false })
  @IsOptional()
  @IsIn(['', ...EXPANSIONS], { message: `must be ${EXPANSIONS.join(', ')}` })
  expand?: string;

  @ApiProperty({ type: Boolean, required: false, description: 'Accepted and ignored: balances are always fresh.' })
  @IsOptional()
  from_cache?: unknown;
}

/** Wallets of one customer, with balances. */
@SentBySdk('-')
export class CustomerWalletsQuery extends ExpandQuery {
  @IsOptional()
  @IsIdentifier({ description: 'Our id of the customer; or give lookup_key.' })
  id?: string;

  @IsOptional()
  @IsText({ min: 1, max: 255, description: 'Your own id of the customer.', example: 'demo-customer' })
  lookup_key?: string;

  @ApiProperty({ type: Boolean, required: false, default: false })
  @ToFlag()
  @IsOptional()
  @IsBoolean({ message: 'must be true or false' })
  include_real_time_balance?: boolean;
}

const toList = Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.split(',') : value));

export class WalletSearchDto extends WalletsSearchQuery {
  @ApiProperty({ type: [String], required: false, nullable: true })
  @IsOptional()
  @IsIdentifierList()
  wallet_ids?: string[] | null;

  @ApiProperty({ type: [String], required: false, nullable: true, description: 'Ours.' })
  @IsOptional()
  @IsIdentifierList()
  customer_ids?: string[] | null;

  @IsOptional()
  @IsIdentifier({ description: 'Ours.' })
  customer_id?: string | null;

  @ApiProperty({ enum: ['active', 'frozen', 'closed'], required: false, nullable: true })
  @IsOptional()
  @IsIn(['active', 'frozen', 'closed'], { message: 'must be active, frozen or closed' })
  status?: 'active' | 'frozen' | 'closed' | null;

  @ApiProperty({ type: Boolean, required: false, nullable: true })
  @ToFlag()
  @IsOptional()
  @IsBoolean({ message: 'must be true or false' })
  alert_enabled?: boolean | null;

  @ApiProperty({ enum: EXPANSIONS, required: false })
  @IsOptional()
  @IsIn(['', ...EXPANSIONS], { message: `must be ${EXPANSIONS.join(', ')}` })
  expand?: string | null;

  /** Fields with directions; or, as the SDK sends it, the name of one field, in the direction of `order`. */
  @ApiProperty({
    type: Object,
    isArray: false,
    required: false,
    oneOf: [
      { type: 'array', items: { $ref: getSchemaPath(SortDto) } },
      { type: 'string', example: 'created_at' },
      { type: 'null' },
    ],
  })
  @Transform(({ obj, value }: { obj: { sort?: unknown }; value: unknown }) => sortOf(obj.sort, value))
  declare sort?: SortDto[] | null;
}

/** Flexprice's clients name one field here, where every other search takes a list. */
function sortOf(sent: unknown, read: unknown): unknown {
  if (typeof sent !== 'string') return read;
  return sent === '' ? null : [Object.assign(new SortDto(), { field: sent })];
}

/** The same as query parameters; `sort` is a field's name. */
export class WalletListQuery extends WalletsPageQuery {
  @ApiProperty({ type: [String], required: false, description: 'Comma separated, or repeated.' })
  @toList
  @IsOptional()
  @IsIdentifierList()
  wallet_ids?: string[];

  @IsOptional()
  @IsIdentifier({ description: 'Ours.' })
  customer_id?: string;

  @ApiProperty({ enum: ['active', 'frozen', 'closed'], required: false })
  @IsOptional()
  @IsIn(['active', 'frozen', 'closed'], { message: 'must be active, frozen or closed' })
  status?: 'active' | 'frozen' | 'closed';

  @ApiProperty({ type: Boolean, required: false })
  @ToFlag()
  @IsOptional()
  @IsBoolean({ message: 'must be true or false' })
  alert_enabled?: boolean;

  @ApiProperty({ enum: EXPANSIONS, required: false })
  @IsOptional()
  @IsIn(['', ...EXPANSIONS], { message: `must be ${EXPANSIONS.join(', ')}` })
  expand?: string;

  /** Field to sort by. */
  @IsOptional()
  @IsText({ min: 1, max: 100, example: 'created_at' })
  sort?: string;
}
