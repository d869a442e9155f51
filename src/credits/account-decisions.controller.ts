import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { RequireScope } from '../auth/caller.js';
import { CreditsPageQuery } from '../http/credits-page.js';
import { ApiCreditsErrors } from '../http/errors/api-errors.decorator.js';
import { type Account, ApiAccountHeaders, CurrentAccount } from './account.js';
import { AccountDecisionPageDto } from './account-decisions.dto.js';
import { AccountDecisionsService } from './account-decisions.service.js';

@ApiTags('Account credits')
@ApiAccountHeaders()
@Controller('account/credits/top-up/decisions')
export class AccountDecisionsController {
  constructor(private readonly decisions: AccountDecisionsService) {}

  /** Why credits were, or were not, bought automatically; the latest first. `ordering`: `first_seen_at`, `last_seen_at`. */
  @Get('/')
  @RequireScope('account:read')
  @ApiCreditsErrors('validation', 'not_found')
  async list(@CurrentAccount() account: Account, @Query() query: CreditsPageQuery): Promise<AccountDecisionPageDto> {
    return this.decisions.list(account, query);
  }
}
