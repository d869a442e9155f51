import { Module } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule } from '@nestjs/core';
import { LoadShedding } from '../http/admission/load-shedding.js';
import { LoopDelay } from '../http/admission/loop-delay.js';
import { PointBudgets } from '../http/admission/point-budgets.js';
import { BodyGuard } from '../http/body/body.guard.js';
import { HttpModule } from '../http/http.module.js';
import { ApiKeyGuard } from './api-key.guard.js';
import { ApiKeysController } from './api-keys.controller.js';
import { ApiKeysService } from './api-keys.service.js';
import { Doors } from './doors.js';
import { EnvironmentsController } from './environments.controller.js';
import { EnvironmentsService } from './environments.service.js';
import { KeyRing } from './key-ring.js';
import { KeyUsage } from './key-usage.js';
import { RouteAccessCheck } from './route-access-check.js';
import { TenantsController } from './tenants.controller.js';
import { TenantsService } from './tenants.service.js';
import { RequestBudgets } from './request-budgets.js';
import { BodyCostGuard, RouteCostGuard } from './route-cost.guards.js';
import { SheddingByTenant } from './shedding-by-tenant.js';
import { AuditModule } from './audit/audit.module.js';
import { ConsoleSessions } from './sessions/console-sessions.service.js';
import { SessionsController } from './sessions/sessions.controller.js';
import { AttemptLimits } from './users/attempt-limits.js';
import { AuthController } from './users/auth.controller.js';
import { AuthorSearch } from './users/author-search.service.js';
import { InvitationPageController } from './users/invitation-page.controller.js';
import { InvitationsController } from './users/invitations.controller.js';
import { Invitations } from './users/invitations.service.js';
import { LoginKeys } from './users/login-keys.js';
import { PasswordChanges } from './users/password-changes.service.js';
import { PasswordCost, Passwords } from './users/passwords.js';
import { RefusedLogins } from './users/refused-logins.js';
import { TenantUsers } from './users/tenant-users.service.js';
import { UserAuthority } from './users/user-authority.js';
import { UsersController } from './users/users.controller.js';
import { UsersService } from './users/users.service.js';

/** Who may come in: tenants, environments, users, API keys, and the guard in front of every route. */
@Module({
  imports: [AuditModule, DiscoveryModule, HttpModule],
  controllers: [
    ApiKeysController,
    EnvironmentsController,
    TenantsController,
    AuthController,
    SessionsController,
    UsersController,
    InvitationsController,
    InvitationPageController,
  ],
  providers: [
    TenantsService,
    EnvironmentsService,
    ApiKeysService,
    UsersService,
    TenantUsers,
    AuthorSearch,
    UserAuthority,
    Invitations,
    PasswordChanges,
    LoginKeys,
    PasswordCost,
    Passwords,
    RefusedLogins,
    AttemptLimits,
    ConsoleSessions,
    KeyRing,
    KeyUsage,
    Doors,
    RouteAccessCheck,
    PointBudgets,
    RequestBudgets,
    LoopDelay,
    LoadShedding,
    SheddingByTenant,
    // In this order: no body is read of whoever has no key or session, or has spent all that it may.
    { provide: APP_GUARD, useClass: ApiKeyGuard },
    { provide: APP_GUARD, useClass: RouteCostGuard },
    { provide: APP_GUARD, useClass: BodyGuard },
    { provide: APP_GUARD, useClass: BodyCostGuard },
  ],
  exports: [TenantsService, ApiKeysService, ConsoleSessions, LoadShedding, RequestBudgets, Doors],
})
export class AuthModule {}
