import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller, RequireScope } from '../../auth/caller.js';
import { CreditsPageQuery } from '../../http/credits-page.js';
import { ApiCreditsErrors } from '../../http/errors/api-errors.decorator.js';
import { PackDto, PackPageDto } from './credit-packs.dto.js';
import { PacksOnSale } from './packs-on-sale.service.js';

/** What can be bought. */
@ApiTags('Account credits')
@RequireScope('packs:read')
@Controller('credits-packs')
export class PacksOnSaleController {
  constructor(private readonly packs: PacksOnSale) {}

  /** Packs on sale, the smallest first; `ordering` takes `name`, `price`, `pack_amount`, `created_at`. */
  @Get('/')
  @ApiCreditsErrors('validation')
  async list(@CurrentCaller() caller: Caller, @Query() query: CreditsPageQuery): Promise<PackPageDto> {
    return this.packs.list(caller, query);
  }

  /** A pack on sale. */
  @Get(':id/')
  @ApiParam({ name: 'id', example: 'pack_100' })
  @ApiCreditsErrors('not_found')
  async get(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<PackDto> {
    return this.packs.get(caller, id);
  }
}
