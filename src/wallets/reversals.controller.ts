import { Body, Controller, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { type Caller, CurrentCaller, RequireScope } from '../auth/caller.js';
import { ApiWalletsErrors } from '../http/errors/api-errors.decorator.js';
import { Idempotency, type IdempotentRequest, replayable } from '../http/idempotency.js';
import { ReversalDto, ReverseTransactionDto, TransferAnswerDto, TransferDto } from './reversals.dto.js';
import { ReversalsService } from './reversals.service.js';

@ApiTags('Transactions')
@Controller('v1')
export class ReversalsController {
  constructor(private readonly reversals: ReversalsService) {}

  /**
   * Takes a transaction back, in whole or in part: the credits of a debit return to the very lots they came from; of a
   * grant, what is unspent is taken. Never more than the transaction, however many reversals there are.
   */
  @Post('transactions/:id/reverse')
  @HttpCode(200)
  @RequireScope('wallets:write')
  @ApiWalletsErrors('validation', 'invalid_operation', 'not_found', 'idempotency_key_reused', 'unavailable')
  async reverse(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Body() body: ReverseTransactionDto,
    @Idempotency({ isRequired: true }) idempotency: IdempotentRequest,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ReversalDto> {
    return replayable(await this.reversals.reverse(caller, id, body, idempotency), response);
  }

  /** Moves credits to another wallet of the same customer, in one step. They keep their source, priority and expiry. */
  @Post('wallets/:id/transfer')
  @HttpCode(200)
  @RequireScope('wallets:write')
  @ApiWalletsErrors(
    'validation',
    'insufficient_credits',
    'invalid_operation',
    'not_found',
    'idempotency_key_reused',
    'unavailable',
  )
  async transfer(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Body() body: TransferDto,
    @Idempotency({ isRequired: true }) idempotency: IdempotentRequest,
    @Res({ passthrough: true }) response: Response,
  ): Promise<TransferAnswerDto> {
    return replayable(await this.reversals.transfer(caller, id, body, idempotency), response);
  }
}
