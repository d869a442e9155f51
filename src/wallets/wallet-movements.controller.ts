import { Body, Controller, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { type Caller, CurrentCaller, RequireScope } from '../auth/caller.js';
import { ApiWalletsErrors } from '../http/errors/api-errors.decorator.js';
import { Idempotency, type IdempotentRequest, replayable } from '../http/idempotency.js';
import { TopUpAnswerDto } from './transactions.dto.js';
import { WalletConversionsService } from './wallet-conversions.service.js';
import { WalletMovementsService } from './wallet-movements.service.js';
import { DebitWalletDto, ModifyWalletDto, TopUpWalletDto } from './wallet-requests.dto.js';
import { ModifiedWalletDto, WalletDto } from './wallet-answers.dto.js';

@ApiTags('Wallets')
@Controller('v1/wallets/:id')
export class WalletMovementsController {
  constructor(
    private readonly movements: WalletMovementsService,
    private readonly conversions: WalletConversionsService,
  ) {}

  /** Adds credits: at once, or against an invoice with `PURCHASED_CREDIT_INVOICED`. */
  @Post('top-up')
  @HttpCode(200)
  @RequireScope('wallets:write')
  @ApiWalletsErrors('validation', 'invalid_operation', 'not_found', 'already_exists', 'unavailable')
  async topUp(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Body() body: TopUpWalletDto,
    @Idempotency({ isDropIn: true }) idempotency: IdempotentRequest | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<TopUpAnswerDto> {
    return replayable(await this.movements.topUp(caller, id, body, idempotency), response);
  }

  /**
   * Spends credits, all or nothing. Not enough is a 402 that names the balance and a top-up under way; it is the answer
   * to this key for good, so try again with another one.
   */
  @Post('debit')
  @HttpCode(200)
  @RequireScope('wallets:write')
  @ApiWalletsErrors(
    'validation',
    'insufficient_credits',
    'invalid_operation',
    'not_found',
    'already_exists',
    'unavailable',
  )
  async debit(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Body() body: DebitWalletDto,
    @Idempotency({ isDropIn: true, isRequired: true }) idempotency: IdempotentRequest,
    @Res({ passthrough: true }) response: Response,
  ): Promise<WalletDto> {
    return replayable(await this.movements.debit(caller, id, body, idempotency), response);
  }

  /**
   * Closes a prepaid wallet and opens a postpaid one with the same credits (each grant keeps its source, priority and
   * expiry), rates, alerts and automatic top-up.
   */
  @Post('modify')
  @HttpCode(200)
  @RequireScope('wallets:write')
  @ApiWalletsErrors('validation', 'invalid_operation', 'not_found', 'already_exists', 'unavailable')
  async modify(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Body() _body: ModifyWalletDto,
    @Idempotency({ isDropIn: true }) idempotency: IdempotentRequest | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ModifiedWalletDto> {
    return replayable(await this.conversions.toPostpaid(caller, id, idempotency), response);
  }
}
