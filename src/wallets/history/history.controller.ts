import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller, RequireScope } from '../../auth/caller.js';
import { ApiWalletsErrors } from '../../http/errors/api-errors.decorator.js';
import { InstantQuery, PastBalanceDto } from './past-balance.dto.js';
import { PastBalanceService } from './past-balance.service.js';

@ApiTags('Wallets')
@Controller('v1/wallets/:id')
export class HistoryController {
  constructor(private readonly pastBalance: PastBalanceService) {}

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
}
