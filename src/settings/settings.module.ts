import { Module } from '@nestjs/common';
import { SecretBox } from './secret-box.js';
import { SettingsController } from './settings.controller.js';
import { SettingsService } from './settings.service.js';

/** What each environment decides for itself. */
@Module({
  controllers: [SettingsController],
  providers: [SecretBox, SettingsService],
  exports: [SecretBox, SettingsService],
})
export class SettingsModule {}
