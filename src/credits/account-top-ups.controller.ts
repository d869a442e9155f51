import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import { RequireScope } from '../auth/caller.js';
import { creditsPage, offsetOf, orderingOf } from '../http/credits-page.js';
import { AcceptsForms } from '../http/body/accepts-forms.js';
import { ApiCreditsErrors } from '../http/errors/api-errors.decorator.js';
import { Idempotency, type IdempotentRequest } from '../http/idempotency.js';
import { TopUpReads } from '../top-ups/purchases/top-up-reads.js';
import { TopUpsService } from '../top-ups/purchases/top-ups.service.js';
import { type Account, ApiAccountHeaders, CurrentAccount, keyOfAccount } from './account.js';
import {
  AccountTopUpDto,
  AccountTopUpPageDto,
  AccountTopUpsQuery,
  CancelTopUpDto,
  renderAccountTopUp,
} from './account-top-ups.dto.js';

const ORDERINGS = { created_at: 'createdAt' } as const;
const NEWEST_FIRST = { property: 'createdAt', direction: 'desc' } as const;

@ApiTags('Account credits')
@ApiAccountHeaders()
@Controller('account/credits/top-ups')
export class AccountTopUpsController {
  constructor(
    private readonly reads: TopUpReads,
    private readonly topUps: TopUpsService,
  ) {}

  /** The account's purchases and how they stand, the latest first. `ordering`: `created_at`. */
  @Get('/')
  @RequireScope('account:read')
  @ApiCreditsErrors('validation', 'not_found')
  async list(@CurrentAccount() account: Account, @Query() query: AccountTopUpsQuery): Promise<AccountTopUpPageDto> {
    const { direction } = orderingOf(query, ORDERINGS, NEWEST_FIRST);
    const { topUps, total } = await this.reads.ofCustomer(account.scope, account.customerId, {
      limit: query.length,
      offset: offsetOf(query),
      direction,
      ...(query.status ? { status: query.status } : {}),
    });
    return creditsPage(topUps.map(renderAccountTopUp), total, query);
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
    const { scope, actor, customerId } = account;
    const idempotency = request && keyOfAccount(account, request);
    await this.topUps.cancel(scope, id, { actor, customerId, idempotency });
    const { topUp } = await this.reads.get(scope, id);
    return renderAccountTopUp(topUp);
  }
}
