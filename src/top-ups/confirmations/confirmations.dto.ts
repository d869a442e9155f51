import { ApiProperty } from '@nestjs/swagger';
import { IsText } from '../../http/fields/is-text.js';
import { minorUnitDigits } from '../../shared/currencies.js';
import { fromMinorUnits } from '../../shared/decimal.js';
import type { Confirmation, ConfirmationStatus } from './confirmations.service.js';

const STATUSES: readonly ConfirmationStatus[] = ['open', 'paid', 'pending', 'closed'];

/** What stands behind `#` in the link. */
export class ConfirmationLinkDto {
  @IsText({ min: 1, max: 100, description: 'What stands behind `#` in the link.', example: '1767312000.k3Jm0yXQ' })
  token!: string;
}

/** A payment, as the holder of its card sees it. */
export class ConfirmationDto {
  /** `open`: it waits for its holder. `pending`: it is under way. `closed`: it is not wanted any more. */
  @ApiProperty({ enum: STATUSES, example: 'open' })
  status!: ConfirmationStatus;
  /** In units of the currency, as many digits as it has.
   * @example '49.00' */
  amount!: string;
  /** @example 'USD' */
  currency!: string;
  /** @example 'visa' */
  @ApiProperty({ type: String, nullable: true, example: 'visa' })
  card_brand!: string | null;
  @ApiProperty({ type: String, nullable: true, example: '3184' })
  card_last4!: string | null;
  /** What the provider's script confirms it with; null unless it is open. */
  @ApiProperty({ type: String, nullable: true, example: null })
  publishable_key!: string | null;
  @ApiProperty({ type: String, nullable: true, example: null })
  client_secret!: string | null;
  @ApiProperty({ type: String, nullable: true, example: null })
  payment_method!: string | null;
}

export function renderConfirmation({ topUp, status, card, browser }: Confirmation): ConfirmationDto {
  const { priceMinor, currency, paymentMethodRef } = topUp;
  return {
    status,
    amount: fromMinorUnits(priceMinor, currency).toFixed(minorUnitDigits(currency)),
    currency: currency.toUpperCase(),
    card_brand: card?.brand ?? null,
    card_last4: card?.last4 ?? null,
    publishable_key: browser?.publishableKey ?? null,
    client_secret: browser?.clientSecret ?? null,
    payment_method: browser ? (paymentMethodRef ?? null) : null,
  };
}
