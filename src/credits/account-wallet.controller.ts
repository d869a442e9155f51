import { Body, Controller, Get, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller, RequireScope } from '../auth/caller.js';
import { AcceptsForms } from '../http/body/accepts-forms.js';
import { ApiCreditsErrors } from '../http/errors/api-errors.decorator.js';
import { DomainError } from '../shared/errors.js';
import { type Account, ApiAccountHeaders, CurrentAccount } from './account.js';
import { AccountWalletDto, MoveAccountDto } from './account-wallet.dto.js';
import { AccountWalletService } from './account-wallet.service.js';

@ApiTags('Account credits')
@ApiAccountHeaders()
@Controller('account/credits/wallet')
export class AccountWalletController {
  constructor(private readonly wallet: AccountWalletService) {}

  /** The wallet that the account's credits live in. */
  @Get('/')
  @RequireScope('account:read')
  @ApiCreditsErrors('validation', 'not_found')
  async get(@CurrentAccount() account: Account): Promise<AccountWalletDto> {
    return this.wallet.get(account);
  }

  /**
   * Lets the account's credits live in another wallet of its customer: named, or by currency. For server keys. Nothing
   * else moves it, not even the setting `credits.currency`. Credits stay where they are, and automatic top-up is off
   * afterwards, until the account agrees to a pack anew.
   */
  @Put('/')
  @RequireScope('account:write')
  @AcceptsForms(MoveAccountDto)
  @ApiCreditsErrors('validation', 'not_found', 'unsupported_media_type')
  async move(
    @CurrentCaller() caller: Caller,
    @CurrentAccount() account: Account,
    @Body() body: MoveAccountDto,
  ): Promise<AccountWalletDto> {
    if (caller.customerId !== null) {
      throw new DomainError('forbidden', 'an account does not choose its wallet: this takes a server key');
    }
    return this.wallet.move(account, body);
  }
}
