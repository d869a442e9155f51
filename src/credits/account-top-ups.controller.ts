import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import { RequireScope } from '../auth/caller.js';
import { AcceptsForms } from '../http/body/accepts-forms.js';
import { ApiCreditsErrors } from '../http/errors/api-errors.decorator.js';
import { Idempotency, type IdempotentRequest } from '../http/idempotency.js';
import { type Account, ApiAccountHeaders, CurrentAccount } from './account.js';
import { AccountTopUpDto, AccountTopUpPageDto, AccountTopUpsQuery, CancelTopUpDto } from './account-top-ups.dto.js';
import { AccountTopUps } from './account-top-ups.service.js';

@ApiTags('Account credits')
@ApiAccountHeaders()
@Controller('account/credits/top-ups')
export class AccountTopUpsController {
  constructor(private readonly topUps: AccountTopUps) {}

  /** The account's purchases and how they stand, the latest first. `ordering`: `created_at`. */
  @Get('/')
  @RequireScope('account:read')
  @ApiCreditsErrors('validation', 'not_found')
  async list(@CurrentAccount() account: Account, @Query() query: AccountTopUpsQuery): Promise<AccountTopUpPageDto> {
    return this.topUps.list(account, query);
  }

  /**
   * Takes back a purchase that waits: for its next try, or for the card's holder to confirm it. An automatic one pauses
   * automatic top-up until the settings are saved again. Any other is a 400. Send `{}` without an idempotency key.
   */
  @Post(':id/cancel/')
  @HttpCode(200)
  @ApiParam({
    name: 'id',
    description:
      'A purchase: the `id` that `GET /account/credits/top-ups/` answers, like `topup_01KAHZ5Q7X0000000000000000`.',
  })
  @RequireScope('account:write')
  @AcceptsForms(CancelTopUpDto)
  @ApiCreditsErrors('validation', 'not_found', 'idempotency_key_reused')
  async cancel(
    @CurrentAccount() account: Account,
    @Param('id') id: string,
    @Body() _body: CancelTopUpDto,
    @Idempotency() request: IdempotentRequest | undefined,
  ): Promise<AccountTopUpDto> {
    return this.topUps.cancel(account, id, request);
  }
}
