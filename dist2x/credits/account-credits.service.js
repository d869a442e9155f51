var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
import { Injectable } from '@nestjs/common';
import { BalancesService } from '../ledger/balances.service.js';
import { ZERO } from '../shared/decimal.js';
import { renderAccountCredits } from './account-credits.dto.js';
import { CreditsWallets } from './credits-wallets.service.js';
let AccountCreditsService = class AccountCreditsService {
    wallets;
    balances;
    constructor(wallets, balances) {
        this.wallets = wallets;
        this.balances = balances;
    }
    /** What an account has; an account that never had anything has nothing, and gets no wallet by asking. */
    async get(account) {
        const wallet = await this.wallets.find(account);
        if (!wallet)
            return renderAccountCredits(undefined, ZERO);
        const totals = await this.balances.totals([wallet.id]);
        return renderAccountCredits(totals.get(wallet.id), wallet.debt);
    }
};
AccountCreditsService = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [CreditsWallets,
        BalancesService])
], AccountCreditsService);
export { AccountCreditsService };
//# sourceMappingURL=account-credits.service.js.map