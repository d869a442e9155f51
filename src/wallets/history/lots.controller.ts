import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller, RequireScope } from '../../auth/caller.js';
import { ApiWalletsErrors } from '../../http/errors/api-errors.decorator.js';
import { walletsPage, WalletsPageQuery } from '../../http/wallets-page.js';
import { LotConsumptions } from './lot-consumptions.service.js';
import { LotConsumptionListResponse, LotListQuery, LotListResponse } from './lots.dto.js';
import { LotsService } from './lots.service.js';

@ApiTags('Wallets')
@Controller('v1/wallets/:id/lots')
export class LotsController {
  constructor(
    private readonly lots: LotsService,
    private readonly consumptions: LotConsumptions,
  ) {}

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

  /** What the credits of one grant were spent on: every transaction that took some, newest first. */
  @Get(':lot_id/consumers')
  @RequireScope('wallets:read')
  @ApiWalletsErrors('validation', 'not_found')
  async listConsumers(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Param('lot_id') lotId: string,
    @Query() query: WalletsPageQuery,
  ): Promise<LotConsumptionListResponse> {
    const { items, total } = await this.consumptions.list(caller, id, lotId, query);
    return walletsPage(items, total, query);
  }
}
