import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { PaymentsModule } from '../payments/payments.module.js';
import { BackupCardsController } from './backup-cards/backup-cards.controller.js';
import { BackupCards } from './backup-cards/backup-cards.service.js';
import { CardSetupsController } from './card-setups/card-setups.controller.js';
import { CardSetups } from './card-setups/card-setups.service.js';
import { CardUpdates } from './card-updates/card-updates.js';
import { CustomerController } from './customer.controller.js';
import { CustomersController } from './customers.controller.js';
import { CustomersService } from './customers.service.js';
import { PaymentMethodsController } from './payment-methods.controller.js';
import { PaymentMethodsService } from './payment-methods.service.js';

/** Who owns wallets, and what they pay with. */
@Module({
  imports: [AuthModule, PaymentsModule],
  controllers: [CustomersController, PaymentMethodsController, CardSetupsController, BackupCardsController],
  providers: [BackupCards, CardSetups, CardUpdates, CustomersService, PaymentMethodsService],
  exports: [BackupCards, CardSetups, CustomersService, PaymentMethodsService],
})
export class CustomersModule {}

/**
 * Routes that would swallow others: `/v1/customers/:id` also matches `/v1/customers/wallets`. Routes are registered in
 * the order of the modules, so the application imports this one last, and nothing else imports it.
 */
@Module({ imports: [CustomersModule], controllers: [CustomerController] })
export class CustomerByIdModule {}
