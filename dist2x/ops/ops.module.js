var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { AuthModule } from '../auth/auth.module.js';
import { Bootstrap } from './bootstrap.js';
import { ConnectionDraining } from './connection-draining.js';
import { DatabaseHealth } from './database-health.js';
import { HealthController } from './health.controller.js';
/** What an operator looks at. */
let OpsModule = class OpsModule {
};
OpsModule = __decorate([
    Module({
        imports: [AuthModule, TerminusModule.forRoot({ logger: false })],
        controllers: [HealthController],
        providers: [Bootstrap, ConnectionDraining, DatabaseHealth],
    })
], OpsModule);
export { OpsModule };
//# sourceMappingURL=ops.module.js.map