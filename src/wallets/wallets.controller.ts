import { Body, Controller, Get, HttpCode, Param, Post, Put, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { type Caller, CurrentCaller, RequireScope } from '../auth/caller.js';
import { Cost, filtersOf, POINTS } from '../http/admission/route-cost.js';
import { ApiWalletsErrors } from '../http/errors/api-errors.decorator.js';
import { Idempotency, type IdempotentRequest, replayable } from '../http/idempotency.js';
import { walletsPage } from '../http/wallets-page.js';
import { shapeBalance, shapeWallet } from './render-wallet.js';
import { WalletPreviewDto } from './wallet-preview.dto.js';
import { WalletReader, type WalletView } from './wallet-reader.js';
import { CreateWalletDto, UpdateWalletDto } from './wallet-requests.dto.js';
import { ExpandQuery, WalletListQuery, WalletSearchDto } from './wallet-queries.dto.js';
import { TerminatedWalletDto, WalletBalanceDto, WalletDto, WalletListResponse } from './wallet-answers.dto.js';
import { WalletsService } from './wallets.service.js';

@ApiTags('Wallets')
@Controller('v1/wallets')
export class WalletsController {
  constructor(
    private readonly wallets: WalletsService,
    private readonly reader: WalletReader,
  ) {}

  /** Opens a wallet for a customer, with its first credits. */
  @Post()
  @HttpCode(200)
  @RequireScope('wallets:write')
  @ApiWalletsErrors('validation', 'not_found', 'already_exists', 'unavailable')
  async create(
    @CurrentCaller() caller: Caller,
    @Body() body: CreateWalletDto,
    @Idempotency({ isDropIn: true }) idempotency: IdempotentRequest | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<WalletDto> {
    return replayable(await this.wallets.create(caller, body, idempotency), response);
  }

  /** Wallets, newest first. */
  @Get()
  @RequireScope('wallets:read')
  @ApiWalletsErrors('validation')
  async list(@CurrentCaller() caller: Caller, @Query() query: WalletListQuery): Promise<WalletListResponse> {
    const { sort, ...rest } = query;
    const search = { ...rest, ...(sort ? { sort: [{ field: sort, direction: query.order }] } : {}) };
    const { items, total } = await this.reader.search(caller, search);
    return walletsPage(items.map(render), total, query);
  }

  /** Wallets that match filters. */
  @Post('search')
  @Cost(POINTS.search, filtersOf)
  @HttpCode(200)
  @RequireScope('wallets:read')
  @ApiWalletsErrors('validation')
  async search(@CurrentCaller() caller: Caller, @Body() body: WalletSearchDto): Promise<WalletListResponse> {
    const { items, total } = await this.reader.search(caller, body);
    return walletsPage(items.map(render), total, body);
  }

  /** A wallet of any status. */
  @Get(':id')
  @RequireScope('wallets:read')
  @ApiWalletsErrors('validation', 'not_found')
  async get(@CurrentCaller() caller: Caller, @Param('id') id: string, @Query() query: ExpandQuery): Promise<WalletDto> {
    return render(await this.wallets.get(caller, id, Boolean(query.expand)));
  }

  /** Changes a wallet: its names, its automatic top-up, its alerts. What is not sent stays. */
  @Put(':id')
  @RequireScope('wallets:write')
  @ApiWalletsErrors('validation', 'invalid_operation', 'not_found', 'unavailable')
  async update(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Body() body: UpdateWalletDto,
  ): Promise<WalletDto> {
    return this.wallets.update(caller, id, body);
  }

  /**
   * What `PUT /v1/wallets/{id}` with this body would do at this moment, by the same rules under the same lock: the wallet
   * as it would be, the top-ups that would begin and those that would be taken back, and why or why not. Nothing changes.
   * Ours.
   */
  @Post(':id/preview')
  @Cost(POINTS.search)
  @HttpCode(200)
  @RequireScope('wallets:write')
  @ApiWalletsErrors('validation', 'invalid_operation', 'not_found', 'unavailable')
  @ApiOperation({ summary: 'Preview a change of a wallet' })
  async preview(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Body() body: UpdateWalletDto,
  ): Promise<WalletPreviewDto> {
    return this.wallets.preview(caller, id, body);
  }

  /**
   * Ends the pause of the wallet's automatic top-ups (`auto_topup.paused_reason`), whatever it was for, without changing
   * a rule. What is due is bought at once. Not paused, it changes nothing.
   */
  @Post(':id/auto-topup/resume')
  @HttpCode(200)
  @RequireScope('wallets:write')
  @ApiWalletsErrors('invalid_operation', 'not_found', 'unavailable')
  async resumeAutoTopUp(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<WalletDto> {
    return this.wallets.resumeAutoTopUp(caller, id);
  }

  /**
   * Freezes a wallet: it takes credits, but nothing is debited or held, and no top-up is charged for it. What waited to be
   * charged is canceled. Freezing it twice changes nothing.
   */
  @Post(':id/freeze')
  @HttpCode(200)
  @RequireScope('wallets:write')
  @ApiWalletsErrors('invalid_operation', 'not_found', 'unavailable')
  async freeze(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<WalletDto> {
    return this.wallets.setStatus(caller, id, 'frozen');
  }

  /** Makes a frozen wallet active again, unless the customer has another active one of its currency and type by now. */
  @Post(':id/unfreeze')
  @HttpCode(200)
  @RequireScope('wallets:write')
  @ApiWalletsErrors('invalid_operation', 'already_exists', 'not_found', 'unavailable')
  async unfreeze(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<WalletDto> {
    return this.wallets.setStatus(caller, id, 'active');
  }

  /** Closes a wallet for good. What is left in it is taken; nothing is refunded. */
  @Post(':id/terminate')
  @HttpCode(200)
  @RequireScope('wallets:write')
  @ApiWalletsErrors('invalid_operation', 'not_found', 'unavailable')
  async terminate(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<TerminatedWalletDto> {
    return this.wallets.terminate(caller, id);
  }

  /** What can be spent now. */
  @Get(':id/balance/real-time')
  @RequireScope('wallets:read')
  @ApiWalletsErrors('validation', 'not_found')
  async balance(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Query() query: ExpandQuery,
  ): Promise<WalletBalanceDto> {
    const { wallet, topUps, lots } = await this.wallets.get(caller, id, true);
    return shapeBalance(wallet, topUps, lots, Boolean(query.expand));
  }

  /** The same: nothing is cached, because a fresh balance costs no more. */
  @Get(':id/balance/real-time-cached')
  @RequireScope('wallets:read')
  @ApiWalletsErrors('validation', 'not_found')
  async cachedBalance(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Query() query: ExpandQuery,
  ): Promise<WalletBalanceDto> {
    return this.balance(caller, id, query);
  }
}

function render({ wallet, topUps, lots }: WalletView): WalletDto {
  return shapeWallet(wallet, topUps, lots);
}
