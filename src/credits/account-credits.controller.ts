import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { RequireScope } from '../auth/caller.js';
import { ApiCreditsErrors } from '../http/errors/api-errors.decorator.js';
import { type Account, ApiAccountHeaders, CurrentAccount } from './account.js';
import { AccountCreditsDto } from './account-credits.dto.js';
import { AccountCreditsService } from './account-credits.service.js';

@ApiTags('Account credits')
@ApiAccountHeaders()
@Controller('account/credits')
export class AccountCreditsController {
  constructor(private readonly credits: AccountCreditsService) {}

  /** What the account has, what is reserved, and when it expires. */
  @Get('/')
  @RequireScope('account:read')
  @ApiCreditsErrors('validation', 'not_found')
  async get(@CurrentAccount() account: Account): Promise<AccountCreditsDto> {
    return this.credits.get(account);
  }
}
