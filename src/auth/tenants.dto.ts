import { ApiProperty } from '@nestjs/swagger';
import { IsEmail, IsOptional, ValidateIf } from 'class-validator';
import { IsMetadata } from '../http/fields/is-metadata.js';
import { IsText } from '../http/fields/is-text.js';
import { Nested } from '../http/fields/nested.js';
import { formatTimestamp } from '../shared/clock.js';
import type { Caller } from './caller.js';
import { flexpriceRolesOf, ROLE_NAMES, type RoleName } from './roles.js';
import { SCOPE_NAMES } from './scopes.js';
import type { BillingDetails, Tenant } from './tenant.entity.js';
import type { AppUser } from './users/app-user.entity.js';

/** Flexprice takes empty text for no value. */
const ifFilled = ValidateIf((_dto: object, value: unknown) => value !== undefined && value !== null && value !== '');

export class AddressDto {
  @IsOptional()
  @IsText({ max: 255, example: '1 Main Street' })
  address_line1?: string | null;

  @IsOptional()
  @IsText({ max: 255, example: 'Floor 2' })
  address_line2?: string | null;

  @IsOptional()
  @IsText({ max: 100, example: 'Springfield' })
  address_city?: string | null;

  @IsOptional()
  @IsText({ max: 100, example: 'IL' })
  address_state?: string | null;

  @IsOptional()
  @IsText({ max: 20, example: '62701' })
  address_postal_code?: string | null;

  @IsOptional()
  @IsText({ max: 100, example: 'US' })
  address_country?: string | null;
}

export class BillingDetailsDto {
  /** @example 'billing@refill.example' */
  @ifFilled
  @IsEmail({}, { message: 'must be an e-mail address' })
  email?: string | null;

  /** @example 'help@refill.example' */
  @ifFilled
  @IsEmail({}, { message: 'must be an e-mail address' })
  help_email?: string | null;

  @IsOptional()
  @IsText({ max: 50, example: '+1 555 0100' })
  phone?: string | null;

  @ApiProperty({ type: AddressDto, required: false, nullable: true })
  @IsOptional()
  @Nested(() => AddressDto)
  address?: AddressDto | null;
}

/** What changes; absent or null stays. `metadata` and `billing_details` are replaced whole. */
export class UpdateTenantDto {
  @IsOptional()
  @IsText({ min: 1, max: 255, example: 'Acme' })
  name?: string | null;

  @IsOptional()
  @IsMetadata()
  metadata?: Record<string, string> | null;

  @ApiProperty({ type: BillingDetailsDto, required: false, nullable: true })
  @IsOptional()
  @Nested(() => BillingDetailsDto)
  billing_details?: BillingDetailsDto | null;
}

export class AddressResponse {
  address_line1!: string;
  address_line2!: string;
  address_city!: string;
  address_state!: string;
  address_postal_code!: string;
  address_country!: string;
}

export class BillingDetailsResponse {
  email!: string;
  help_email!: string;
  phone!: string;
  address!: AddressResponse;
}

/** Whose installation this is. */
export class TenantDto {
  /** @example 'tenant_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB' */
  id!: string;
  /** @example 'Acme' */
  name!: string;
  @ApiProperty({ type: BillingDetailsResponse, nullable: true })
  billing_details!: BillingDetailsResponse | null;
  /** @example 'published' */
  status!: string;
  metadata!: Record<string, string>;
  created_at!: string;
  updated_at!: string;
}

/** Who calls: a user with the token of a login, or another API key, which Flexprice calls a service account. */
export class UserDto {
  /** Id of the user; without one, of the key, as `created_by` names it.
   * @example 'user_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB' */
  id!: string;
  /** Empty for a key without a user.
   * @example 'ada@acme.example' */
  email!: string;
  @ApiProperty({ enum: ['user', 'service_account'] })
  type!: 'user' | 'service_account';
  /** What the user calls themselves; empty for a key without a user.
   * @example 'Ada' */
  name!: string;
  /** The user's role in the tenant; null for a key without a user. Ours. */
  @ApiProperty({ enum: ROLE_NAMES, nullable: true })
  role!: RoleName | null;
  /** `super_admin` for an owner, and for a key that may do everything; otherwise the role, of a key its scopes.
   * @example ['super_admin'] */
  roles!: string[];
  /** What the key may do. Ours. */
  @ApiProperty({ enum: SCOPE_NAMES, isArray: true })
  scopes!: string[];
  /** The environment of the key. Ours. */
  environment_id!: string;
  tenant!: TenantDto;
}

export function renderTenant(tenant: Tenant): TenantDto {
  return {
    id: tenant.id,
    name: tenant.name,
    billing_details: tenant.billingDetails ?? null,
    status: tenant.status,
    metadata: tenant.metadata,
    created_at: formatTimestamp(tenant.createdAt),
    updated_at: formatTimestamp(tenant.updatedAt),
  };
}

export function renderCaller(caller: Caller, tenant: Tenant, user: AppUser | null): UserDto {
  return {
    id: user?.id ?? caller.keyId,
    email: user?.email ?? '',
    type: user ? 'user' : 'service_account',
    name: user?.name ?? '',
    role: user?.role ?? null,
    roles: flexpriceRolesOf(user?.role ?? null, caller.scopes),
    scopes: [...caller.scopes],
    environment_id: caller.environmentId,
    tenant: renderTenant(tenant),
  };
}

/** Complete, as every answer shows it: empty text where nothing was given. */
export function toBillingDetails(dto: BillingDetailsDto): BillingDetails {
  const { address } = dto;
  return {
    email: dto.email ?? '',
    help_email: dto.help_email ?? '',
    phone: dto.phone ?? '',
    address: {
      address_line1: address?.address_line1 ?? '',
      address_line2: address?.address_line2 ?? '',
      address_city: address?.address_city ?? '',
      address_state: address?.address_state ?? '',
      address_postal_code: address?.address_postal_code ?? '',
      address_country: address?.address_country ?? '',
    },
  };
}
