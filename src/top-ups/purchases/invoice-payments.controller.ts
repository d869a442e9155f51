import { Body, Controller, HttpCode, Param, Post, Put, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import type { Caller } from '../../auth/caller.js';
import { CurrentCaller, RequireScope } from '../../auth/caller.js';
import { ApiWalletsErrors } from '../../http/errors/api-errors.decorator.js';
import { Idempotency, type IdempotentRequest, replayable } from '../../http/idempotency.js';
import { InvoiceDto, VoidedInvoiceDto } from '../../payments/invoices.dto.js';
import { renderInvoice } from '../../payments/render-invoice.js';
import { InvoicePayments } from './invoice-payments.service.js';
import { InvoicePaymentRequest } from './top-ups.dto.js';

@ApiTags('Invoices')
@ApiWalletsErrors('validation', 'invalid_operation', 'not_found', 'already_exists', 'unavailable')
@Controller('v1/invoices')
export class InvoicePaymentsController {
  constructor(private readonly payments: InvoicePayments) {}

  /**
   * Records how the payment of an invoice stands; once it is paid, the pending top-up behind it is completed. The same
   * idempotency key or the same `payment_reference` is one payment, however often it is sent; without either, each call
   * with an `amount` is a payment of its own. Money for a closed wallet is booked and booked back as refunded.
   */
  @Put(':id/payment')
  @RequireScope('wallets:write')
  @ApiOperation({ summary: "Update an invoice's payment status" })
  async updatePayment(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Body() body: InvoicePaymentRequest,
    @Idempotency({ isDropIn: true }) idempotency: IdempotentRequest | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<InvoiceDto> {
    const { invoice, isReplayed } = await this.payments.report(caller, id, {
      actor: caller,
      idempotency,
      paymentStatus: body.payment_status,
      amount: body.amount ?? undefined,
      reference: body.payment_reference ?? undefined,
    });
    return replayable({ body: renderInvoice(invoice), isReplayed }, response);
  }

  /**
   * Takes back an invoice that nothing was paid on: the top-up behind it is canceled, its pending transaction fails, and
   * an automatic top-up that its unpaid invoice had stopped goes on. Voiding twice is a no-op.
   */
  @Post(':id/void')
  @HttpCode(200)
  @RequireScope('wallets:write')
  @ApiOperation({ summary: 'Void an invoice' })
  async void(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<VoidedInvoiceDto> {
    const invoice = await this.payments.void(caller, id, caller);
    return { ...renderInvoice(invoice), message: 'invoice voided' };
  }
}
