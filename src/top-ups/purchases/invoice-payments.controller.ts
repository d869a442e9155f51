import { Body, Controller, Param, Put } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Caller } from '../../auth/caller.js';
import { CurrentCaller, RequireScope } from '../../auth/caller.js';
import { ApiWalletsErrors } from '../../http/errors/api-errors.decorator.js';
import { InvoiceDto } from '../../payments/invoices.dto.js';
import { renderInvoice } from '../../payments/render-invoice.js';
import { InvoicedTopUps } from './invoiced-top-ups.js';
import { InvoicePaymentRequest } from './top-ups.dto.js';

@ApiTags('Invoices')
@ApiWalletsErrors('validation', 'invalid_operation', 'not_found')
@Controller('v1/invoices')
export class InvoicePaymentsController {
  constructor(private readonly invoiced: InvoicedTopUps) {}

  /** Records how the payment of an invoice stands; once it is paid, the pending top-up behind it is completed. */
  @Put(':id/payment')
  @RequireScope('wallets:write')
  @ApiOperation({ summary: "Update an invoice's payment status" })
  async updatePayment(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Body() body: InvoicePaymentRequest,
  ): Promise<InvoiceDto> {
    const invoice = await this.invoiced.updatePayment(caller, id, {
      actorKeyId: caller.keyId,
      paymentStatus: body.payment_status,
      amount: body.amount ?? undefined,
    });
    return renderInvoice(invoice);
  }
}
