import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Caller } from '../../auth/caller.js';
import { CurrentCaller, RequireScope } from '../../auth/caller.js';
import { ApiWalletsErrors } from '../../http/errors/api-errors.decorator.js';
import { walletsPage, WalletsPageQuery } from '../../http/wallets-page.js';
import { renderDecision, renderTopUp, TopUpDecisionListResponse, TopUpListResponse } from './top-ups.dto.js';
import { TopUpReads } from './top-up-reads.js';

@ApiTags('Top-ups')
@ApiWalletsErrors('validation', 'not_found')
@Controller('v1/wallets/:id')
export class TopUpsController {
  constructor(private readonly reads: TopUpReads) {}

  /** The wallet's top-ups, newest first, each with its state and every attempt to charge for it. */
  @Get('top-ups')
  @RequireScope('wallets:read')
  @ApiOperation({ summary: 'List top-ups of a wallet' })
  async listTopUps(
    @CurrentCaller() caller: Caller,
    @Param('id') walletId: string,
    @Query() page: WalletsPageQuery,
  ): Promise<TopUpListResponse> {
    const { topUps, attempts, total } = await this.reads.ofWallet(caller, walletId, page);
    return walletsPage(
      topUps.map((topUp) => renderTopUp(topUp, attempts)),
      total,
      page,
    );
  }

  /** Why top-ups did or did not happen, the most recent first. */
  @Get('top-up-decisions')
  @RequireScope('wallets:read')
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
}
