var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
import { Module } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule } from '@nestjs/core';
import { ApiKeyGuard } from './api-key.guard.js';
import { ApiKeysController } from './api-keys.controller.js';
import { ApiKeysService } from './api-keys.service.js';
import { KeyRing } from './key-ring.js';
import { KeyUsage } from './key-usage.js';
import { RouteAccessCheck } from './route-access-check.js';
import { TenantsService } from './tenants.service.js';
/** Who may come in: tenants, environments, API keys, and the guard in front of every route. */
let AuthModule = class AuthModule {
};
AuthModule = __decorate([
    Module({
        imports: [DiscoveryModule],
        controllers: [ApiKeysController],
        providers: [
            TenantsService,
            ApiKeysService,
            KeyRing,
            KeyUsage,
            RouteAccessCheck,
            { provide: APP_GUARD, useClass: ApiKeyGuard },
        ],
        exports: [TenantsService, ApiKeysService],
    })
], AuthModule);
export { AuthModule };
//# sourceMappingURL=auth.module.js.map