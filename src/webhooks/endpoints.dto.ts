import { ApiProperty, PartialType } from '@nestjs/swagger';
import { IsIn, IsInt, IsOptional, Max, Min } from 'class-validator';
import { IsText } from '../http/fields/is-text.js';
import { MayBeEmpty } from '../http/validation.pipe.js';
import { Pagination, WalletsPageQuery } from '../http/wallets-page.js';
import { formatTimestamp } from '../shared/clock.js';
import { EVENT_TYPES } from '../events/event-types.js';
import { IsEventTypes } from '../events/is-event-types.js';
import type { WebhookEndpoint } from '../events/webhook-endpoint.entity.js';

const STATUSES = ['enabled', 'disabled'] as const;
/** A day: as long as it may be, and as it is where nothing is said. */
export const MAX_OVERLAP_SECONDS = 86_400;

/** Where events are to be sent. */
export class CreateEndpointDto {
  @IsText({
    min: 1,
    max: 2048,
    description:
      'Events are sent here by POST. In production https only, without user and password, and only to addresses of the ' +
      'public internet.',
    example: 'https://example.com/webhooks',
  })
  url!: string;

  @IsOptional()
  @IsEventTypes({
    description: 'What is sent; everything, also what later versions add, if absent or empty.',
    example: ['wallet.transaction.created', 'top_up.failed'],
  })
  event_types?: string[] | null;

  @IsOptional()
  @IsText({ max: 255, description: 'What it is for.', example: 'Billing' })
  description?: string | null;
}

/** What changes; what is absent or null stays. */
export class UpdateEndpointDto extends PartialType(CreateEndpointDto) {
  /** A disabled endpoint gets no new events; what was waiting for it waits on. */
  @ApiProperty({ enum: STATUSES, required: false, nullable: true })
  @IsOptional()
  @IsIn(STATUSES, { message: `must be one of ${STATUSES.join(', ')}` })
  endpoint_status?: (typeof STATUSES)[number] | null;
}

/** How fast the old secret ends. A field that is misspelt is refused: it may be about a leak. */
@MayBeEmpty()
export class RotateSecretDto {
  /** For how long the old secrets sign beside the new one; 0: they end now. */
  @ApiProperty({
    type: 'integer',
    minimum: 0,
    maximum: MAX_OVERLAP_SECONDS,
    default: MAX_OVERLAP_SECONDS,
    nullable: true,
    required: false,
    example: 3600,
  })
  @IsOptional()
  @Max(MAX_OVERLAP_SECONDS)
  @Min(0)
  @IsInt()
  overlap_seconds?: number | null;
}

export class ListEndpointsQuery extends WalletsPageQuery {}

/** An address that events are sent to. */
export class EndpointDto {
  /** @example 'endpoint_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB' */
  id!: string;
  /** @example 'https://example.com/webhooks' */
  url!: string;
  @ApiProperty({ enum: EVENT_TYPES, isArray: true, nullable: true, description: 'What is sent; null is everything.' })
  event_types!: string[] | null;
  /** @example 'Billing' */
  description!: string;
  @ApiProperty({ enum: STATUSES })
  endpoint_status!: string;
  /** Why it is disabled: it answered 410, or somebody said so. Empty while it is enabled. */
  disabled_reason!: string;
  environment_id!: string;
  tenant_id!: string;
  /** @example 'published' */
  status!: string;
  /** @example '2026-01-01T00:00:00.123000Z' */
  created_at!: string;
  updated_at!: string;
  created_by!: string;
  updated_by!: string;
}

export class CreatedEndpointDto extends EndpointDto {
  /** Deliveries are signed with it, as Standard Webhooks says. It is shown here and never again.
   * @example 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=' */
  secret!: string;
}

export class EndpointListDto {
  items!: EndpointDto[];
  pagination!: Pagination;
}

export function renderEndpoint(endpoint: WebhookEndpoint): EndpointDto {
  return {
    id: endpoint.id,
    url: endpoint.url,
    event_types: endpoint.eventTypes ?? null,
    description: endpoint.description,
    endpoint_status: endpoint.endpointStatus,
    disabled_reason: endpoint.disabledReason,
    environment_id: endpoint.environmentId,
    tenant_id: endpoint.tenantId,
    status: endpoint.status,
    created_at: formatTimestamp(endpoint.createdAt),
    updated_at: formatTimestamp(endpoint.updatedAt),
    created_by: endpoint.createdBy,
    updated_by: endpoint.updatedBy,
  };
}
