import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { OwnLimits } from './own-limits.js';
import { SecretBox } from './secret-box.js';
import { SettingsController } from './settings.controller.js';
import { SettingsService } from './settings.service.js';
import { StoredSecrets } from './stored-secrets.js';

/** What each environment decides for itself. */
@Module({
  imports: [AuthModule],
  controllers: [SettingsController],
  providers: [OwnLimits, SecretBox, SettingsService, StoredSecrets],
  exports: [SecretBox, SettingsService, StoredSecrets],
})
export class SettingsModule {}
