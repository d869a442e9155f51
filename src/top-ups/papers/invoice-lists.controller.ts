import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller, RequireScope } from '../../auth/caller.js';
import { checkExpansions } from '../../auth/check-scopes.js';
import { Cost, filtersOf, POINTS } from '../../http/admission/route-cost.js';
import { ApiWalletsErrors } from '../../http/errors/api-errors.decorator.js';
import { walletsPage } from '../../http/wallets-page.js';
import {
  CustomerInvoiceSummariesDto,
  InvoiceListDto,
  InvoiceListQuery,
  InvoiceSearchDto,
} from './invoice-lists.dto.js';
import { InvoiceLists } from './invoice-lists.service.js';

@ApiTags('Invoices')
@Controller('v1')
export class InvoiceListsController {
  constructor(private readonly lists: InvoiceLists) {}

  /** Invoices, newest first. */
  @Get('invoices')
  @RequireScope('wallets:read')
  @ApiWalletsErrors('validation')
  @ApiOperation({ summary: 'List invoices' })
  async list(@CurrentCaller() caller: Caller, @Query() query: InvoiceListQuery): Promise<InvoiceListDto> {
    checkExpansions(caller, query.expand);
    const { items, total } = await this.lists.search(caller, query);
    return walletsPage(items, total, query);
  }

  /** Invoices by filters, in any order. Amounts are compared in the currency's major unit. */
  @Post('invoices/search')
  @Cost(POINTS.search, filtersOf)
  @HttpCode(200)
  @RequireScope('wallets:read')
  @ApiWalletsErrors('validation')
  @ApiOperation({ summary: 'Search invoices' })
  async search(@CurrentCaller() caller: Caller, @Body() body: InvoiceSearchDto): Promise<InvoiceListDto> {
    checkExpansions(caller, body.expand);
    const { items, total } = await this.lists.search(caller, body);
    return walletsPage(items, total, body);
  }

  /** What a customer has paid and still owes, in each currency. */
  @Get('customers/:id/invoices/summary')
  @RequireScope('wallets:read')
  @ApiWalletsErrors('not_found')
  @ApiOperation({ summary: 'Sum up the invoices of a customer' })
  async summary(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<CustomerInvoiceSummariesDto> {
    return this.lists.summary(caller, id);
  }
}
