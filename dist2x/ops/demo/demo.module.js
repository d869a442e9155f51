var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
import { Module } from '@nestjs/common';
import { AuthModule } from '../../auth/auth.module.js';
import { CreditsModule } from '../../credits/credits.module.js';
import { CustomersModule } from '../../customers/customers.module.js';
import { LedgerModule } from '../../ledger/ledger.module.js';
import { Demo } from './demo.service.js';
/** Demo data for a first start in development. */
let DemoModule = class DemoModule {
};
DemoModule = __decorate([
    Module({
        imports: [AuthModule, CustomersModule, LedgerModule, CreditsModule],
        providers: [Demo],
    })
], DemoModule);
export { DemoModule };
//# sourceMappingURL=demo.module.js.map