import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiParam, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { RequireScope } from '../../auth/caller.js';
import { AcceptsForms } from '../../http/body/accepts-forms.js';
import { ApiCreditsErrors } from '../../http/errors/api-errors.decorator.js';
import { Idempotency, type IdempotentRequest, replayable } from '../../http/idempotency.js';
import { type Account, ApiAccountHeaders, CurrentAccount } from '../account.js';
import {
  CaptureAccountHoldDto,
  CreateAccountHoldDto,
  AccountHoldDto,
  AccountHoldPageDto,
  HoldsQuery,
  ReleaseAccountHoldDto,
} from './holds.dto.js';
import { AccountHoldsService } from './holds.service.js';

const HOLD_ID = {
  name: 'id',
  description:
    'A hold: the `id` that `POST` or `GET /account/credits/holds/` answers, like `hold_01KAHZ5Q7X0000000000000000`.',
};

@ApiTags('Account credits')
@ApiAccountHeaders()
@Controller('account/credits/holds')
export class AccountHoldsController {
  constructor(private readonly holds: AccountHoldsService) {}

  /**
   * Reserves credits while a scan runs: promotional ones first, then the purchased ones. What the balance can't cover is
   * a 402, and starts the automatic top-up that the account asked for: repeat when that has succeeded. For server keys;
   * an account key needs the scope `holds:write`, and ends only holds that it has made itself.
   */
  @Post('/')
  @RequireScope('holds:write')
  @AcceptsForms(CreateAccountHoldDto)
  @ApiCreatedResponse({ type: AccountHoldDto })
  @ApiCreditsErrors('validation', 'insufficient_credits', 'not_found', 'idempotency_key_reused')
  async create(
    @CurrentAccount() account: Account,
    @Body() body: CreateAccountHoldDto,
    @Idempotency() idempotency: IdempotentRequest | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<AccountHoldDto> {
    return replayable(await this.holds.create(account, body, idempotency), response);
  }

  /** The account's holds, the latest first. `ordering`: `created_at`, `expires_at`, `credits`. */
  @Get('/')
  @RequireScope('account:read')
  @ApiCreditsErrors('validation', 'not_found')
  async list(@CurrentAccount() account: Account, @Query() query: HoldsQuery): Promise<AccountHoldPageDto> {
    return this.holds.list(account, query);
  }

  /** One hold. */
  @Get(':id/')
  @ApiParam(HOLD_ID)
  @RequireScope('account:read')
  @ApiCreditsErrors('validation', 'not_found')
  async get(@CurrentAccount() account: Account, @Param('id') id: string): Promise<AccountHoldDto> {
    return this.holds.get(account, id);
  }

  /** Charges what the scan has used, out of what the hold reserves. Unless `final` is false, the rest is given back. */
  @Post(':id/capture/')
  @ApiParam(HOLD_ID)
  @HttpCode(200)
  @RequireScope('holds:write')
  @AcceptsForms(CaptureAccountHoldDto)
  @ApiCreditsErrors('validation', 'insufficient_credits', 'not_found', 'idempotency_key_reused')
  async capture(
    @CurrentAccount() account: Account,
    @Param('id') id: string,
    @Body() body: CaptureAccountHoldDto,
    @Idempotency() idempotency: IdempotentRequest | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<AccountHoldDto> {
    return replayable(await this.holds.capture(account, id, body, idempotency), response);
  }

  /** Gives back all that the hold still reserves. Send `{}` where there is no idempotency key to send. */
  @Post(':id/release/')
  @ApiParam(HOLD_ID)
  @HttpCode(200)
  @RequireScope('holds:write')
  @AcceptsForms(ReleaseAccountHoldDto)
  @ApiCreditsErrors('validation', 'not_found', 'idempotency_key_reused')
  async release(
    @CurrentAccount() account: Account,
    @Param('id') id: string,
    @Body() _body: ReleaseAccountHoldDto,
    @Idempotency() idempotency: IdempotentRequest | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<AccountHoldDto> {
    return replayable(await this.holds.release(account, id, idempotency), response);
  }
}
