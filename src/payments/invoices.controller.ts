import { Controller, Get, Param, Query, Req, Res, type StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { type Caller, CurrentCaller, RequireScope } from '../auth/caller.js';
import { Cost, POINTS } from '../http/admission/route-cost.js';
import { ApiWalletsErrors } from '../http/errors/api-errors.decorator.js';
import { invalidField } from '../shared/errors.js';
import { InvoicePdfs } from './invoice-pdf/invoice-pdfs.js';
import { sendInvoicePdf } from './invoice-pdf/send-invoice-pdf.js';
import { InvoiceDto, InvoicePdfQuery } from './invoices.dto.js';
import { InvoicesService } from './invoices.service.js';
import { renderInvoice } from './render-invoice.js';

@ApiTags('Invoices')
@Controller('v1/invoices')
export class InvoicesController {
  constructor(
    private readonly invoices: InvoicesService,
    private readonly pdfs: InvoicePdfs,
  ) {}

  /** One invoice, with its lines and taxes. */
  @Get(':id')
  @RequireScope('wallets:read')
  @ApiWalletsErrors('not_found')
  async get(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<InvoiceDto> {
    return renderInvoice(await this.invoices.get(caller, id));
  }

  /** The invoice as a page to print or file. The same invoice is always the same bytes, with the same `ETag`. */
  @Get(':id/pdf')
  @Cost(POINTS.pdf)
  @RequireScope('wallets:read')
  @ApiProduces('application/pdf')
  @ApiOkResponse({ schema: { type: 'string', format: 'binary' } })
  @ApiResponse({ status: 304, description: 'You have it as it is now: `If-None-Match` names its `ETag`.' })
  @ApiWalletsErrors('validation', 'not_found', 'too_many_requests', 'unavailable')
  async pdf(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Query() { url }: InvoicePdfQuery,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<StreamableFile | undefined> {
    if (url) throw invalidField('url', 'is not supported: no file is stored anywhere; leave it out to get the PDF');
    const invoice = await this.invoices.get(caller, id);
    return sendInvoicePdf(invoice, this.pdfs, { request, response });
  }
}
