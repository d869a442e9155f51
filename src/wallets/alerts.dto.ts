import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsOptional } from 'class-validator';
import { CustomerDto } from '../customers/customers.dto.js';
import { IsIdentifier, IsText } from '../http/fields/is-text.js';
import { IsTimestamp } from '../http/fields/is-timestamp.js';
import { WalletsSearchQuery } from '../http/filters.dto.js';
import { Pagination } from '../http/wallets-page.js';
import type { AlertSettings } from '../ledger/wallet.entity.js';
import { AlertSettingsDto } from './wallet-requests.dto.js';
import { WalletDto } from './wallet-answers.dto.js';

const EXPANSIONS = ['customer', 'wallet', 'feature'];
const STATUSES = ['ok', 'info', 'warning', 'in_alarm'];

/** Which alerts. */
export class AlertSearchDto extends WalletsSearchQuery {
  @IsOptional()
  @IsText({ max: 50, description: 'Only `wallet` has alerts.', example: 'wallet' })
  entity_type?: string | null;

  @IsOptional()
  @IsIdentifier({ description: 'Id of the wallet.' })
  entity_id?: string | null;

  @IsOptional()
  @IsText({ max: 50, description: '`low_credit_balance` or `low_ongoing_balance`.', example: 'low_ongoing_balance' })
  alert_type?: string | null;

  @ApiProperty({ enum: STATUSES, required: false, nullable: true })
  @IsOptional()
  @IsIn(STATUSES, { message: `must be one of ${STATUSES.join(', ')}` })
  alert_status?: string | null;

  @IsOptional()
  @IsIdentifier({ description: 'Our id of the customer.' })
  customer_id?: string | null;

  @IsOptional()
  @IsTimestamp({ description: 'Logged at this instant or after.' })
  start_time?: Date | null;

  @IsOptional()
  @IsTimestamp({ description: 'Logged at this instant or before.' })
  end_time?: Date | null;

  @ApiProperty({ enum: ['published', 'archived', 'deleted'], required: false, nullable: true })
  @IsOptional()
  @IsIn(['published', 'archived', 'deleted'], { message: 'must be one of published, archived, deleted' })
  status?: string | null;

  @ApiProperty({
    type: String,
    required: false,
    nullable: true,
    description: `Comma list of ${EXPANSIONS.join(', ')}; \`customer\` needs the scope \`customers:read\`.`,
  })
  @IsOptional()
  @Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' ? value.split(',').filter((name) => name !== '') : value,
  )
  @IsIn(EXPANSIONS, { each: true, message: `must be a comma list of ${EXPANSIONS.join(', ')}` })
  expand?: string[] | null;
}

export class AlertInfoDto {
  @ApiProperty({ type: AlertSettingsDto })
  alert_settings!: AlertSettings;
  /** Credits.
   * @example '4' */
  value_at_time!: string;
  timestamp!: string;
}

/** A change of an alert's state. */
export class AlertLogDto {
  id!: string;
  /** @example 'wallet' */
  entity_type!: string;
  entity_id!: string;
  /** @example 'customer' */
  parent_entity_type!: string | null;
  parent_entity_id!: string | null;
  customer_id!: string;
  @ApiProperty({ enum: ['low_credit_balance', 'low_ongoing_balance'] })
  alert_type!: string;
  @ApiProperty({ enum: STATUSES })
  alert_status!: string;
  alert_info!: AlertInfoDto;
  environment_id!: string;
  tenant_id!: string;
  status!: string;
  created_at!: string;
  updated_at!: string;
  created_by!: string;
  updated_by!: string;
  @ApiProperty({ type: CustomerDto, nullable: true })
  customer!: CustomerDto | null;
  @ApiProperty({ type: WalletDto, nullable: true })
  wallet!: WalletDto | null;
  /** Always null: features have no alerts here. */
  @ApiProperty({ type: Object, nullable: true })
  feature!: null;
}

export class AlertLogListResponse {
  items!: AlertLogDto[];
  pagination!: Pagination;
}
