import { Module } from '@nestjs/common';
import { SecretBox } from './secret-box.js';
import { SettingsController } from './settings.controller.js';
import { SettingsService } from './settings.service.js';
import { StoredSecrets } from './stored-secrets.js';

/** What each environment decides for itself. */
@Module({
  controllers: [SettingsController],
  providers: [SecretBox, SettingsService, StoredSecrets],
  exports: [SecretBox, SettingsService, StoredSecrets],
})
export class SettingsModule {}
