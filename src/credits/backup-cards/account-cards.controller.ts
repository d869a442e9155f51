import { Body, Controller, Delete, Get, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller, RequireScope } from '../../auth/caller.js';
import { AcceptsForms } from '../../http/body/accepts-forms.js';
import { ApiCreditsErrors } from '../../http/errors/api-errors.decorator.js';
import { type Account, ApiAccountHeaders, CurrentAccount } from '../account.js';
import { BillingDto } from '../billing.dto.js';
import { AccountCardDto, ChooseBackupDto } from './account-cards.dto.js';
import { AccountSavedCards } from './account-saved-cards.service.js';

@ApiTags('Account billing')
@ApiAccountHeaders()
@Controller('account/billing')
export class AccountCardsController {
  constructor(private readonly cards: AccountSavedCards) {}

  /** The payment methods that are saved: the one on file, its backup, then those of before, newest first. */
  @Get('payment-methods/')
  @RequireScope('account:read')
  @ApiCreditsErrors('validation', 'not_found')
  async list(@CurrentAccount() account: Account): Promise<AccountCardDto[]> {
    return this.cards.list(account);
  }

  /**
   * Makes a saved payment method the backup, in place of the one that was: where the one on file is declined, the backup
   * is tried once, at once. Choosing it charges nothing and ends no pause.
   */
  @Put('payment-method/backup/')
  @RequireScope('account:write')
  @AcceptsForms(ChooseBackupDto)
  @ApiCreditsErrors('validation', 'invalid_operation', 'not_found', 'unsupported_media_type')
  async chooseBackup(
    @CurrentCaller() caller: Caller,
    @CurrentAccount() account: Account,
    @Body() body: ChooseBackupDto,
  ): Promise<BillingDto> {
    return this.cards.chooseBackup(caller, account, body.id);
  }

  /** The payment method stays saved, and is not tried in place of another any more. */
  @Delete('payment-method/backup/')
  @RequireScope('account:write')
  @ApiCreditsErrors('validation', 'not_found')
  async dropBackup(@CurrentCaller() caller: Caller, @CurrentAccount() account: Account): Promise<BillingDto> {
    return this.cards.dropBackup(caller, account);
  }
}
