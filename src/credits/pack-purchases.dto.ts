import { ApiProperty } from '@nestjs/swagger';
import { ArrayMaxSize, IsArray, IsOptional, IsString, Length, ValidateIf } from 'class-validator';
import { IsText } from '../http/fields/is-text.js';
import { Nested } from '../http/fields/nested.js';
import { CheckoutRequestDto } from '../top-ups/checkouts/checkout.dto.js';

const MAX_COUPONS = 10;

/** A pack to be bought now, with the payment method on file. */
export class BuyPackDto {
  @IsText({ min: 1, max: 100, description: 'A pack on sale.', example: 'pack_100' })
  pack_id!: string;

  /** Coupons to redeem. */
  @ApiProperty({ type: [String], required: false, maxItems: MAX_COUPONS, example: [] })
  @ValidateIf((_dto: object, value: unknown) => value !== undefined)
  @Length(1, 100, { each: true, message: 'must have items of 1 to 100 characters' })
  @IsString({ each: true, message: 'must be a list of strings' })
  @ArrayMaxSize(MAX_COUPONS, { message: `must have at most ${MAX_COUPONS} items` })
  @IsArray({ message: 'must be a list of strings' })
  coupon_ids?: string[];

  /** Pay on a page of the payment provider's instead of with the payment method on file: the answer is a 202 with its link. */
  @ApiProperty({ type: CheckoutRequestDto, required: false, nullable: true })
  @IsOptional()
  @Nested(() => CheckoutRequestDto)
  checkout?: CheckoutRequestDto | null;
}

export class TopUpStatusDto {
  /** @example 'topup_01KAHZ5Q7X0000000000000000' */
  id!: string;
  /** @example 'unknown' */
  status!: string;
  /** Where the payment is confirmed, when the card asks for authentication by its holder. */
  @ApiProperty({ type: String, required: false })
  action_url?: string;
}

/** The provider has not said yet whether the payment went through. The credits come when it has; it is charged once. */
export class PendingPurchaseDto {
  /** @example 'The payment is not confirmed yet. The credits are added when it is.' */
  detail!: string;
  top_up!: TopUpStatusDto;
}
