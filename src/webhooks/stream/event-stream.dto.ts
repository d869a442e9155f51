import { ApiProperty } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import { EVENT_TYPES } from '../../events/event-types.js';
import { IsIdentifier, IsText } from '../../http/fields/is-text.js';

export class EventStreamQuery {
  @IsOptional()
  @IsIdentifier({ description: 'Only what happens to this customer.' })
  customer_id?: string;

  @IsOptional()
  @IsIdentifier({ description: 'Only what happens to this wallet.' })
  wallet_id?: string;

  @IsOptional()
  @IsText({
    max: 200,
    description:
      'The `id` of the last message that was read, as the header `Last-Event-ID`, for who can send no headers.',
    example: '81234.1767225600000.sys_event_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB',
  })
  last_event_id?: string;
}

/** The `data` of a message. */
export class StreamedEventDto {
  /** @example 'sys_event_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB' */
  id!: string;
  @ApiProperty({ enum: EVENT_TYPES })
  event_type!: string;
  /** Empty where it is about no single wallet. */
  wallet_id!: string;
  customer_id!: string;
  @ApiProperty({
    type: Object,
    additionalProperties: true,
    nullable: true,
    description:
      'As webhooks send it; null for a key that may not read what it tells of: without `wallets:read`, for ' +
      '`payment_method.*` without `customers:read`.',
  })
  body!: Record<string, unknown> | null;
  /** @example '2026-01-01T00:00:00.123000Z' */
  created_at!: string;
}
