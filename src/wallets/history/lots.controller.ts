import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller, RequireScope } from '../../auth/caller.js';
import { ApiWalletsErrors } from '../../http/errors/api-errors.decorator.js';
import { walletsPage } from '../../http/wallets-page.js';
import { LotListQuery, LotListResponse } from './lots.dto.js';
import { LotsService } from './lots.service.js';

@ApiTags('Wallets')
@Controller('v1/wallets/:id/lots')
export class LotsController {
  constructor(private readonly lots: LotsService) {}

  /** A wallet's grants, newest first: what each has left, and which transactions took the rest. */
  @Get()
  @RequireScope('wallets:read')
  @ApiWalletsErrors('validation', 'not_found')
  async list(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Query() query: LotListQuery,
  ): Promise<LotListResponse> {
    const { items, total } = await this.lots.list(caller, id, query);
    return walletsPage(items, total, query);
  }
}
