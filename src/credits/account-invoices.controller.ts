import { Controller, Get, Param, Query, Req, Res, type StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiParam, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { RequireScope } from '../auth/caller.js';
import { Cost, POINTS } from '../http/admission/route-cost.js';
import { CreditsPageQuery } from '../http/credits-page.js';
import { ApiCreditsErrors } from '../http/errors/api-errors.decorator.js';
import { InvoicePdfs } from '../payments/invoice-pdf/invoice-pdfs.js';
import { sendInvoicePdf } from '../payments/invoice-pdf/send-invoice-pdf.js';
import { AccountInvoiceDto, AccountInvoicePageDto } from '../payments/invoices.dto.js';
import { renderAccountInvoice } from '../payments/render-invoice.js';
import { type Account, ApiAccountHeaders, CurrentAccount } from './account.js';
import { AccountInvoicesService } from './account-invoices.service.js';

const INVOICE_ID = {
  name: 'id',
  description:
    'An invoice: the `id` that a purchase or `GET /account/invoices/` answers, like `inv_01KAHZ5Q7X0000000000000000`.',
};

@ApiTags('Account invoices')
@ApiAccountHeaders()
@Controller('account/invoices')
export class AccountInvoicesController {
  constructor(
    private readonly invoices: AccountInvoicesService,
    private readonly pdfs: InvoicePdfs,
  ) {}

  /** Every purchase has its invoice; the latest first. `ordering`: `date`, `number`, `total`. */
  @Get('/')
  @RequireScope('account:read')
  @ApiCreditsErrors('validation', 'not_found')
  async list(@CurrentAccount() account: Account, @Query() query: CreditsPageQuery): Promise<AccountInvoicePageDto> {
    return this.invoices.list(account, query);
  }

  /** One invoice. Prices include the taxes: `total` is exactly what is charged. */
  @Get(':id/')
  @ApiParam(INVOICE_ID)
  @RequireScope('account:read')
  @ApiCreditsErrors('validation', 'not_found')
  async get(@CurrentAccount() account: Account, @Param('id') id: string): Promise<AccountInvoiceDto> {
    return renderAccountInvoice(await this.invoices.get(account, id));
  }

  /** The invoice as a page to print or file. The same invoice is always the same bytes, with the same `ETag`. */
  @Get(':id/pdf/')
  @Cost(POINTS.pdf)
  @ApiParam(INVOICE_ID)
  @RequireScope('account:read')
  @ApiProduces('application/pdf')
  @ApiOkResponse({ schema: { type: 'string', format: 'binary' } })
  @ApiResponse({ status: 304, description: 'You have it as it is now: `If-None-Match` names its `ETag`.' })
  @ApiCreditsErrors('validation', 'not_found', 'too_many_requests', 'unavailable')
  async pdf(
    @CurrentAccount() account: Account,
    @Param('id') id: string,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<StreamableFile | undefined> {
    const invoice = await this.invoices.get(account, id);
    return sendInvoicePdf(invoice, this.pdfs, { request, response });
  }
}
