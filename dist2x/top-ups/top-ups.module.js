var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
import { Module } from '@nestjs/common';
import { CustomersModule } from '../customers/customers.module.js';
import { LedgerModule } from '../ledger/ledger.module.js';
import { PaymentsModule } from '../payments/payments.module.js';
import { InvoicePaymentsController } from './invoice-payments.controller.js';
import { InvoicedTopUps } from './invoiced-top-ups.js';
import { ScheduledTask } from './scheduled-task.js';
import { TopUpEngine } from './top-up-engine.js';
import { TopUpPauses } from './top-up-pauses.js';
import { TopUpPolicy } from './top-up-policy.js';
import { TopUpRepository } from './top-up-repository.js';
import { TopUpRulesService } from './top-up-rules.service.js';
import { TopUpSettlement } from './top-up-settlement.js';
import { TopUpViews } from './top-up-views.js';
import { TopUpsController } from './top-ups.controller.js';
import { TopUpsService } from './top-ups.service.js';
/** Automatic and manual top-ups: one engine behind both APIs. */
let TopUpsModule = class TopUpsModule {
};
TopUpsModule = __decorate([
    Module({
        imports: [CustomersModule, LedgerModule, PaymentsModule],
        controllers: [TopUpsController, InvoicePaymentsController],
        providers: [
            InvoicedTopUps,
            ScheduledTask,
            TopUpEngine,
            TopUpPauses,
            TopUpPolicy,
            TopUpRepository,
            TopUpRulesService,
            TopUpSettlement,
            TopUpsService,
            TopUpViews,
        ],
        exports: [ScheduledTask, TopUpEngine, TopUpPauses, TopUpPolicy, TopUpRepository, TopUpRulesService, TopUpsService],
    })
], TopUpsModule);
export { TopUpsModule };
//# sourceMappingURL=top-ups.module.js.map