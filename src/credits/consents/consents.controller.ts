import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller, RequireScope } from '../../auth/caller.js';
import { ApiWalletsErrors } from '../../http/errors/api-errors.decorator.js';
import { walletsPage, WalletsPageQuery } from '../../http/wallets-page.js';
import { ConsentListDto } from './consents.dto.js';
import { ConsentsService } from './consents.service.js';

@ApiTags('Customers')
@Controller('v1/customers/:customer_id/consents')
export class ConsentsController {
  constructor(private readonly consents: ConsentsService) {}

  /**
   * Each change that was made to an account's automatic top-up, with the key and the price agreed to, and each purchase
   * that was started under it; the latest first.
   */
  @Get()
  @RequireScope('customers:read')
  @ApiWalletsErrors('validation', 'not_found')
  async list(
    @CurrentCaller() caller: Caller,
    @Param('customer_id') customerId: string,
    @Query() query: WalletsPageQuery,
  ): Promise<ConsentListDto> {
    const [items, total] = await this.consents.list(caller, customerId, query);
    return walletsPage(items, total, query);
  }
}
