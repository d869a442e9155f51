import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { IsPageLimit } from '../../http/fields/is-page-limit.js';
import { IsIdentifier } from '../../http/fields/is-text.js';
import { IsTimestamp } from '../../http/fields/is-timestamp.js';
import { AsksForList } from '../../http/validation.pipe.js';
import { formatTimestamp } from '../../shared/clock.js';
import { ACTOR_KINDS, type ActorKind, type AuditEntry } from './audit-entry.entity.js';
import { AUDIT_ACTIONS, type AuditAction } from './audited.js';

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 200;

@AsksForList()
export class AuditLogQuery {
  @IsPageLimit({ default: DEFAULT_LIMIT, max: MAX_LIMIT, what: 'Rows' })
  limit: number = DEFAULT_LIMIT;

  @IsOptional()
  @IsIdentifier({
    description: '`next_cursor` of a page: the one after it.',
    example: 'audit_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB',
  })
  cursor?: string | null;

  @ApiProperty({ enum: AUDIT_ACTIONS, required: false })
  @IsOptional()
  @IsIn(AUDIT_ACTIONS, { message: `must be one of ${AUDIT_ACTIONS.join(', ')}` })
  action?: AuditAction | null;

  @ApiProperty({ enum: ACTOR_KINDS, required: false })
  @IsOptional()
  @IsIn(ACTOR_KINDS, { message: `must be one of ${ACTOR_KINDS.join(', ')}` })
  actor_kind?: ActorKind | null;

  @IsOptional()
  @IsIdentifier({ description: 'What was done with this key.', example: 'secret_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB' })
  key_id?: string | null;

  @IsOptional()
  @IsIdentifier({
    description: 'What this user did, with whichever token.',
    example: 'user_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB',
  })
  user_id?: string | null;

  @IsOptional()
  @IsIdentifier({
    description: 'What was done to this: an id, or the key of a setting.',
    example: 'endpoint_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB',
  })
  target_id?: string | null;

  @IsOptional()
  @IsIdentifier({ description: 'Of this environment only.', example: 'env_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB' })
  environment_id?: string | null;

  @IsOptional()
  @IsTimestamp({ description: 'At this instant or after.' })
  start_time?: Date | null;

  @IsOptional()
  @IsTimestamp({ description: 'At this instant or before.' })
  end_time?: Date | null;
}

/** Who did it, named as they were then. */
export class AuditActorDto {
  /** `key`; `user`, who logged in; `operator` of the installation; `system`, nobody; `anonymous`: somebody without a key. */
  @ApiProperty({ enum: ACTOR_KINDS })
  kind!: ActorKind;
  @ApiProperty({ type: String, nullable: true, example: 'secret_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB' })
  key_id!: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'Billing server' })
  key_name!: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'user_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB' })
  user_id!: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'ada@acme.example' })
  user_email!: string | null;
}

/** From where; empty where it did not come over HTTP. */
export class AuditOriginDto {
  /** Of the client, with the proxies looked through that the operator trusts.
   * @example '198.51.100.7' */
  address!: string;
  /** What the client said that it is, cut to 256 characters. */
  user_agent!: string;
  /** The request's `X-Request-ID`. */
  request_id!: string;
}

export class AuditTargetDto {
  /** @example 'webhook_endpoint' */
  kind!: string;
  /** @example 'endpoint_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB' */
  id!: string;
}

/** That somebody changed something. Written in the commit of the change, and never altered or deleted. */
export class AuditEntryDto {
  /** @example 'audit_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB' */
  id!: string;
  /** The database's clock.
   * @example '2026-01-01T00:00:00.123000Z' */
  at!: string;
  @ApiProperty({ enum: AUDIT_ACTIONS })
  action!: string;
  actor!: AuditActorDto;
  from!: AuditOriginDto;
  target!: AuditTargetDto;
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    description: 'What is different, as it was; null where there was nothing. Never a secret.',
    example: { name: 'Staging' },
  })
  before!: Record<string, unknown> | null;
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    description: 'What is different, as it is now; null where it was removed. Never a secret.',
    example: { name: 'QA' },
  })
  after!: Record<string, unknown> | null;
  tenant_id!: string;
  @ApiProperty({ type: String, nullable: true, description: 'Null: of the tenant as a whole.' })
  environment_id!: string | null;
}

export class AuditLogDto {
  items!: AuditEntryDto[];
  @ApiProperty({ type: String, nullable: true, description: 'For the page of older rows; null on the last one.' })
  next_cursor!: string | null;
}

export function renderAuditEntry(entry: AuditEntry): AuditEntryDto {
  const { id, at, action, address, before = null, after = null, tenantId, environmentId = null } = entry;
  return {
    id,
    at: formatTimestamp(at),
    action,
    actor: {
      kind: entry.actorKind,
      key_id: entry.keyId ?? null,
      key_name: entry.keyName ?? null,
      user_id: entry.userId ?? null,
      user_email: entry.userEmail ?? null,
    },
    from: { address, user_agent: entry.userAgent, request_id: entry.requestId },
    target: { kind: entry.targetKind, id: entry.targetId },
    before,
    after,
    tenant_id: tenantId,
    environment_id: environmentId,
  };
}
