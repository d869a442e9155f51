import { Controller, Get, Param, Query, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiParam, ApiProduces, ApiTags } from '@nestjs/swagger';
import { RequireScope } from '../auth/caller.js';
import { Cost, POINTS } from '../http/admission/route-cost.js';
import { CreditsPageQuery } from '../http/credits-page.js';
import { ApiCreditsErrors } from '../http/errors/api-errors.decorator.js';
import { renderInvoicePdf } from '../payments/invoice-pdf.js';
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
  constructor(private readonly invoices: AccountInvoicesService) {}

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

  /** The invoice as a page to print or file. */
  @Get(':id/pdf/')
  @Cost(POINTS.pdf)
  @ApiParam(INVOICE_ID)
  @RequireScope('account:read')
  @ApiProduces('application/pdf')
  @ApiOkResponse({ schema: { type: 'string', format: 'binary' } })
  @ApiCreditsErrors('validation', 'not_found')
  async pdf(@CurrentAccount() account: Account, @Param('id') id: string): Promise<StreamableFile> {
    const invoice = await this.invoices.get(account, id);
    const disposition = `attachment; filename="${invoice.invoiceNumber}.pdf"`;
    return new StreamableFile(await renderInvoicePdf(invoice), { type: 'application/pdf', disposition });
  }
}
