import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller, RequireScope } from '../../auth/caller.js';
import { Cost, POINTS } from '../../http/admission/route-cost.js';
import { ApiWalletsErrors } from '../../http/errors/api-errors.decorator.js';
import { OverviewDto, OverviewQuery } from './overview.dto.js';
import { OverviewService } from './overview.service.js';
import { WalletCurveDto, WalletCurveQuery } from './wallet-curve.dto.js';
import { WalletCurves } from './wallet-curve.service.js';

@ApiTags('Analytics')
@Controller('v1/analytics')
export class AnalyticsController {
  constructor(
    private readonly overviews: OverviewService,
    private readonly curves: WalletCurves,
  ) {}

  /** An environment at one look: credits outstanding, what days brought and took, top-ups by outcome, what needs a person. */
  @Get('overview')
  @Cost(POINTS.search)
  @RequireScope('wallets:read')
  @ApiWalletsErrors('validation')
  async overview(@CurrentCaller() caller: Caller, @Query() query: OverviewQuery): Promise<OverviewDto> {
    return this.overviews.get(caller, query);
  }

  /** A wallet's balance over time, what each part of it brought and took, and what is to be marked on it. */
  @Get('wallets/:id')
  @Cost(POINTS.search)
  @RequireScope('wallets:read')
  @ApiWalletsErrors('validation', 'not_found')
  async wallet(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Query() query: WalletCurveQuery,
  ): Promise<WalletCurveDto> {
    return this.curves.get(caller, id, query);
  }
}
