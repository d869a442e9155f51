import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Caller } from '../../auth/caller.js';
import { CurrentCaller, RequireScope } from '../../auth/caller.js';
import { ApiWalletsErrors } from '../../http/errors/api-errors.decorator.js';
import { walletsPage, WalletsPageQuery } from '../../http/wallets-page.js';
import {
  renderDecision,
  renderTopUp,
  TopUpDecisionListResponse,
  TopUpListQuery,
  TopUpListResponse,
  TopUpResponse,
} from './top-ups.dto.js';
import { TopUpReads } from './top-up-reads.js';
import { TopUpsService } from './top-ups.service.js';

@ApiTags('Top-ups')
@Controller('v1')
export class TopUpsController {
  constructor(
    private readonly reads: TopUpReads,
    private readonly topUps: TopUpsService,
  ) {}

  /** Top-ups of all wallets, newest first, each with its state and every attempt to charge for it. */
  @Get('top-ups')
  @RequireScope('wallets:read')
  @ApiWalletsErrors('validation')
  @ApiOperation({ summary: 'List top-ups' })
  async list(@CurrentCaller() caller: Caller, @Query() query: TopUpListQuery): Promise<TopUpListResponse> {
    const { topUps, total } = await this.reads.list(caller, query);
    return walletsPage(topUps.map(renderTopUp), total, query);
  }

  /** One top-up, with every attempt to charge for it. */
  @Get('top-ups/:id')
  @RequireScope('wallets:read')
  @ApiWalletsErrors('not_found')
  @ApiOperation({ summary: 'Get a top-up' })
  async get(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<TopUpResponse> {
    return this.#render(caller, id);
  }

  /**
   * Takes back a top-up that waits: for its next try, or for its customer to confirm the payment. What is open at the
   * provider is canceled there first (`canceling`), and credited if it was paid after all. An automatic one pauses the
   * wallet's automatic top-up (`canceled_by_request`). An invoice is voided instead.
   */
  @Post('top-ups/:id/cancel')
  @HttpCode(200)
  @RequireScope('wallets:write')
  @ApiWalletsErrors('invalid_operation', 'not_found', 'unavailable')
  @ApiOperation({ summary: 'Cancel a top-up that waits' })
  async cancel(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<TopUpResponse> {
    await this.topUps.cancel(caller, id, { actor: caller });
    return this.#render(caller, id);
  }

  /** The wallet's top-ups, newest first, each with its state and every attempt to charge for it. */
  @Get('wallets/:id/top-ups')
  @RequireScope('wallets:read')
  @ApiWalletsErrors('validation', 'not_found')
  @ApiOperation({ summary: 'List top-ups of a wallet' })
  async listTopUps(
    @CurrentCaller() caller: Caller,
    @Param('id') walletId: string,
    @Query() page: WalletsPageQuery,
  ): Promise<TopUpListResponse> {
    const { topUps, total } = await this.reads.ofWallet(caller, walletId, page);
    return walletsPage(topUps.map(renderTopUp), total, page);
  }

  /** Why top-ups did or did not happen, the most recent first. */
  @Get('wallets/:id/top-up-decisions')
  @RequireScope('wallets:read')
  @ApiWalletsErrors('validation', 'not_found')
  @ApiOperation({ summary: 'List top-up decisions of a wallet' })
  async listDecisions(
    @CurrentCaller() caller: Caller,
    @Param('id') walletId: string,
    @Query() page: WalletsPageQuery,
  ): Promise<TopUpDecisionListResponse> {
    const { decisions, total } = await this.reads.decisionsOfWallet(caller, walletId, page);
    return walletsPage(
      decisions.map((decision) => renderDecision(decision)),
      total,
      page,
    );
  }

  async #render(caller: Caller, id: string): Promise<TopUpResponse> {
    return renderTopUp(await this.reads.get(caller, id));
  }
}
