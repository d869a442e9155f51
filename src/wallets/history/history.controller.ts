import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller, RequireScope } from '../../auth/caller.js';
import { Cost, POINTS } from '../../http/admission/route-cost.js';
import { ApiWalletsErrors } from '../../http/errors/api-errors.decorator.js';
import { ForecastDto } from './forecast.dto.js';
import { ForecastService } from './forecast.service.js';
import { InstantQuery, PastBalanceDto } from './past-balance.dto.js';
import { PastBalanceService } from './past-balance.service.js';

@ApiTags('Wallets')
@Controller('v1/wallets/:id')
export class HistoryController {
  constructor(
    private readonly pastBalance: PastBalanceService,
    private readonly forecasts: ForecastService,
  ) {}

  /** The balance as it stood at an instant, by source. */
  @Get('balance')
  @RequireScope('wallets:read')
  @ApiWalletsErrors('validation', 'not_found')
  async balance(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Query() { at }: InstantQuery,
  ): Promise<PastBalanceDto> {
    return this.pastBalance.get(caller, id, at);
  }

  /** How long the credits last at the rates of the last day, 7 and 30 days, and what expires before that. */
  @Get('forecast')
  @Cost(POINTS.forecast)
  @RequireScope('wallets:read')
  @ApiWalletsErrors('not_found')
  async forecast(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<ForecastDto> {
    return this.forecasts.get(caller, id);
  }
}
