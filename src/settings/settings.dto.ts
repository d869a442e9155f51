import { ApiExtraModels, ApiProperty, getSchemaPath } from '@nestjs/swagger';
import { IsDefined } from 'class-validator';
import { Transform, Type } from 'class-transformer';
import { formatTimestampOrNull } from '../shared/clock.js';
import type { Scope } from '../shared/scope.js';
import type { SettingKey } from './setting-keys.js';
import {
  AlertsSettingDto,
  BonusSettingDto,
  CreditsSettingDto,
  InvoicesSettingDto,
  PaymentsSettingDto,
  PortalSettingDto,
  RateLimitsSettingDto,
  TopUpFeeSettingDto,
  WalletsSettingDto,
} from './setting-values.dto.js';
import type { TenantSetting } from './tenant-setting.entity.js';

const VALUE_MODELS = [
  WalletsSettingDto,
  PaymentsSettingDto,
  AlertsSettingDto,
  BonusSettingDto,
  InvoicesSettingDto,
  TopUpFeeSettingDto,
  RateLimitsSettingDto,
  CreditsSettingDto,
  PortalSettingDto,
];
const ANY_OF = { anyOf: VALUE_MODELS.map((model) => ({ $ref: getSchemaPath(model) })) };

@ApiExtraModels(...VALUE_MODELS)
export class PutSettingDto {
  /** The whole value; fields that are left out get their default. */
  @ApiProperty({ ...ANY_OF, example: { manual_debit_overdraft: true } })
  // As it was sent: what is right depends on the key, and is checked in the service.
  @Transform(({ obj, key }) => (obj as Record<string, unknown>)[key])
  @Type(() => Object)
  @IsDefined({ message: 'is required' })
  value!: unknown;
}

export class SettingDto {
  @ApiProperty({ type: String, nullable: true, description: 'Null while the default is in force.' })
  id!: string | null;

  @ApiProperty({ type: String, example: 'wallets' })
  key!: string;

  @ApiProperty({ ...ANY_OF, example: { manual_debit_overdraft: false } })
  value!: unknown;

  @ApiProperty({ type: String })
  tenant_id!: string;

  @ApiProperty({ type: String })
  environment_id!: string;

  @ApiProperty({ type: String, example: 'published' })
  status!: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  created_at!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  updated_at!: string | null;

  @ApiProperty({ type: String })
  created_by!: string;

  @ApiProperty({ type: String })
  updated_by!: string;
}

export function renderSetting(
  { tenantId, environmentId }: Scope,
  key: SettingKey,
  value: unknown,
  row: TenantSetting | undefined,
): SettingDto {
  return {
    id: row?.id ?? null,
    key,
    value,
    tenant_id: tenantId,
    environment_id: environmentId,
    status: row?.status ?? 'published',
    created_at: formatTimestampOrNull(row?.createdAt),
    updated_at: formatTimestampOrNull(row?.updatedAt),
    created_by: row?.createdBy ?? '',
    updated_by: row?.updatedBy ?? '',
  };
}
