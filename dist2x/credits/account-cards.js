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
import { PaymentMethodsService } from '../customers/payment-methods.service.js';
import { PaymentProviders } from '../payments/payment-providers.js';
/** Whether an account has something to pay with. */
let AccountCards = class AccountCards {
    providers;
    paymentMethods;
    constructor(providers, paymentMethods) {
        this.providers = providers;
        this.paymentMethods = paymentMethods;
    }
    /**
     * A card on file with the provider that the environment charges through. Where nothing is charged at all an account
     * buys nothing: credits without payment are the tenant's to give, not an account's to take.
     */
    async hasChargeable({ scope, customerId }) {
        const provider = await this.providers.resolve(scope);
        if (!provider)
            return false;
        const method = await this.paymentMethods.findChargeable(scope, customerId);
        return method?.provider === provider.name;
    }
};
AccountCards = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [PaymentProviders,
        PaymentMethodsService])
], AccountCards);
export { AccountCards };
export const NO_CARD = 'there is no payment method on file that can be charged';
//# sourceMappingURL=account-cards.js.map