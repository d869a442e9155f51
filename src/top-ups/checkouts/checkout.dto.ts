import { ApiProperty } from '@nestjs/swagger';
import { IsBoolean, IsOptional } from 'class-validator';
import { ToFlag } from '../../http/fields/to-flag.js';
import { IsText } from '../../http/fields/is-text.js';
import { MAX_URL_LENGTH, returnUrls } from '../../payments/return-urls.js';
import type { CheckoutTerms } from '../purchases/top-up.entity.js';

/** Pay on a page of the payment provider's, which comes back to one of two addresses of yours. */
export class CheckoutRequestDto {
  @IsOptional()
  @IsText({
    max: MAX_URL_LENGTH,
    description: 'Where the customer comes back to having paid; required. https:// in a production environment.',
    example: 'https://shop.example/paid',
  })
  success_url?: string | null;

  @IsOptional()
  @IsText({
    max: MAX_URL_LENGTH,
    description: 'Where the customer comes back to without; required.',
    example: 'https://shop.example/credits',
  })
  cancel_url?: string | null;

  /** Whether the card is put on file, in place of the one that is, for later top-ups. */
  @ApiProperty({ type: Boolean, required: false, nullable: true, default: false })
  @IsOptional()
  @ToFlag()
  @IsBoolean({ message: 'must be true or false' })
  save_card?: boolean | null;
}

/**
 * @param isHttpsOnly where cards are real
 * @throws validation
 */
export function checkoutTerms(body: CheckoutRequestDto, isHttpsOnly: boolean): CheckoutTerms {
  return { ...returnUrls(body, isHttpsOnly), keepsCard: body.save_card ?? false };
}
