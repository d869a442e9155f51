import { ApiProperty } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import { IsIdentifier } from '../http/fields/is-text.js';
import { Pagination, WalletsPageQuery } from '../http/wallets-page.js';
import { formatTimestamp, formatTimestampOrNull } from '../shared/clock.js';
import { EVENT_TYPES } from '../events/event-types.js';
import { IsEventType } from '../events/is-event-types.js';
import { DELIVERY_STATUSES, type WebhookDelivery, type WebhookEvent } from '../events/webhook-event.entity.js';

export class ListEventsQuery extends WalletsPageQuery {
  @IsOptional()
  @IsEventType()
  event_type?: string;

  @IsOptional()
  @IsIdentifier({ description: 'Id of the wallet.' })
  wallet_id?: string;
}

/** How the sending of an event to an endpoint stands. */
export class DeliveryDto {
  /** @example 'endpoint_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB' */
  endpoint_id!: string;
  @ApiProperty({ enum: DELIVERY_STATUSES })
  delivery_status!: string;
  @ApiProperty({ type: 'integer', example: 1, description: 'How often it was tried, one that is under way included.' })
  attempts!: number;
  @ApiProperty({ type: String, nullable: true, description: 'When it is tried next; null when it has ended.' })
  next_attempt_at!: string | null;
  @ApiProperty({ type: String, nullable: true })
  last_attempt_at!: string | null;
  @ApiProperty({ type: 'integer', nullable: true, example: 200, description: 'Null when there was no answer.' })
  last_status_code!: number | null;
  /** The beginning of the last answer; empty where `body` is null, which it may repeat. */
  last_response!: string;
  /** Why there was no answer to the last attempt; empty when there was one. */
  last_error!: string;
}

/** Something that happened, as it was or will be sent. */
export class WebhookEventDto {
  /** Header `webhook-id` of all its deliveries.
   * @example 'sys_event_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB' */
  id!: string;
  @ApiProperty({ enum: EVENT_TYPES })
  event_type!: string;
  /** Empty where it is about no single wallet.
   * @example 'wallet_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB' */
  wallet_id!: string;
  customer_id!: string;
  @ApiProperty({
    type: Object,
    additionalProperties: true,
    nullable: true,
    description:
      'The body that is sent; null for a key that may not read what it tells of: without `wallets:read`, for ' +
      '`payment_method.*` without `customers:read`.',
  })
  body!: Record<string, unknown> | null;
  deliveries!: DeliveryDto[];
  environment_id!: string;
  tenant_id!: string;
  /** @example '2026-01-01T00:00:00.123000Z' */
  created_at!: string;
}

export class WebhookEventListDto {
  items!: WebhookEventDto[];
  pagination!: Pagination;
}

/** Which event to send again. */
export class RetryWebhookDto {
  @IsIdentifier({ description: 'Id of the event.', example: 'sys_event_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB' })
  system_event_id!: string;
}

export class RetryWebhookAnswerDto {
  success!: boolean;
  /** @example '1 delivery queued' */
  message!: string;
  /** @example 'sys_event_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB' */
  system_event_id!: string;
}

export class DashboardDto {
  /** A page of the console: log in there.
   * @example 'http://127.0.0.1:3000/console/webhooks' */
  url!: string;
  /** Always false: webhooks are sent from here. */
  @ApiProperty({ type: Boolean, example: false })
  svix_enabled!: boolean;
}

/** @param isShown false: that it was sent, not what */
export function renderEvent(
  event: WebhookEvent,
  deliveries: readonly WebhookDelivery[],
  isShown: boolean,
): WebhookEventDto {
  return {
    id: event.id,
    event_type: event.eventType,
    wallet_id: event.walletId,
    customer_id: event.customerId,
    body: isShown ? (JSON.parse(event.body) as Record<string, unknown>) : null,
    deliveries: deliveries
      .map(renderDelivery)
      .map((delivery) => (isShown ? delivery : { ...delivery, last_response: '' })),
    environment_id: event.environmentId,
    tenant_id: event.tenantId,
    created_at: formatTimestamp(event.createdAt),
  };
}

function renderDelivery(delivery: WebhookDelivery): DeliveryDto {
  const isPending = delivery.deliveryStatus === 'pending';
  return {
    endpoint_id: delivery.endpointId,
    delivery_status: delivery.deliveryStatus,
    attempts: delivery.attempts,
    next_attempt_at: isPending ? formatTimestamp(delivery.nextAttemptAt) : null,
    last_attempt_at: formatTimestampOrNull(delivery.lastAttemptAt),
    last_status_code: delivery.lastStatusCode ?? null,
    last_response: delivery.lastResponse,
    last_error: delivery.lastError,
  };
}
