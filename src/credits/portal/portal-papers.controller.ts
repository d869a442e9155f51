import { Controller, Get, Param, Query, Req, Res, type StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { Cost, POINTS } from '../../http/admission/route-cost.js';
import { ApiWalletsErrors } from '../../http/errors/api-errors.decorator.js';
import { InvoicePdfs } from '../../payments/invoice-pdf/invoice-pdfs.js';
import { sendInvoicePdf } from '../../payments/invoice-pdf/send-invoice-pdf.js';
import { PortalNeeds, RequirePortalSession } from '../../wallets/portal/portal-door.js';
import { AccountInvoicesService } from '../account-invoices.service.js';
import { sendUsageReport } from '../usage/send-csv.js';
import { REPORT_COLUMNS, UsageFilters } from '../usage/usage.dto.js';
import { UsageService } from '../usage/usage.service.js';
import { CurrentPortalAccount, type PortalAccount } from './portal-account.js';

/** What a customer takes home: invoices to file, movements for a spreadsheet. */
@ApiTags('Customer portal')
@RequirePortalSession()
@Controller('v1/customer/portal')
export class PortalPapersController {
  constructor(
    private readonly invoices: AccountInvoicesService,
    private readonly pdfs: InvoicePdfs,
    private readonly usage: UsageService,
  ) {}

  /** One of the customer's invoices as a page to print or file. The same invoice is always the same bytes. */
  @Get('invoices/:id/pdf')
  @Cost(POINTS.pdf)
  @ApiProduces('application/pdf')
  @ApiOkResponse({ schema: { type: 'string', format: 'binary' } })
  @ApiResponse({ status: 304, description: 'You have it as it is now: `If-None-Match` names its `ETag`.' })
  @ApiWalletsErrors('not_found', 'too_many_requests', 'unavailable')
  async pdf(
    @CurrentPortalAccount() account: PortalAccount,
    @Param('id') id: string,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<StreamableFile | undefined> {
    const invoice = await this.invoices.get(account, id);
    return sendInvoicePdf(invoice, this.pdfs, { request, response });
  }

  /** Every movement of the account's credits as a file for a spreadsheet, newest first, streamed. */
  @Get('usage/report')
  @Cost(POINTS.export)
  @PortalNeeds('account:read')
  @ApiProduces('text/csv')
  @ApiOkResponse({ schema: { type: 'string' }, description: `Columns: ${REPORT_COLUMNS.join(', ')}.` })
  @ApiWalletsErrors('validation')
  async report(
    @CurrentPortalAccount() account: PortalAccount,
    @Query() filters: UsageFilters,
    @Res() response: Response,
  ): Promise<void> {
    await sendUsageReport(response, await this.usage.report(account, filters));
  }
}
