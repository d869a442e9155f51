import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { IsText } from '../http/fields/is-text.js';
import { Pagination } from '../http/wallets-page.js';

const LISTED = ['published', 'archived'] as const;
export const CARD_ROLES = ['default', 'backup'] as const;
export type CardRole = (typeof CARD_ROLES)[number];

/** Which cards are listed. */
export class PaymentMethodListQuery {
  /** `published` (as without it): the card on file and the backup. `archived`: those that were replaced and are still saved. */
  @ApiProperty({ enum: LISTED, required: false })
  @IsOptional()
  @IsIn(LISTED, { message: `must be one of ${LISTED.join(', ')}` })
  status?: (typeof LISTED)[number];
}

export class AddPaymentMethodDto {
  @IsText({
    min: 1,
    max: 255,
    description:
      'Token of the payment provider, never a card number. On the sandbox: pm_sandbox_approve, pm_sandbox_decline, ' +
      'pm_sandbox_decline_hard, pm_sandbox_hang, pm_sandbox_hang_before, pm_sandbox_requires_action, ' +
      'pm_sandbox_processing, pm_sandbox_error_once.',
    example: 'pm_sandbox_approve',
  })
  token!: string;
}

/** A saved card. */
export class PaymentMethodDto {
  /** @example 'pm_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB' */
  id!: string;
  /** @example 'cust_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB' */
  customer_id!: string;
  /** @example 'sandbox' */
  provider!: string;
  /** @example 'visa' */
  brand!: string;
  /**
   * The last four digits, all that is known of the card number.
   * @example '4242'
   */
  last4!: string;
  /** @example 12 */
  expiry_month!: number;
  /** @example 2034 */
  expiry_year!: number;
  /** Whether it expires within 30 days, or has. */
  expires_soon!: boolean;
  /**
   * The same for one card however often it is added.
   * @example '9f86d081884c7d65'
   */
  fingerprint!: string;
  tenant_id!: string;
  environment_id!: string;
  @ApiProperty({
    enum: CARD_ROLES,
    nullable: true,
    description: '`default` is charged first, `backup` where that is declined; null: saved, and not used.',
  })
  role!: CardRole | null;
  /** @example 'published' */
  status!: string;
  /** @example '2026-01-01T00:00:00.123000Z' */
  created_at!: string;
  updated_at!: string;
  created_by!: string;
  updated_by!: string;
}

export class PaymentMethodListDto {
  items!: PaymentMethodDto[];
  pagination!: Pagination;
}
