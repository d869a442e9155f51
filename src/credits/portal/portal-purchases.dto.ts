import { ApiHideProperty, ApiProperty } from '@nestjs/swagger';
import { IsBoolean, IsInt, IsOptional, Max, Min } from 'class-validator';
import { IsIdempotencyKey, IsText } from '../../http/fields/is-text.js';
import type { PurchaseResult } from '../pack-purchases.service.js';

const MAX_TOTAL = 2_147_483_647;

/** A pack that a customer buys in the portal. */
export class BuyInPortalDto {
  @IsText({ min: 1, max: 100, description: 'A pack on sale.', example: 'pack_100' })
  pack_id!: string;

  /** What it was said to cost, its price and fee, minor units: another one is not charged. */
  @ApiProperty({ type: 'integer', minimum: 0, maximum: MAX_TOTAL, example: 9900 })
  @Max(MAX_TOTAL)
  @Min(0)
  @IsInt()
  total!: number;

  /** Pay on a page of the payment provider's instead of with the card on file. */
  @ApiProperty({ type: Boolean, required: false, nullable: true, default: false })
  @IsOptional()
  @IsBoolean({ message: 'must be true or false' })
  on_page?: boolean | null;

  /** Whether the card that is given there is put on file. */
  @ApiProperty({ type: Boolean, required: false, nullable: true, default: false })
  @IsOptional()
  @IsBoolean({ message: 'must be true or false' })
  save_card?: boolean | null;

  @IsOptional()
  @IsIdempotencyKey({ isUndocumented: true })
  @ApiHideProperty()
  idempotency_key?: string | null;
}

/** What has become of a purchase: its credits are there, or it waits for somebody. */
export class PortalPurchaseDto {
  /** `bought`: paid, and the credits are there. `pending`: they come when it is paid. */
  @ApiProperty({ enum: ['bought', 'pending'], example: 'bought' })
  outcome!: 'bought' | 'pending';
  /** @example 'topup_01KAHZ5Q7X0000000000000000' */
  top_up_id!: string | null;
  /** @example 'inv_01KAHZ5Q7X0000000000000000' */
  @ApiProperty({ type: String, nullable: true })
  invoice_id!: string | null;
  /** Where it is paid or confirmed: by the customer, in their browser. */
  @ApiProperty({ type: String, nullable: true, example: null })
  action_url!: string | null;
  /** Whether that is a page to pay on; otherwise the card asks for its holder. */
  @ApiProperty({ type: Boolean, example: false })
  is_checkout!: boolean;
}

export function renderPortalPurchase(result: PurchaseResult): PortalPurchaseDto {
  if (result.kind === 'bought') {
    const { id, topUpId } = result.invoice;
    return { outcome: 'bought', top_up_id: topUpId ?? null, invoice_id: id, action_url: null, is_checkout: false };
  }
  const { id, actionUrl, checkout } = result.topUp;
  return {
    outcome: 'pending',
    top_up_id: id,
    invoice_id: null,
    action_url: actionUrl ?? null,
    is_checkout: Boolean(checkout),
  };
}
