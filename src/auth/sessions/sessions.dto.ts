import { ApiProperty } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import { IsIdentifier, IsText } from '../../http/fields/is-text.js';
import { formatTimestamp } from '../../shared/clock.js';
import type { Caller } from '../caller.js';
import type { Environment } from '../environment.entity.js';
import { EnvironmentDto, renderEnvironment } from '../environments.dto.js';
import { ROLE_NAMES, type RoleName } from '../roles.js';
import type { Tenant } from '../tenant.entity.js';
import type { AppUser } from '../users/app-user.entity.js';
import { IsLoginEmail } from '../users/auth.dto.js';
import { IsPassword } from '../users/password-rule.js';

/** Who wants in: an e-mail address with its password, or a key. */
export class OpenSessionDto {
  @IsOptional()
  @IsLoginEmail()
  email?: string | null;

  @IsOptional()
  @IsPassword()
  password?: string | null;

  @IsOptional()
  @IsIdentifier({
    description: 'With an e-mail address: where to begin. If absent, in the oldest development environment.',
    example: 'env_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB',
  })
  environment_id?: string | null;

  @IsOptional()
  @IsText({ min: 1, max: 255, description: 'A server key, in the place of all others.', example: 'sk_…' })
  key?: string | null;
}

/** Where a user goes on. */
export class SessionEnvironmentDto {
  @IsIdentifier({ example: 'env_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB' })
  environment_id!: string;
}

/** A person who logged in. */
export class SessionUserDto {
  /** @example 'user_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB' */
  id!: string;
  /** @example 'ada@acme.example' */
  email!: string;
  /** @example 'Ada' */
  name!: string;
  @ApiProperty({ enum: ROLE_NAMES, example: 'finance' })
  role!: RoleName;
}

export class SessionKeyDto {
  /** @example 'secret_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB' */
  id!: string;
  /** @example 'Billing server' */
  name!: string;
}

export class SessionTenantDto {
  /** @example 'tenant_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB' */
  id!: string;
  /** @example 'Acme' */
  name!: string;
}

/** Who somebody is here, and what they may do. */
export class SessionDto {
  /** Null for who came with a key. */
  @ApiProperty({ type: SessionUserDto, nullable: true })
  user!: SessionUserDto | null;
  /** What the session acts with: what is written down names it. */
  key!: SessionKeyDto;
  /** What it may do.
   * @example ['customers:read', 'wallets:read'] */
  scopes!: string[];
  tenant!: SessionTenantDto;
  /** Where it is. */
  environment!: EnvironmentDto;
  /** Where it may be, its own first: all of the tenant's (100 at most) for a user, its own for a key. */
  environments!: EnvironmentDto[];
  /** When it ends. Null for a request with a key of no end.
   * @example '2026-01-02T00:00:00.123000Z' */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  expires_at!: string | null;
}

export function renderSession(
  { keyId, keyName, scopes }: Caller,
  found: { user: AppUser | null; tenant: Tenant; environments: Environment[]; expiresAt: Date | null },
): SessionDto {
  const { user, tenant, expiresAt } = found;
  const environments = found.environments.map(renderEnvironment);
  return {
    user: user && { id: user.id, email: user.email, name: user.name, role: user.role },
    key: { id: keyId, name: keyName },
    scopes: [...scopes],
    tenant: { id: tenant.id, name: tenant.name },
    environment: environments[0] as EnvironmentDto,
    environments,
    expires_at: expiresAt && formatTimestamp(expiresAt),
  };
}
