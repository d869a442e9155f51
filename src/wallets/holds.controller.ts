import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { type Caller, CurrentCaller, RequireScope } from '../auth/caller.js';
import { ApiWalletsErrors } from '../http/errors/api-errors.decorator.js';
import { Idempotency, type IdempotentRequest, replayable } from '../http/idempotency.js';
import { walletsPage } from '../http/wallets-page.js';
import {
  CaptureHoldDto,
  CreateHoldDto,
  HoldAnswerDto,
  HoldDto,
  HoldListQuery,
  HoldListResponse,
  ReleaseHoldDto,
} from './holds.dto.js';
import { HoldsService } from './holds.service.js';

@ApiTags('Holds')
@Controller('v1/wallets/:id/holds')
export class HoldsController {
  constructor(private readonly holds: HoldsService) {}

  /** Reserves credits for work under way. They are spendable by nobody else, and automatic top-up counts them as gone. */
  @Post()
  @HttpCode(201)
  @RequireScope('wallets:write')
  @ApiWalletsErrors(
    'validation',
    'insufficient_credits',
    'invalid_operation',
    'not_found',
    'idempotency_key_reused',
    'unavailable',
  )
  async create(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Body() body: CreateHoldDto,
    @Idempotency({ isRequired: true }) idempotency: IdempotentRequest,
    @Res({ passthrough: true }) response: Response,
  ): Promise<HoldAnswerDto> {
    return replayable(await this.holds.create(caller, id, body, idempotency), response);
  }

  /** Holds of a wallet, newest first. */
  @Get()
  @RequireScope('wallets:read')
  @ApiWalletsErrors('validation', 'not_found')
  async list(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Query() query: HoldListQuery,
  ): Promise<HoldListResponse> {
    const { items, total } = await this.holds.list(caller, id, query);
    return walletsPage(items, total, query);
  }

  /** A hold, with what it has charged and what it still reserves. */
  @Get(':hold_id')
  @RequireScope('wallets:read')
  @ApiWalletsErrors('not_found')
  async get(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Param('hold_id') holdId: string,
  ): Promise<HoldDto> {
    return this.holds.get(caller, id, holdId);
  }

  /** Charges credits from the lots that the hold has reserved; beyond it, as far as its overage allows, like a debit. */
  @Post(':hold_id/capture')
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
  async capture(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Param('hold_id') holdId: string,
    @Body() body: CaptureHoldDto,
    @Idempotency({ isRequired: true }) idempotency: IdempotentRequest,
    @Res({ passthrough: true }) response: Response,
  ): Promise<HoldAnswerDto> {
    return replayable(await this.holds.capture(caller, id, holdId, body, idempotency), response);
  }

  /** Gives back what is still reserved. */
  @Post(':hold_id/release')
  @HttpCode(200)
  @RequireScope('wallets:write')
  @ApiWalletsErrors('validation', 'invalid_operation', 'not_found', 'idempotency_key_reused', 'unavailable')
  async release(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Param('hold_id') holdId: string,
    @Body() _body: ReleaseHoldDto,
    @Idempotency() idempotency: IdempotentRequest | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<HoldAnswerDto> {
    return replayable(await this.holds.release(caller, id, holdId, idempotency), response);
  }
}
