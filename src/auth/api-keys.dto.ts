import { ApiProperty } from '@nestjs/swagger';
import { ArrayMaxSize, IsArray, IsIn, IsOptional } from 'class-validator';
import { IsIdentifier, IsText } from '../http/fields/is-text.js';
import { MayBeLeftOut } from '../http/fields/may-be-left-out.js';
import { IsTimestamp } from '../http/fields/is-timestamp.js';
import { Pagination, WalletsPageQuery } from '../http/wallets-page.js';
import { formatTimestamp, formatTimestampOrNull } from '../shared/clock.js';
import type { ApiKey } from './api-key.entity.js';
import { flexpriceRolesOfKey } from './roles.js';
import { type KeyType, SCOPE_NAMES, type ScopeName, scopesOf } from './scopes.js';

const KEY_TYPES: KeyType[] = ['private_key', 'publishable_key'];

export class CreateApiKeyDto {
  @IsText({ min: 1, max: 255, description: 'What the key is for.', example: 'Billing server' })
  name!: string;

  /** `private_key` for servers and accounts; `publishable_key` only sees what is on sale. */
  @ApiProperty({ enum: KEY_TYPES, default: 'private_key', required: false })
  @MayBeLeftOut()
  @IsIn(KEY_TYPES)
  type?: KeyType;

  @IsOptional()
  @IsTimestamp({ description: 'When the key stops working; never, if absent.' })
  expires_at?: Date | null;

  @IsOptional()
  @IsIdentifier({
    description: 'Binds the key to one customer: an account key.',
    example: 'cust_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB',
  })
  customer_id?: string | null;

  @IsOptional()
  @IsIdentifier({
    description:
      'The environment of the key, another one of the tenant; the one of the calling key, if absent. Needs the scope ' +
      '`tenant:write`; a key of a development environment cannot make one for production. Ours.',
    example: 'env_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB',
  })
  environment_id?: string | null;

  @IsOptional()
  @IsIdentifier({
    description: 'There are no service accounts here: any is not found. What a key may do, `scopes` say.',
  })
  service_account_id?: string | null;

  /** What the key may do; everything its kind may, if absent. */
  @ApiProperty({ enum: SCOPE_NAMES, isArray: true, required: false, example: ['wallets:read'] })
  @IsOptional()
  @IsIn(SCOPE_NAMES, { each: true })
  @ArrayMaxSize(SCOPE_NAMES.length)
  @IsArray()
  scopes?: ScopeName[] | null;
}

export class ListApiKeysQuery extends WalletsPageQuery {
  /** `deleted`: the keys that were revoked. */
  @ApiProperty({ enum: ['published', 'archived', 'deleted'], default: 'published', required: false })
  @IsOptional()
  @IsIn(['published', 'archived', 'deleted'], { message: 'must be one of published, archived, deleted' })
  status?: 'published' | 'archived' | 'deleted';

  @IsOptional()
  @IsIdentifier({
    description: 'Only keys that this one has made, itself or through keys that it made; it may be revoked. Ours.',
    example: 'secret_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB',
  })
  made_by?: string;
}

export class SecretDto {
  @ApiProperty({ type: String, example: 'secret_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB' })
  id!: string;

  @ApiProperty({ type: String, example: 'Billing server' })
  name!: string;

  @ApiProperty({ enum: KEY_TYPES })
  type!: KeyType;

  @ApiProperty({ type: String, example: 'sk_Ab3dE9****9xYz', description: 'Enough of the key to recognise it.' })
  display_id!: string;

  @ApiProperty({ type: String, nullable: true, description: 'The customer of an account key.' })
  customer_id!: string | null;

  @ApiProperty({ enum: SCOPE_NAMES, isArray: true, description: 'What the key may do.' })
  scopes!: string[];

  @ApiProperty({ type: String, example: 'flexprice', description: 'Always the same, for the SDK.' })
  provider!: string;

  @ApiProperty({
    type: [String],
    example: ['wallets:read'],
    description:
      'What the key may do, where that is not everything: its `scopes`, or `none`. Empty for a key that may do ' +
      'everything, which Flexprice shows as full access.',
  })
  roles!: string[];

  @ApiProperty({ type: String, example: 'user' })
  user_type!: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  expires_at!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'To the minute.' })
  last_used_at!: string | null;

  @ApiProperty({ type: String, example: 'published' })
  status!: string;

  @ApiProperty({ type: String })
  tenant_id!: string;

  @ApiProperty({ type: String })
  environment_id!: string;

  @ApiProperty({ type: String, format: 'date-time' })
  created_at!: string;

  @ApiProperty({ type: String, format: 'date-time' })
  updated_at!: string;

  @ApiProperty({
    type: String,
    description: 'The key that made it, or the user who logged in; empty for the operator.',
  })
  created_by!: string;

  @ApiProperty({ type: String })
  updated_by!: string;
}

export class CreatedApiKeyDto {
  @ApiProperty({ type: SecretDto })
  secret!: SecretDto;

  @ApiProperty({ type: String, description: 'The key itself. It is shown here and never again.', example: 'sk_...' })
  api_key!: string;
}

export class ApiKeyListDto {
  @ApiProperty({ type: [SecretDto] })
  items!: SecretDto[];

  @ApiProperty({ type: Pagination })
  pagination!: Pagination;
}

export function renderSecret(secret: ApiKey): SecretDto {
  const { id, name, type, displayId, status, tenantId, environmentId, createdBy, updatedBy } = secret;
  const customerId = secret.customerId ?? null;
  const scopes = scopesOf({ type, customerId, scopes: secret.scopes ?? null });
  return {
    id,
    name,
    type,
    display_id: displayId,
    customer_id: customerId,
    scopes: [...scopes],
    provider: 'flexprice',
    roles: flexpriceRolesOfKey(scopes),
    user_type: 'user',
    expires_at: formatTimestampOrNull(secret.expiresAt),
    last_used_at: formatTimestampOrNull(secret.lastUsedAt),
    status,
    tenant_id: tenantId,
    environment_id: environmentId,
    created_at: formatTimestamp(secret.createdAt),
    updated_at: formatTimestamp(secret.updatedAt),
    created_by: createdBy,
    updated_by: updatedBy,
  };
}
