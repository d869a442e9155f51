import { IsOptional } from 'class-validator';
import { IsText } from '../../http/fields/is-text.js';
import { formatTimestamp } from '../../shared/clock.js';
import type { OpenBillingConnection } from './billing-connections.js';

export class PutBillingConnectionDto {
  @IsText({
    min: 1,
    max: 2048,
    description:
      'Where your billing system is asked, by POST. In production https only, without user and password, and only at ' +
      'addresses of the public internet.',
    example: 'https://billing.example.com/refill',
  })
  url!: string;

  @IsOptional()
  @IsText({
    max: 255,
    description: 'What both sides sign with: whsec_ and 24 to 64 bytes in base64. Required the first time.',
    example: 'whsec_…',
  })
  secret?: string | null;
}

/** Where an environment's own billing system is. Of the secret nothing but its last four characters is ever shown. */
export class BillingConnectionDto {
  /** @example 'https://billing.example.com/refill' */
  url!: string;
  /** @example 'Ab3=' */
  secret_last4!: string;
  /**
   * Where the billing system tells of payments that have changed.
   * @example '/v1/payments/webhooks/tenant/env_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB'
   */
  webhook_path!: string;
  tenant_id!: string;
  environment_id!: string;
  /** @example '2026-01-01T00:00:00.123000Z' */
  created_at!: string;
  updated_at!: string;
  created_by!: string;
  updated_by!: string;
}

export function renderBillingConnection({ address, row }: OpenBillingConnection): BillingConnectionDto {
  return {
    url: address.url,
    secret_last4: address.secret.slice(-4),
    webhook_path: `/v1/payments/webhooks/tenant/${row.environmentId}`,
    tenant_id: row.tenantId,
    environment_id: row.environmentId,
    created_at: formatTimestamp(row.createdAt),
    updated_at: formatTimestamp(row.updatedAt),
    created_by: row.createdBy,
    updated_by: row.updatedBy,
  };
}
