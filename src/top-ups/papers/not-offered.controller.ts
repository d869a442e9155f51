import { Controller, Delete, Post, Put } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { RequireScope } from '../../auth/caller.js';
import { DomainError } from '../../shared/errors.js';

/**
 * What Flexprice's client can ask of invoices and payments, and what there is no such thing as here: a 400 that the
 * client can read, with the reason, rather than a 404 or 405 that looks like a wrong address. Not in the OpenAPI document,
 * which says what there is.
 */
@ApiExcludeController()
@Controller('v1')
export class NotOfferedController {
  @Post('invoices')
  @RequireScope('wallets:write')
  createInvoice(): never {
    return refuse(
      'an invoice here is for credits, and comes with the top-up that it pays for',
      'POST /v1/wallets/{id}/top-up with transaction_reason PURCHASED_CREDIT_INVOICED',
    );
  }

  @Post('invoices/preview')
  @RequireScope('wallets:write')
  previewInvoice(): never {
    return refuse('there are no subscriptions and no metering here, so there is no coming invoice to preview');
  }

  @Put('invoices/:id')
  @RequireScope('wallets:write')
  updateInvoice(): never {
    return refuse(
      'an invoice does not change once it is issued; one that nothing was paid on can be voided',
      'POST /v1/invoices/{id}/void',
    );
  }

  @Post('invoices/:id/finalize')
  @RequireScope('wallets:write')
  finalizeInvoice(): never {
    return refuse('invoices are final when they are issued: there are no drafts');
  }

  @Post('invoices/:id/recalculate')
  @RequireScope('wallets:write')
  recalculateInvoice(): never {
    return refuse('invoices are final when they are issued, and nothing on them is metered: nothing is recalculated');
  }

  @Post('invoices/:id/comms/trigger')
  @RequireScope('wallets:write')
  sendInvoice(): never {
    return refuse(
      'nothing is sent to customers from here; your webhook endpoint gets invoice.issued, and again when you ask for it',
      'POST /v1/webhooks/retry',
    );
  }

  @Post('invoices/:id/payment/attempt')
  @RequireScope('wallets:write')
  payWithCredits(): never {
    return refuse(
      'an invoice for credits is not paid with credits; say that it was paid when the money has come in',
      'PUT /v1/invoices/{id}/payment',
    );
  }

  @Post('payments')
  @RequireScope('wallets:write')
  createPayment(): never {
    return refuse(
      'a payment is reported on its invoice, and a card is charged by buying credits',
      'PUT /v1/invoices/{id}/payment, or POST /v1/wallets/{id}/top-up',
    );
  }

  @Put('payments/:id')
  @RequireScope('wallets:write')
  updatePayment(): never {
    return refuse('a payment is what has happened, and does not change', 'PUT /v1/invoices/{id}/payment');
  }

  @Delete('payments/:id')
  @RequireScope('wallets:write')
  deletePayment(): never {
    return refuse('a payment is what has happened, and is not deleted');
  }

  @Post('payments/:id/process')
  @RequireScope('wallets:write')
  processPayment(): never {
    return refuse(
      'a charge is taken up again by itself, and a reported payment has happened already; one that waits can be canceled',
      'POST /v1/top-ups/{id}/cancel',
    );
  }
}

/** @param instead what does the same here */
function refuse(sentence: string, instead?: string): never {
  throw new DomainError('invalid_operation', sentence, { details: instead === undefined ? {} : { instead } });
}
