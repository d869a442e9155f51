import { ApiProperty } from '@nestjs/swagger';
import { BillingPaymentMethodDto } from '../billing.dto.js';

/** What a customer pays with. */
export class PortalCardDto {
  /** The card on file; null where there is none. */
  @ApiProperty({ type: BillingPaymentMethodDto, nullable: true })
  card!: BillingPaymentMethodDto | null;
  /** What is tried where that is declined. */
  @ApiProperty({ type: BillingPaymentMethodDto, nullable: true })
  backup_card!: BillingPaymentMethodDto | null;
  /** Whether the provider has pages of its own, on which a card is given to it: to pay, and to be saved. */
  @ApiProperty({ type: Boolean, example: true })
  has_pages!: boolean;
}

/** A card is about to be saved: on the provider's page, and never here. */
export class PortalCardSetupDto {
  /** @example 'cs_test_a1b2c3' */
  setup_id!: string;
  /** @example 'https://checkout.stripe.com/c/pay/cs_test_a1b2c3' */
  @ApiProperty({ type: String, nullable: true })
  url!: string | null;
}

/** What has become of it. */
export class PortalCardOutcomeDto extends PortalCardDto {
  /** `open` while the customer has not given a card. */
  @ApiProperty({ enum: ['open', 'saved', 'failed'], example: 'saved' })
  status!: 'open' | 'saved' | 'failed';
  /** Why it has failed; empty otherwise. */
  @ApiProperty({ type: String, example: '' })
  detail!: string;
}
