import { Body, Controller, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { CreditsPageQuery } from '../../http/credits-page.js';
import { ApiWalletsErrors } from '../../http/errors/api-errors.decorator.js';
import { Idempotency, type IdempotentRequest, replayable } from '../../http/idempotency.js';
import { PortalNeeds, RequirePortalSession } from '../../wallets/portal/portal-door.js';
import { AccountTopUpDto, AccountTopUpPageDto, AccountTopUpsQuery, CancelTopUpDto } from '../account-top-ups.dto.js';
import { AccountTopUps } from '../account-top-ups.service.js';
import { PackPageDto } from '../packs/credit-packs.dto.js';
import { PacksOnSale } from '../packs/packs-on-sale.service.js';
import { CurrentPortalAccount, type PortalAccount } from './portal-account.js';
import { BuyInPortalDto, PortalPurchaseDto, renderPortalPurchase } from './portal-purchases.dto.js';
import { PortalPurchases } from './portal-purchases.service.js';
import { PortalReturns } from './portal-returns.js';

/** What a customer buys in the portal. */
@ApiTags('Customer portal')
@RequirePortalSession()
@Controller('v1/customer/portal')
export class PortalPurchasesController {
  constructor(
    private readonly packs: PacksOnSale,
    private readonly purchases: PortalPurchases,
    private readonly topUps: AccountTopUps,
    private readonly returns: PortalReturns,
  ) {}

  /** Packs on sale, the smallest first, with what they cost. */
  @Get('packs')
  @PortalNeeds('packs:read')
  @ApiWalletsErrors('validation')
  async listPacks(
    @CurrentPortalAccount() { scope }: PortalAccount,
    @Query() query: CreditsPageQuery,
  ): Promise<PackPageDto> {
    return this.packs.list(scope, query);
  }

  /**
   * Buys a pack at the price that was shown, with the card on file or on a page of the provider's, within the limits of the
   * setting `portal`. 202: it waits to be paid or confirmed at `action_url`, or for the provider to say.
   */
  @Post('purchases')
  @HttpCode(200)
  @PortalNeeds('account:write')
  @ApiOkResponse({ type: PortalPurchaseDto, description: 'Paid, and the credits are there.' })
  @ApiAcceptedResponse({ type: PortalPurchaseDto, description: 'The credits come when it is paid.' })
  @ApiWalletsErrors('validation', 'payment_declined', 'conflict', 'idempotency_key_reused', 'unavailable')
  async buy(
    @CurrentPortalAccount() account: PortalAccount,
    @Body() body: BuyInPortalDto,
    @Idempotency({ isRequired: true }) idempotency: IdempotentRequest | undefined,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<PortalPurchaseDto> {
    const back = body.on_page ? await this.returns.of(request, account, 'purchase') : undefined;
    const result = await this.purchases.buy(account, body, back, idempotency);
    if (result.kind === 'pending') response.status(202);
    return replayable({ body: renderPortalPurchase(result), isReplayed: result.isReplayed }, response);
  }

  /** The customer's purchases and how they stand, the latest first. `ordering`: `created_at`. */
  @Get('top-ups')
  @PortalNeeds('account:read')
  @ApiWalletsErrors('validation')
  async listTopUps(
    @CurrentPortalAccount() account: PortalAccount,
    @Query() query: AccountTopUpsQuery,
  ): Promise<AccountTopUpPageDto> {
    return this.topUps.list(account, query);
  }

  /** Takes back a purchase that waits: for its next try, or for the customer. An automatic one pauses automatic top-up. */
  @Post('top-ups/:id/cancel')
  @HttpCode(200)
  @PortalNeeds('account:write')
  @ApiWalletsErrors('validation', 'invalid_operation', 'not_found', 'idempotency_key_reused')
  async cancel(
    @CurrentPortalAccount() account: PortalAccount,
    @Param('id') id: string,
    @Body() _body: CancelTopUpDto,
    @Idempotency() idempotency: IdempotentRequest | undefined,
  ): Promise<AccountTopUpDto> {
    return this.topUps.cancel(account, id, idempotency);
  }
}
