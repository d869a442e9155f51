import { ApiProperty } from '@nestjs/swagger';
import { ArrayMaxSize, IsArray, IsIn, IsOptional, IsString } from 'class-validator';
import { IsIdentifierList } from '../../http/fields/is-identifier-list.js';
import { IsTimestamp } from '../../http/fields/is-timestamp.js';
import { WalletsSearchQuery } from '../../http/filters.dto.js';
import { SentBySdk } from '../../http/validation.pipe.js';
import { Pagination } from '../../http/wallets-page.js';
import { formatTimestamp } from '../../shared/clock.js';
import { flexpriceRolesOf, ROLE_NAMES, type RoleName } from '../roles.js';
import { scopesOf } from '../scopes.js';
import type { Tenant } from '../tenant.entity.js';
import { renderTenant, TenantDto } from '../tenants.dto.js';
import type { AuthorRow } from './author-row.entity.js';

const STATUSES = ['published', 'archived', 'deleted'];
export const AUTHOR_KINDS = ['user', 'service_account'] as const;
const MAX_ROLES = 100;

/** Which users; all that is given must hold. */
@SentBySdk('expand')
export class AuthorSearchDto extends WalletsSearchQuery {
  /**
   * Ids as `created_by` and `updated_by` have them: of users, and of API keys of this environment. With ids also those are
   * found who were removed or revoked; without them users only.
   * @example ['user_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB', 'secret_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB']
   */
  @ApiProperty({ type: [String], required: false, nullable: true })
  @IsOptional()
  @IsIdentifierList()
  user_ids?: string[] | null;

  /** `service_account`: API keys, which are found by `user_ids` only. */
  @ApiProperty({ enum: AUTHOR_KINDS, required: false, nullable: true })
  @IsOptional()
  @IsIn(AUTHOR_KINDS, { message: `must be one of ${AUTHOR_KINDS.join(', ')}` })
  type?: (typeof AUTHOR_KINDS)[number] | null;

  /**
   * Users with one of these roles, ours or as `roles` has them; no user has another.
   * @example ['super_admin']
   */
  @ApiProperty({ type: [String], required: false, nullable: true })
  @IsOptional()
  @IsString({ each: true, message: 'must be a list of strings' })
  @ArrayMaxSize(MAX_ROLES, { message: `must have at most ${MAX_ROLES} items` })
  @IsArray({ message: 'must be a list of strings' })
  roles?: string[] | null;

  /** Of who was removed, and of a key that was revoked, `deleted`. */
  @ApiProperty({ enum: STATUSES, required: false, nullable: true })
  @IsOptional()
  @IsIn(STATUSES, { message: `must be one of ${STATUSES.join(', ')}` })
  status?: string | null;

  @IsOptional()
  @IsTimestamp({ description: 'Made at this instant or after.' })
  start_time?: Date | null;

  @IsOptional()
  @IsTimestamp({ description: 'Made at this instant or before.' })
  end_time?: Date | null;
}

/** Whoever has made or changed something: a user, or an API key, which Flexprice calls a service account. */
export class AuthorDto {
  /** The id that was asked for: of a user or of a key.
   * @example 'user_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB' */
  id!: string;
  /** Empty for a key without a user.
   * @example 'ada@acme.example' */
  email!: string;
  /** What the user calls themselves, perhaps nothing; of a key without a user its name.
   * @example 'Ada' */
  name!: string;
  @ApiProperty({ enum: AUTHOR_KINDS })
  type!: string;
  /** The user, also where the id is that of a token of theirs; null for a key without one. Ours. */
  user_id!: string | null;
  /** Null for a key without a user. Ours. */
  @ApiProperty({ enum: ROLE_NAMES, nullable: true })
  role!: RoleName | null;
  /** As in `GET /v1/users/me`.
   * @example ['super_admin'] */
  roles!: string[];
  tenant!: TenantDto;
  /** @example 'published' */
  status!: string;
  created_at!: string;
  updated_at!: string;
}

export class AuthorListDto {
  items!: AuthorDto[];
  pagination!: Pagination;
}

export function renderAuthor(author: AuthorRow, tenant: Tenant): AuthorDto {
  const { id, email, name, kind, role = null, keyType: type, customerId = null, scopes = null } = author;
  return {
    id,
    email,
    name,
    type: kind,
    user_id: author.userId ?? null,
    role,
    roles: flexpriceRolesOf(role, scopesOf({ type, customerId, scopes })),
    tenant: renderTenant(tenant),
    status: author.status,
    created_at: formatTimestamp(author.createdAt),
    updated_at: formatTimestamp(author.updatedAt),
  };
}
