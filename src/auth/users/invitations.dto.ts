import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { IsText } from '../../http/fields/is-text.js';
import { Pagination, WalletsPageQuery } from '../../http/wallets-page.js';
import { formatTimestamp } from '../../shared/clock.js';
import { ROLE_NAMES, type RoleName } from '../roles.js';
import type { Tenant } from '../tenant.entity.js';
import { IsLoginEmail } from './auth.dto.js';
import { IsPassword } from './password-rule.js';
import type { UserInvitation } from './user-invitation.entity.js';

const STATUSES = ['pending', 'accepted', 'revoked', 'expired'] as const;

/** Who is invited, and as what. */
export class InviteDto {
  @IsLoginEmail()
  email!: string;

  /** `owner` may do everything; `finance` reads everything and moves money; `read_only` reads everything. */
  @ApiProperty({ enum: ROLE_NAMES, example: 'finance' })
  @IsIn(ROLE_NAMES, { message: `must be one of ${ROLE_NAMES.join(', ')}` })
  role!: RoleName;
}

export class ListInvitationsQuery extends WalletsPageQuery {}

/** An invitation, without its token. */
export class InvitationDto {
  /** @example 'invite_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB' */
  id!: string;
  /** @example 'grace@acme.example' */
  email!: string;
  @ApiProperty({ enum: ROLE_NAMES })
  role!: RoleName;
  @ApiProperty({ enum: STATUSES })
  status!: string;
  /** Seven days after it was made. */
  expires_at!: string;
  /** The user who has accepted it.
   * @example null */
  @ApiProperty({ type: String, nullable: true })
  user_id!: string | null;
  /** The user who has made it; without one, the key. */
  created_by!: string;
  created_at!: string;
}

/** An invitation with its link. */
export class NewInvitationDto extends InvitationDto {
  /** For `POST /v1/auth/invitations/accept`. It is shown here and never again.
   * @example 'inv_...' */
  token!: string;
  /** A page on which it is accepted: send it to whom it is for. Without `PUBLIC_URL` a path of this host.
   * @example 'https://refill.example/invitation#inv_...' */
  link!: string;
}

export class InvitationListDto {
  @ApiProperty({ type: [InvitationDto] })
  items!: InvitationDto[];
  @ApiProperty({ type: Pagination })
  pagination!: Pagination;
}

/** The token of an invitation. */
export class InvitationTokenDto {
  @IsText({ min: 1, max: 100, description: 'What stands behind `#` in the link.', example: 'inv_k3Jm0yXQ' })
  token!: string;
}

/** Whoever accepts an invitation. The address is that of the invitation. */
export class AcceptInvitationDto extends InvitationTokenDto {
  @IsPassword()
  password!: string;

  @IsOptional()
  @IsText({ max: 255, description: 'What they call themselves.', example: 'Grace' })
  name?: string | null;
}

/** What a link is for, as whoever holds it sees it. */
export class OpenInvitationDto {
  /** @example 'grace@acme.example' */
  email!: string;
  @ApiProperty({ enum: ROLE_NAMES })
  role!: RoleName;
  /** @example 'Acme' */
  tenant_name!: string;
  expires_at!: string;
}

/** @param now says whether it is over */
export function renderInvitation(invitation: UserInvitation, now: Date): InvitationDto {
  const { id, email, role, invitationStatus, expiresAt, userId, createdBy, createdAt } = invitation;
  return {
    id,
    email,
    role,
    status: invitationStatus === 'pending' && expiresAt <= now ? 'expired' : invitationStatus,
    expires_at: formatTimestamp(expiresAt),
    user_id: userId ?? null,
    created_by: createdBy,
    created_at: formatTimestamp(createdAt),
  };
}

export function renderOpenInvitation(invitation: UserInvitation, tenant: Tenant): OpenInvitationDto {
  const { email, role, expiresAt } = invitation;
  return { email, role, tenant_name: tenant.name, expires_at: formatTimestamp(expiresAt) };
}
