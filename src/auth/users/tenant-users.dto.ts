import { ApiProperty } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { Pagination, WalletsPageQuery } from '../../http/wallets-page.js';
import { formatTimestamp } from '../../shared/clock.js';
import { flexpriceRoleOf, ROLE_NAMES, type RoleName } from '../roles.js';
import type { AppUser } from './app-user.entity.js';
import { IsPassword } from './password-rule.js';
import type { Removal } from './tenant-users.service.js';

/** Another role for a user. */
export class ChangeRoleDto {
  /** `owner` may do everything; `finance` reads everything and moves money; `read_only` reads everything. */
  @ApiProperty({ enum: ROLE_NAMES, example: 'finance' })
  @IsIn(ROLE_NAMES, { message: `must be one of ${ROLE_NAMES.join(', ')}` })
  role!: RoleName;
}

/** Another password for who calls. */
export class ChangePasswordDto {
  @IsPassword()
  current_password!: string;

  @IsPassword()
  new_password!: string;
}

export class PasswordChangedDto {
  @ApiProperty({
    type: 'integer',
    example: 1,
    description: 'Other tokens of the user that ended with the old password.',
  })
  tokens_ended!: number;
}

export class ListUsersQuery extends WalletsPageQuery {}

/** A user of the tenant. */
export class TenantUserDto {
  /** @example 'user_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB' */
  id!: string;
  /** @example 'ada@acme.example' */
  email!: string;
  /** Empty where they have not said.
   * @example 'Ada' */
  name!: string;
  @ApiProperty({ enum: ['user'], description: 'Always the same, for the SDK.' })
  type!: string;
  @ApiProperty({ enum: ROLE_NAMES })
  role!: RoleName;
  /** The role as Flexprice has it: `super_admin` for an owner.
   * @example ['super_admin'] */
  roles!: string[];
  created_at!: string;
  updated_at!: string;
}

export class TenantUserListDto {
  @ApiProperty({ type: [TenantUserDto] })
  items!: TenantUserDto[];
  @ApiProperty({ type: Pagination })
  pagination!: Pagination;
}

/** An API key that a user who was removed had made. */
export class KeyMadeDto {
  /** @example 'secret_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB' */
  id!: string;
  /** @example 'Billing server' */
  name!: string;
  /** @example 'sk_Ab3dE9****9xYz' */
  display_id!: string;
  environment_id!: string;
}

/** What became of a user who was removed. */
export class RemovalDto {
  /** @example 'user_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB' */
  id!: string;
  @ApiProperty({ type: 'integer', example: 2, description: 'Their tokens that ended.' })
  tokens_ended!: number;
  @ApiProperty({ type: 'integer', example: 0, description: 'Their invitations that were still open, and are revoked.' })
  invitations_revoked!: number;
  @ApiProperty({
    type: [KeyMadeDto],
    description: 'Keys that they made and that still work, because servers use them: revoke those that should not.',
  })
  keys_made!: KeyMadeDto[];
}

export function renderTenantUser({ id, email, name, role, createdAt, updatedAt }: AppUser): TenantUserDto {
  const at = { created_at: formatTimestamp(createdAt), updated_at: formatTimestamp(updatedAt) };
  return { id, email, name, type: 'user', role, roles: [flexpriceRoleOf(role)], ...at };
}

export function renderRemoval({ user, tokensEnded, invitationsRevoked, keysMade }: Removal): RemovalDto {
  return {
    id: user.id,
    tokens_ended: tokensEnded,
    invitations_revoked: invitationsRevoked,
    keys_made: keysMade.map(({ id, name, displayId, environmentId }) => ({
      id,
      name,
      display_id: displayId,
      environment_id: environmentId,
    })),
  };
}
