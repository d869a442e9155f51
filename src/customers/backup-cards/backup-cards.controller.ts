import { Controller, Delete, HttpCode, Param, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller, RequireScope } from '../../auth/caller.js';
import { ApiWalletsErrors } from '../../http/errors/api-errors.decorator.js';
import { Clock } from '../../shared/clock.js';
import { PaymentMethodDto } from '../payment-methods.dto.js';
import { renderPaymentMethod } from '../render-payment-method.js';
import { BackupCards } from './backup-cards.service.js';

@ApiTags('Payment methods')
@Controller('v1/customers/:customer_id/payment-methods/:id/backup')
export class BackupCardsController {
  constructor(
    private readonly backups: BackupCards,
    private readonly clock: Clock,
  ) {}

  /**
   * Makes a saved card the backup, in place of the one that was: where the card on file is declined, the backup is tried
   * once, at once. Choosing it charges nothing and ends no pause.
   */
  @Put()
  @RequireScope('customers:write')
  @ApiWalletsErrors('invalid_operation', 'not_found')
  async choose(
    @CurrentCaller() caller: Caller,
    @Param('customer_id') customerId: string,
    @Param('id') id: string,
  ): Promise<PaymentMethodDto> {
    return renderPaymentMethod(await this.backups.choose(caller, customerId, id), this.clock.now());
  }

  /** The card stays saved, and is not tried in place of another any more. */
  @Delete()
  @HttpCode(204)
  @RequireScope('customers:write')
  @ApiWalletsErrors('not_found')
  async drop(
    @CurrentCaller() caller: Caller,
    @Param('customer_id') customerId: string,
    @Param('id') id: string,
  ): Promise<void> {
    await this.backups.drop(caller, customerId, id);
  }
}
