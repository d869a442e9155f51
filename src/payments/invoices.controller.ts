import { Controller, Get, Param, Query, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiProduces, ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller, RequireScope } from '../auth/caller.js';
import { Cost, POINTS } from '../http/admission/route-cost.js';
import { ApiWalletsErrors } from '../http/errors/api-errors.decorator.js';
import { invalidField } from '../shared/errors.js';
import { renderInvoicePdf } from './invoice-pdf.js';
import { InvoiceDto, InvoicePdfQuery } from './invoices.dto.js';
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

  /** The invoice as a page to print or file. The same invoice is always the same bytes. */
  @Get(':id/pdf')
  @Cost(POINTS.pdf)
  @RequireScope('wallets:read')
  @ApiProduces('application/pdf')
  @ApiOkResponse({ schema: { type: 'string', format: 'binary' } })
  @ApiWalletsErrors('validation', 'not_found')
  async pdf(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Query() { url }: InvoicePdfQuery,
  ): Promise<StreamableFile> {
    if (url) throw invalidField('url', 'is not supported: no file is stored anywhere; leave it out to get the PDF');
    const invoice = await this.invoices.get(caller, id);
    const disposition = `attachment; filename="${invoice.invoiceNumber}.pdf"`;
    return new StreamableFile(await renderInvoicePdf(invoice), { type: 'application/pdf', disposition });
  }
}
