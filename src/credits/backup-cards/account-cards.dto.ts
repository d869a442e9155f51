import { ApiProperty } from '@nestjs/swagger';
import { CARD_ROLES, type CardRole } from '../../customers/payment-methods.dto.js';
import type { PaymentMethod } from '../../customers/payment-method.entity.js';
import { roleOf } from '../../customers/render-payment-method.js';
import { IsIdentifier } from '../../http/fields/is-text.js';
import { BillingPaymentMethodDto, renderCard } from '../billing.dto.js';

/** Which payment method is the backup from now on. */
export class ChooseBackupDto {
  @IsIdentifier({ description: 'Id of a saved payment method.', example: 'pm_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB' })
  id!: string;
}

/** A payment method that is saved. */
export class AccountCardDto extends BillingPaymentMethodDto {
  /** @example 'pm_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB' */
  id!: string;
  @ApiProperty({
    enum: CARD_ROLES,
    nullable: true,
    description: '`default` is charged first, `backup` where that is declined; null: saved, and not used.',
  })
  role!: CardRole | null;
}

export function renderAccountCard(method: PaymentMethod, now: Date): AccountCardDto {
  return { id: method.id, role: roleOf(method), ...renderCard(method, now) };
}
