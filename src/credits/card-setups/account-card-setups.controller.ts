import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller, RequireScope } from '../../auth/caller.js';
import { BeginCardSetupDto, CardSetupDto, renderCardSetup } from '../../customers/card-setups/card-setups.dto.js';
import { CardSetups } from '../../customers/card-setups/card-setups.service.js';
import { AcceptsForms } from '../../http/body/accepts-forms.js';
import { ApiCreditsErrors } from '../../http/errors/api-errors.decorator.js';
import { Clock } from '../../shared/clock.js';
import { type Account, ApiAccountHeaders, CurrentAccount } from '../account.js';
import { AccountCardSetupOutcomeDto, LookAtCardSetupDto, renderAccountCardSetup } from './account-card-setups.dto.js';

@ApiTags('Account billing')
@ApiAccountHeaders()
@Controller('account/billing/payment-method/setup')
export class AccountCardSetupsController {
  constructor(
    private readonly setups: CardSetups,
    private readonly clock: Clock,
  ) {}

  /**
   * Begins to save a card with the payment provider: answers the link to its page, or what its fields on your own page
   * are opened with. The sandbox has neither: there a payment method is put on file by its token.
   */
  @Post('/')
  @HttpCode(200)
  @RequireScope('account:write')
  @AcceptsForms(BeginCardSetupDto)
  @ApiCreditsErrors('validation', 'invalid_operation', 'not_found', 'unsupported_media_type', 'unavailable')
  async begin(
    @CurrentCaller() caller: Caller,
    @CurrentAccount() account: Account,
    @Body() body: BeginCardSetupDto,
  ): Promise<CardSetupDto> {
    return renderCardSetup(await this.setups.begin(caller, account.customerId, body));
  }

  /** Looks what has become of it, when the card's holder comes back: what was saved is on file then. A repeat is harmless. */
  @Post(':setup_id/')
  @HttpCode(200)
  @ApiParam({ name: 'setup_id', description: 'The `setup_id` that was answered when it began.' })
  @RequireScope('account:write')
  @AcceptsForms(LookAtCardSetupDto)
  @ApiCreditsErrors('validation', 'invalid_operation', 'not_found', 'unsupported_media_type', 'unavailable')
  async look(
    @CurrentAccount() account: Account,
    @Param('setup_id') setupId: string,
    @Body() _body: LookAtCardSetupDto,
  ): Promise<AccountCardSetupOutcomeDto> {
    return renderAccountCardSetup(await this.setups.look(account.scope, account.customerId, setupId), this.clock.now());
  }
}
