import { ApiProperty } from '@nestjs/swagger';
import { IsBoolean, IsOptional, Matches } from 'class-validator';
import { IsText } from '../../http/fields/is-text.js';
import { formatTimestamp } from '../../shared/clock.js';
import type { OpenConnection } from './stripe-connections.js';

export class PutStripeConnectionDto {
  @IsOptional()
  @IsText({ max: 255, description: 'Secret key, or a restricted one. Required the first time.', example: 'sk_test_…' })
  secret_key?: string | null;

  @IsOptional()
  @IsText({ max: 255, description: 'Publishable key. Required the first time.', example: 'pk_test_…' })
  publishable_key?: string | null;

  @IsOptional()
  @IsText({
    max: 255,
    description:
      'Signing secret of the endpoint that you made at Stripe for /v1/payments/webhooks/stripe/{environment_id}. ' +
      'Without one, events of Stripe are refused, and changes are found by asking.',
    example: 'whsec_…',
  })
  webhook_secret?: string | null;

  /** What follows your name on the statements of cards: up to 22 characters with a letter among them, empty for nothing. */
  @ApiProperty({ type: String, maxLength: 22, nullable: true, required: false, example: 'CREDITS' })
  @IsOptional()
  @Matches(/^(?:|(?=.*[A-Za-z])[A-Za-z0-9 .,&+-]{1,22})$/, {
    message: 'must have up to 22 letters, digits, spaces and . , & + -, with a letter among them',
  })
  statement_descriptor_suffix?: string | null;

  /** Whether Stripe mails receipts to the e-mail addresses of the customers. */
  @ApiProperty({ type: Boolean, nullable: true, required: false, default: false })
  @IsOptional()
  @IsBoolean()
  send_receipts?: boolean | null;
}

/** How an environment is connected to Stripe. Of its keys nothing but the last four characters is ever shown. */
export class StripeConnectionDto {
  /** @example '9zQx' */
  secret_key_last4!: string;
  /** @example 'Ab3d' */
  publishable_key_last4!: string;

  @ApiProperty({ type: String, nullable: true, example: '77Fe' })
  webhook_secret_last4!: string | null;

  /** @example 'CREDITS' */
  statement_descriptor_suffix!: string;
  send_receipts!: boolean;
  /** @example '/v1/payments/webhooks/stripe/env_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB' */
  webhook_path!: string;
  tenant_id!: string;
  environment_id!: string;
  /** @example '2026-01-01T00:00:00.123000Z' */
  created_at!: string;
  updated_at!: string;
  created_by!: string;
  updated_by!: string;
}

export function renderConnection({ keys, terms, row }: OpenConnection): StripeConnectionDto {
  const { secretKey, publishableKey, webhookSecret } = keys;
  return {
    secret_key_last4: secretKey.slice(-4),
    publishable_key_last4: publishableKey.slice(-4),
    webhook_secret_last4: webhookSecret?.slice(-4) ?? null,
    statement_descriptor_suffix: terms.statementDescriptorSuffix,
    send_receipts: terms.sendReceipts,
    webhook_path: `/v1/payments/webhooks/stripe/${row.environmentId}`,
    tenant_id: row.tenantId,
    environment_id: row.environmentId,
    created_at: formatTimestamp(row.createdAt),
    updated_at: formatTimestamp(row.updatedAt),
    created_by: row.createdBy,
    updated_by: row.updatedBy,
  };
}
