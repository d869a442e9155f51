import { Body, Controller, Get, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import type { Caller } from '../../auth/caller.js';
import { CurrentCaller, RequireScope } from '../../auth/caller.js';
import { ApiWalletsErrors } from '../../http/errors/api-errors.decorator.js';
import { Idempotency, type IdempotentRequest, replayable } from '../../http/idempotency.js';
import { invalidField } from '../../shared/errors.js';
import {
  RefundResponse,
  RefundTopUpRequest,
  renderDispute,
  renderRefund,
  TopUpReturnsResponse,
} from './refunds.dto.js';
import { RefundsService } from './refunds.service.js';

@ApiTags('Top-ups')
@Controller('v1/top-ups')
export class RefundsController {
  constructor(private readonly refunds: RefundsService) {}

  /**
   * Sends the money of a purchase back to its card: all that has not gone back yet, an `amount`, or that of the `unspent`
   * credits. Its credits are taken first, as large a part of them as of what was charged: those that are unspent, and for
   * those that were spent what `on_spent` says. `pending` until the provider has said; if the money does not go, the
   * credits come back. The same idempotency key is one refund, however often it is sent.
   */
  @Post(':id/refund')
  @HttpCode(200)
  @RequireScope('wallets:write')
  @ApiWalletsErrors('validation', 'invalid_operation', 'not_found', 'idempotency_key_reused', 'unavailable')
  @ApiOperation({ summary: 'Refund a top-up' })
  async refund(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Body() body: RefundTopUpRequest,
    @Idempotency() idempotency: IdempotentRequest | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<RefundResponse> {
    const { amount, unspent, on_spent: onSpent, reason } = body;
    if (amount && unspent) throw invalidField('unspent', 'says how much, and so does amount: name one of them');
    const { refund, isReplayed } = await this.refunds.refund(caller, id, {
      amount: amount ?? undefined,
      isUnspentOnly: unspent ?? false,
      onSpent: onSpent ?? 'refuse',
      reason: reason ?? '',
      actor: caller,
      idempotency,
    });
    return replayable({ body: renderRefund(refund), isReplayed }, response);
  }

  /** What has become of the money of a purchase: refunds, whoever began them, and disputes. */
  @Get(':id/returns')
  @RequireScope('wallets:read')
  @ApiWalletsErrors('not_found')
  @ApiOperation({ summary: 'List refunds and disputes of a top-up' })
  async list(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<TopUpReturnsResponse> {
    const { refunds, disputes } = await this.refunds.ofTopUp(caller, id);
    return {
      refunds: refunds.map((refund) => renderRefund(refund)),
      disputes: disputes.map((dispute) => renderDispute(dispute)),
    };
  }
}
