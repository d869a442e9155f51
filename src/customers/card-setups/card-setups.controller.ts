import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller, RequireScope } from '../../auth/caller.js';
import { ApiWalletsErrors } from '../../http/errors/api-errors.decorator.js';
import { Clock } from '../../shared/clock.js';
import {
  BeginCardSetupDto,
  CardSetupDto,
  CardSetupOutcomeDto,
  renderCardSetup,
  renderCardSetupOutcome,
} from './card-setups.dto.js';
import { CardSetups } from './card-setups.service.js';

@ApiTags('Payment methods')
@Controller('v1/customers/:customer_id/setup')
export class CardSetupsController {
  constructor(
    private readonly setups: CardSetups,
    private readonly clock: Clock,
  ) {}

  /**
   * Begins to save a card that the customer gives to the payment provider and never to you: answers the link to its page,
   * or what its fields on your own page are opened with. The sandbox has neither: there a card is put on file by its token.
   */
  @Post()
  @RequireScope('customers:write')
  @ApiWalletsErrors('validation', 'invalid_operation', 'not_found', 'unavailable')
  async begin(
    @CurrentCaller() caller: Caller,
    @Param('customer_id') customerId: string,
    @Body() body: BeginCardSetupDto,
  ): Promise<CardSetupDto> {
    return renderCardSetup(await this.setups.begin(caller, customerId, body));
  }

  /**
   * Looks what has become of it, when the customer comes back: the card that was saved is on file then. The provider's
   * events do the same by themselves; both together are harmless, and so is a repeat.
   */
  @Post(':setup_id')
  @HttpCode(200)
  @ApiParam({ name: 'setup_id', description: 'The `setup_id` that was answered when it began.' })
  @RequireScope('customers:write')
  @ApiWalletsErrors('validation', 'invalid_operation', 'not_found', 'unavailable')
  async look(
    @CurrentCaller() caller: Caller,
    @Param('customer_id') customerId: string,
    @Param('setup_id') setupId: string,
  ): Promise<CardSetupOutcomeDto> {
    return renderCardSetupOutcome(await this.setups.look(caller, customerId, setupId), this.clock.now());
  }
}
