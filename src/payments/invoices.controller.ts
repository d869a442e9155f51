import { Controller, Get, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller, RequireScope } from '../auth/caller.js';
import { ApiWalletsErrors } from '../http/errors/api-errors.decorator.js';
import { InvoiceDto } from './invoices.dto.js';
import { InvoicesService } from './invoices.service.js';
import { renderInvoice } from './render-invoice.js';

@ApiTags('Invoices')
@Controller('v1/invoices')
export class InvoicesController {
  constructor(private readonly invoices: InvoicesService) {}

  /** One invoice, with its lines and taxes. */
  @Get(':id')
  @RequireScope('wallets:read')
  @ApiWalletsErrors('not_found')
  async get(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<InvoiceDto> {
    return renderInvoice(await this.invoices.get(caller, id));
  }
}
