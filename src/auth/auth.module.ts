import { Module } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule } from '@nestjs/core';
import { BodyGuard } from '../http/body/body.guard.js';
import { ApiKeyGuard } from './api-key.guard.js';
import { ApiKeysController } from './api-keys.controller.js';
import { ApiKeysService } from './api-keys.service.js';
import { EnvironmentsController } from './environments.controller.js';
import { EnvironmentsService } from './environments.service.js';
import { KeyRing } from './key-ring.js';
import { KeyUsage } from './key-usage.js';
import { RouteAccessCheck } from './route-access-check.js';
import { TenantsController } from './tenants.controller.js';
import { TenantsService } from './tenants.service.js';
import { AuditModule } from './audit/audit.module.js';
import { AttemptLimits } from './users/attempt-limits.js';
import { AuthController } from './users/auth.controller.js';
import { Passwords } from './users/passwords.js';
import { RefusedLogins } from './users/refused-logins.js';
import { UsersService } from './users/users.service.js';

/** Who may come in: tenants, environments, users, API keys, and the guard in front of every route. */
@Module({
  imports: [AuditModule, DiscoveryModule],
  controllers: [ApiKeysController, EnvironmentsController, TenantsController, AuthController],
  providers: [
    TenantsService,
    EnvironmentsService,
    ApiKeysService,
    UsersService,
    Passwords,
    RefusedLogins,
    AttemptLimits,
    KeyRing,
    KeyUsage,
    RouteAccessCheck,
    // In this order: no body is read of whoever has no key.
    { provide: APP_GUARD, useClass: ApiKeyGuard },
    { provide: APP_GUARD, useClass: BodyGuard },
  ],
  exports: [TenantsService, ApiKeysService],
})
export class AuthModule {}
