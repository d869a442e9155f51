import { Body, Controller, HttpCode, HttpStatus, Post, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiHeader, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { type Caller, CurrentCaller, RequireScope } from '../auth/caller.js';
import { AcceptsForms } from '../http/body/accepts-forms.js';
import { ApiCreditsErrors } from '../http/errors/api-errors.decorator.js';
import { Idempotency, type IdempotentRequest, replayable } from '../http/idempotency.js';
import { AccountInvoiceDto } from '../payments/invoices.dto.js';
import { renderAccountInvoice } from '../payments/render-invoice.js';
import { checkoutTerms } from '../top-ups/checkouts/checkout.dto.js';
import type { TopUp } from '../top-ups/purchases/top-up.entity.js';
import { type Account, ApiAccountHeaders, CurrentAccount } from './account.js';
import { BuyPackDto, PendingPurchaseDto } from './pack-purchases.dto.js';
import { PackPurchases, type PurchaseResult } from './pack-purchases.service.js';

@ApiTags('Account credits')
@ApiAccountHeaders()
@Controller('account/credits/top-up')
export class PackPurchasesController {
  constructor(private readonly purchases: PackPurchases) {}

  /**
   * Buys a pack with the payment method on file. A declined card is a 402 with the reason, and nothing is credited; 202
   * means that the provider has not said yet: repeat with the same `Idempotency-Key` to learn how it ended.
   */
  @Post('/')
  @HttpCode(200)
  @RequireScope('account:write')
  @AcceptsForms(BuyPackDto)
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: 'Repeat with the same key: it is bought once.' })
  @ApiOkResponse({ type: AccountInvoiceDto, description: 'The invoice: paid, and the credits are there.' })
  @ApiAcceptedResponse({ type: PendingPurchaseDto, description: 'The outcome is not known yet.' })
  @ApiCreditsErrors(
    'validation',
    'payment_declined',
    'not_found',
    'conflict',
    'idempotency_key_reused',
    'unsupported_media_type',
  )
  async buy(
    @CurrentCaller() caller: Caller,
    @CurrentAccount() account: Account,
    @Body() body: BuyPackDto,
    @Idempotency() idempotency: IdempotentRequest | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<AccountInvoiceDto | PendingPurchaseDto> {
    const { pack_id: packId, coupon_ids: couponIds = [], checkout } = body;
    const isHttpsOnly = caller.environmentType === 'production';
    const purchase = { packId, couponIds, ...(checkout ? { checkout: checkoutTerms(checkout, isHttpsOnly) } : {}) };
    return answer(await this.purchases.buy(account, purchase, idempotency), response);
  }
}

const ON_A_PAGE = 'The purchase waits to be paid at action_url. The credits are added when that is done.';
const BY_ITS_HOLDER = 'The card asks for authentication by its holder. The credits are added when that is done.';
const NOT_YET = 'The payment is not confirmed yet. The credits are added when it is.';

function answer(result: PurchaseResult, response: Response): AccountInvoiceDto | PendingPurchaseDto {
  const { isReplayed } = result;
  if (result.kind === 'bought') return replayable({ body: renderAccountInvoice(result.invoice), isReplayed }, response);
  response.status(HttpStatus.ACCEPTED);
  return replayable({ body: renderPending(result.topUp), isReplayed }, response);
}

function renderPending({ id, topUpStatus: status, actionUrl, checkout }: TopUp): PendingPurchaseDto {
  const detail = actionUrl ? (checkout ? ON_A_PAGE : BY_ITS_HOLDER) : NOT_YET;
  return { detail, top_up: { id, status, ...(actionUrl ? { action_url: actionUrl } : {}) } };
}
