import { ApiProperty, OmitType } from '@nestjs/swagger';
import { CardSetupOutcomeDto } from '../../customers/card-setups/card-setups.dto.js';
import type { CardSetup } from '../../customers/card-setups/card-setups.service.js';
import { MayBeEmpty } from '../../http/validation.pipe.js';
import { BillingPaymentMethodDto, renderCard } from '../billing.dto.js';

/** A look needs nothing but the setup. */
@MayBeEmpty()
export class LookAtCardSetupDto {}

/** What has become of a card that was about to be saved. */
export class AccountCardSetupOutcomeDto extends OmitType(CardSetupOutcomeDto, ['payment_method']) {
  /** The payment method on file now: the one that was saved, unless another has come since. */
  @ApiProperty({ type: BillingPaymentMethodDto, nullable: true })
  payment_method!: BillingPaymentMethodDto | null;
}

export function renderAccountCardSetup(
  { id, status, reason, method }: CardSetup,
  now: Date,
): AccountCardSetupOutcomeDto {
  return { setup_id: id, status, detail: reason, payment_method: method ? renderCard(method, now) : null };
}
