import { Body, Controller, Get, HttpCode, Patch, Put } from '@nestjs/common';
import { ApiCreatedResponse, ApiTags } from '@nestjs/swagger';
import { RequireScope } from '../auth/caller.js';
import { AcceptsForms } from '../http/body/accepts-forms.js';
import { ApiCreditsErrors } from '../http/errors/api-errors.decorator.js';
import { type Account, ApiAccountHeaders, CurrentAccount } from './account.js';
import { ChangeTopUpSettingsDto, toSettingsChange, TopUpSettingsDto } from './top-up-settings.dto.js';
import { TopUpSettingsService } from './top-up-settings.service.js';

@ApiTags('Account credits')
@ApiAccountHeaders()
@Controller('account/credits/top-up/settings')
export class TopUpSettingsController {
  constructor(private readonly settings: TopUpSettingsService) {}

  /** When credits are bought automatically, and which pack at which price. */
  @Get('/')
  @RequireScope('account:read')
  @ApiCreditsErrors('validation', 'not_found')
  async get(@CurrentAccount() account: Account): Promise<TopUpSettingsDto> {
    return this.settings.get(account);
  }

  /**
   * Update Credits Auto Top-up Settings. Replaces them: an absent flag is false, an absent pack is null. The price of the
   * pack is agreed to as it is now, and stays so whatever the catalogue asks later.
   */
  @Put('/')
  @HttpCode(201)
  @RequireScope('account:write')
  @AcceptsForms(ChangeTopUpSettingsDto)
  @ApiCreatedResponse({ type: TopUpSettingsDto })
  @ApiCreditsErrors('validation', 'not_found', 'unsupported_media_type')
  async replace(@CurrentAccount() account: Account, @Body() body: ChangeTopUpSettingsDto): Promise<TopUpSettingsDto> {
    return this.settings.replace(account, toSettingsChange(body));
  }

  /** Changes only what is sent. */
  @Patch('/')
  @RequireScope('account:write')
  @AcceptsForms(ChangeTopUpSettingsDto)
  @ApiCreditsErrors('validation', 'not_found', 'unsupported_media_type')
  async change(@CurrentAccount() account: Account, @Body() body: ChangeTopUpSettingsDto): Promise<TopUpSettingsDto> {
    return this.settings.change(account, toSettingsChange(body));
  }
}
