var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
import { Module } from '@nestjs/common';
import { BalancesService } from './balances.service.js';
import { LedgerStore } from './ledger-store.js';
import { LedgerSweeps } from './ledger-sweeps.js';
import { LedgerService } from './ledger.service.js';
/** The one place where credits move. No controller: both APIs come in through services. */
let LedgerModule = class LedgerModule {
};
LedgerModule = __decorate([
    Module({
        providers: [LedgerService, LedgerStore, LedgerSweeps, BalancesService],
        exports: [LedgerService, LedgerSweeps, BalancesService],
    })
], LedgerModule);
export { LedgerModule };
//# sourceMappingURL=ledger.module.js.map