import { Body, Controller, Delete, Get, HttpCode, Param, Put } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller, RequireScope } from '../auth/caller.js';
import { ApiWalletsErrors } from '../http/errors/api-errors.decorator.js';
import { SettingKeyPipe } from './setting-key.pipe.js';
import { type SettingKey, SETTINGS } from './setting-keys.js';
import { PutSettingDto, renderSetting, SettingDto } from './settings.dto.js';
import { SettingsService } from './settings.service.js';

@ApiTags('Settings')
@ApiParam({ name: 'key', enum: Object.keys(SETTINGS) })
@Controller('v1/settings/:key')
export class SettingsController {
  constructor(private readonly settings: SettingsService) {}

  /** A setting of this environment, or its default. */
  @Get()
  @RequireScope('settings:read')
  @ApiWalletsErrors('not_found')
  async get(@CurrentCaller() caller: Caller, @Param('key', SettingKeyPipe) key: SettingKey): Promise<SettingDto> {
    const { value, row } = await this.settings.read(caller, key);
    return renderSetting(caller, key, value, row);
  }

  /** Replaces a setting; effective within 5 s everywhere. */
  @Put()
  @RequireScope('settings:write')
  @ApiWalletsErrors('validation', 'not_found')
  async put(
    @CurrentCaller() caller: Caller,
    @Param('key', SettingKeyPipe) key: SettingKey,
    @Body() body: PutSettingDto,
  ): Promise<SettingDto> {
    const row = await this.settings.put(caller, key, body.value, caller);
    return renderSetting(caller, key, row.value, row);
  }

  /** Back to the default. */
  @Delete()
  @HttpCode(204)
  @RequireScope('settings:write')
  @ApiWalletsErrors('not_found')
  async delete(@CurrentCaller() caller: Caller, @Param('key', SettingKeyPipe) key: SettingKey): Promise<void> {
    await this.settings.delete(caller, key, caller);
  }
}
