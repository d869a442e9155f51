import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { IsText } from '../../http/fields/is-text.js';
import type { SetupSession } from '../../payments/payment-provider.js';
import { MAX_URL_LENGTH } from '../../payments/return-urls.js';
import { PaymentMethodDto } from '../payment-methods.dto.js';
import { renderPaymentMethod } from '../render-payment-method.js';
import type { CardSetup } from './card-setups.service.js';

const VIAS = ['page', 'fields'] as const;
const STATUSES = ['open', 'saved', 'failed'] as const;

/** How a card is to be saved. A page of the provider's comes back to one of two addresses of yours. */
export class BeginCardSetupDto {
  /** `page`: a page of the provider's. `fields`: the provider's fields (Elements) on a page of your own. */
  @ApiProperty({ enum: VIAS, required: false, nullable: true, default: 'page', example: 'page' })
  @IsOptional()
  @IsIn(VIAS, { message: `must be one of ${VIAS.join(', ')}` })
  via?: (typeof VIAS)[number] | null;

  @IsOptional()
  @IsText({
    max: MAX_URL_LENGTH,
    description:
      'Where the customer comes back to with a card saved; required for a page. `{CHECKOUT_SESSION_ID}` in it becomes ' +
      'the setup’s id. https:// in a production environment.',
    example: 'https://shop.example/cards/saved?setup={CHECKOUT_SESSION_ID}',
  })
  success_url?: string | null;

  @IsOptional()
  @IsText({
    max: MAX_URL_LENGTH,
    description: 'Where the customer comes back to without; required for a page.',
    example: 'https://shop.example/cards',
  })
  cancel_url?: string | null;
}

/** A card is about to be saved: send the customer to `url`, or open the provider's fields with `client_secret`. */
export class CardSetupDto {
  /** @example 'cs_test_a1b2c3' */
  setup_id!: string;
  /** The provider's page, good for 24 hours and one card; null for fields. */
  @ApiProperty({ type: String, nullable: true, example: 'https://checkout.stripe.com/c/pay/cs_test_a1b2c3' })
  url!: string | null;
  /** For this customer's browser only; null for a page. */
  @ApiProperty({ type: String, nullable: true, example: null })
  client_secret!: string | null;
  /** What the provider's script is opened with; null for a page. */
  @ApiProperty({ type: String, nullable: true, example: null })
  publishable_key!: string | null;
}

/** What has become of a card that was about to be saved. */
export class CardSetupOutcomeDto {
  /** @example 'cs_test_a1b2c3' */
  setup_id!: string;
  /** `open` while the customer has not given a card. */
  @ApiProperty({ enum: STATUSES, example: 'saved' })
  status!: (typeof STATUSES)[number];
  /** Why it has failed; empty otherwise. */
  @ApiProperty({ type: String, example: '' })
  detail!: string;
  /** The card on file now: the one that was saved, unless another has come since. */
  @ApiProperty({ type: PaymentMethodDto, nullable: true })
  payment_method!: PaymentMethodDto | null;
}

export function renderCardSetup({ setupId, url, clientSecret, publishableKey }: SetupSession): CardSetupDto {
  return { setup_id: setupId, url, client_secret: clientSecret, publishable_key: publishableKey };
}

export function renderCardSetupOutcome({ id, status, reason, method }: CardSetup, now: Date): CardSetupOutcomeDto {
  return { setup_id: id, status, detail: reason, payment_method: method ? renderPaymentMethod(method, now) : null };
}
