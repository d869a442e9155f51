import { Controller, Delete, Get, HttpCode, Param, Post, Req } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { ApiWalletsErrors } from '../../http/errors/api-errors.decorator.js';
import { PortalNeeds, RequirePortalSession } from '../../wallets/portal/portal-door.js';
import { CurrentPortalAccount, type PortalAccount } from './portal-account.js';
import { PortalCardDto, PortalCardOutcomeDto, PortalCardSetupDto } from './portal-cards.dto.js';
import { PortalCards } from './portal-cards.service.js';
import { PortalReturns } from './portal-returns.js';

/** A customer's card. */
@ApiTags('Customer portal')
@RequirePortalSession()
@Controller('v1/customer/portal/card')
export class PortalCardsController {
  constructor(
    private readonly cards: PortalCards,
    private readonly returns: PortalReturns,
  ) {}

  /** The card on file: brand and last digits. */
  @Get()
  @PortalNeeds('account:read')
  @ApiWalletsErrors()
  async get(@CurrentPortalAccount() account: PortalAccount): Promise<PortalCardDto> {
    return this.cards.get(account);
  }

  /** Begins to save a card: answers the link to the provider's page, which comes back to the portal. */
  @Post('setup')
  @HttpCode(200)
  @PortalNeeds('account:write')
  @ApiWalletsErrors('validation', 'invalid_operation', 'unavailable')
  async begin(@CurrentPortalAccount() account: PortalAccount, @Req() request: Request): Promise<PortalCardSetupDto> {
    return this.cards.begin(account, await this.returns.of(request, account, 'card'));
  }

  /** Looks what has become of it: the card that was saved is on file then. A repeat is harmless. */
  @Post('setup/:setup_id')
  @HttpCode(200)
  @ApiParam({ name: 'setup_id', description: 'The `setup_id` that was answered when it began.' })
  @PortalNeeds('account:write')
  @ApiWalletsErrors('invalid_operation', 'not_found', 'unavailable')
  async look(
    @CurrentPortalAccount() account: PortalAccount,
    @Param('setup_id') setupId: string,
  ): Promise<PortalCardOutcomeDto> {
    return this.cards.look(account, setupId);
  }

  /** Removes the card on file. Nothing is charged any more: automatic top-up is paused. */
  @Delete()
  @PortalNeeds('account:write')
  @ApiWalletsErrors('not_found')
  async remove(@CurrentPortalAccount() account: PortalAccount): Promise<PortalCardDto> {
    return this.cards.remove(account);
  }
}
