import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller, RequireScope } from '../../auth/caller.js';
import { ApiWalletsErrors } from '../../http/errors/api-errors.decorator.js';
import { walletsPage, WalletsPageQuery } from '../../http/wallets-page.js';
import {
  CreateCreditPackDto,
  CreditPackDto,
  CreditPackListDto,
  renderCreditPack,
  UpdateCreditPackDto,
} from './credit-packs.dto.js';
import { PacksService } from './packs.service.js';

/** The tenant's side of the catalogue. */
@ApiTags('Credit packs')
@RequireScope('packs:write')
@Controller('v1/credit-packs')
export class CreditPacksController {
  constructor(private readonly packs: PacksService) {}

  /** Puts a pack on sale. */
  @Post()
  @ApiCreatedResponse({ type: CreditPackDto })
  @ApiWalletsErrors('validation', 'already_exists')
  async create(@CurrentCaller() caller: Caller, @Body() body: CreateCreditPackDto): Promise<CreditPackDto> {
    const { id, name, price_minor: priceMinor, currency, pack_amount: packAmount } = body;
    const pack = await this.packs.create(caller, { id, name, priceMinor, currency, packAmount });
    return renderCreditPack(pack, await this.packs.unitPrices(caller));
  }

  /** All packs, those that were withdrawn too, newest first. */
  @Get()
  @ApiWalletsErrors('validation')
  async list(@CurrentCaller() caller: Caller, @Query() query: WalletsPageQuery): Promise<CreditPackListDto> {
    const { limit, offset, order } = query;
    const [packs, total] = await this.packs.list(caller, { limit, offset }, order);
    const unitPrices = await this.packs.unitPrices(caller);
    return walletsPage(
      packs.map((pack) => renderCreditPack(pack, unitPrices)),
      total,
      query,
    );
  }

  /** A pack, also one that was withdrawn. */
  @Get(':id')
  @ApiWalletsErrors('not_found')
  async get(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<CreditPackDto> {
    return renderCreditPack(await this.packs.get(caller, id), await this.packs.unitPrices(caller));
  }

  /** Changes a pack for whoever buys it from now on: accounts that agreed to it keep what they agreed to. */
  @Put(':id')
  @ApiWalletsErrors('validation', 'not_found')
  async update(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Body() body: UpdateCreditPackDto,
  ): Promise<CreditPackDto> {
    const { name, price_minor: priceMinor, currency, pack_amount: packAmount, is_on_sale: isOnSale } = body;
    const pack = await this.packs.change(caller, id, { name, priceMinor, currency, packAmount, isOnSale });
    return renderCreditPack(pack, await this.packs.unitPrices(caller));
  }

  /** Takes a pack off sale. Nothing that was bought or agreed to changes. */
  @Delete(':id')
  @HttpCode(204)
  @ApiWalletsErrors('not_found')
  async withdraw(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<void> {
    await this.packs.change(caller, id, { isOnSale: false });
  }
}
