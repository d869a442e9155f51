import { Body, Controller, Get, Patch } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ApiWalletsErrors } from '../../http/errors/api-errors.decorator.js';
import { PortalNeeds, RequirePortalSession } from '../../wallets/portal/portal-door.js';
import { ChangeTopUpSettingsDto, toSettingsChange } from '../top-up-settings.dto.js';
import { CurrentPortalAccount, type PortalAccount } from './portal-account.js';
import { PortalTopUpSettingsDto } from './portal-settings.dto.js';
import { PortalSettings } from './portal-settings.service.js';

/** A customer's automatic top-up. */
@ApiTags('Customer portal')
@RequirePortalSession()
@Controller('v1/customer/portal/top-up-settings')
export class PortalSettingsController {
  constructor(private readonly settings: PortalSettings) {}

  /** When credits are bought automatically, which pack at which price, and what bounds it. */
  @Get()
  @PortalNeeds('account:read')
  @ApiWalletsErrors()
  async get(@CurrentPortalAccount() account: PortalAccount): Promise<PortalTopUpSettingsDto> {
    return this.settings.get(account);
  }

  /** Changes only what is sent, as `PATCH /account/credits/top-up/settings/` does: with a consent record. */
  @Patch()
  @PortalNeeds('account:write')
  @ApiWalletsErrors('validation', 'conflict')
  async change(
    @CurrentPortalAccount() account: PortalAccount,
    @Body() body: ChangeTopUpSettingsDto,
  ): Promise<PortalTopUpSettingsDto> {
    return this.settings.change(account, toSettingsChange(body));
  }
}
