var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
import { Module } from '@nestjs/common';
import { PaymentsModule } from '../payments/payments.module.js';
import { CustomerController } from './customer.controller.js';
import { CustomersController } from './customers.controller.js';
import { CustomersService } from './customers.service.js';
import { PaymentMethodsController } from './payment-methods.controller.js';
import { PaymentMethodsService } from './payment-methods.service.js';
/** Who owns wallets, and what they pay with. */
let CustomersModule = class CustomersModule {
};
CustomersModule = __decorate([
    Module({
        imports: [PaymentsModule],
        controllers: [CustomersController, PaymentMethodsController],
        providers: [CustomersService, PaymentMethodsService],
        exports: [CustomersService, PaymentMethodsService],
    })
], CustomersModule);
export { CustomersModule };
/**
 * Routes that would swallow others: `/v1/customers/:id` also matches `/v1/customers/wallets`. Routes are registered in
 * the order of the modules, so the application imports this one last, and nothing else imports it.
 */
let CustomerByIdModule = class CustomerByIdModule {
};
CustomerByIdModule = __decorate([
    Module({ imports: [CustomersModule], controllers: [CustomerController] })
], CustomerByIdModule);
export { CustomerByIdModule };
//# sourceMappingURL=customers.module.js.map