import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller, RequireScope } from '../../auth/caller.js';
import { creditsPage, CreditsPageQuery, offsetOf, orderingOf } from '../../http/credits-page.js';
import { ApiCreditsErrors } from '../../http/errors/api-errors.decorator.js';
import { SettingsService } from '../../settings/settings.service.js';
import { addedFee } from '../../top-ups/pricing/price-top-up.js';
import { pricedPack } from './agreed-pack.js';
import { PackDto, PackPageDto, renderPack } from './credit-packs.dto.js';
import { type PackOrder, PacksService } from './packs.service.js';

const ORDERINGS = { name: 'name', price: 'priceMinor', pack_amount: 'packAmount', created_at: 'createdAt' } as const;
const BY_AMOUNT: PackOrder = { property: 'packAmount', direction: 'asc' };

/** What can be bought. */
@ApiTags('Account credits')
@RequireScope('packs:read')
@Controller('credits-packs')
export class PacksOnSaleController {
  constructor(
    private readonly packs: PacksService,
    private readonly settings: SettingsService,
  ) {}

  /** Packs on sale, the smallest first; `ordering` takes `name`, `price`, `pack_amount`, `created_at`. */
  @Get('/')
  @ApiCreditsErrors('validation')
  async list(@CurrentCaller() caller: Caller, @Query() query: CreditsPageQuery): Promise<PackPageDto> {
    const page = { limit: query.length, offset: offsetOf(query) };
    const [packs, count] = await this.packs.listOnSale(caller, page, orderingOf(query, ORDERINGS, BY_AMOUNT));
    const unitPrices = await this.packs.unitPrices(caller);
    const fee = await this.settings.get(caller, 'top_up_fee');
    return creditsPage(
      packs.map((pack) => renderPack(pricedPack(pack, addedFee(fee, pack.currency)), unitPrices)),
      count,
      query,
    );
  }

  /** A pack on sale. */
  @Get(':id/')
  @ApiParam({ name: 'id', example: 'pack_100' })
  @ApiCreditsErrors('not_found')
  async get(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<PackDto> {
    const pack = await this.packs.getOnSale(caller, id);
    const fee = await this.settings.get(caller, 'top_up_fee');
    return renderPack(pricedPack(pack, addedFee(fee, pack.currency)), await this.packs.unitPrices(caller));
  }
}
