import { Module } from '@nestjs/common';
import { CustomersModule } from '../customers/customers.module.js';
import { LedgerModule } from '../ledger/ledger.module.js';
import { PaymentsModule } from '../payments/payments.module.js';
import { InvoicePaymentsController } from './invoice-payments.controller.js';
import { InvoicedTopUps } from './invoiced-top-ups.js';
import { ScheduledTask } from './scheduled-task.js';
import { TopUpEngine } from './top-up-engine.js';
import { TopUpInvoices } from './top-up-invoices.js';
import { TopUpPauses } from './top-up-pauses.js';
import { TopUpPolicy } from './top-up-policy.js';
import { TopUpRepository } from './top-up-repository.js';
import { TopUpRulesService } from './top-up-rules.service.js';
import { TopUpSettlement } from './top-up-settlement.js';
import { TopUpViews } from './top-up-views.js';
import { SettingsModule } from '../settings/settings.module.js';
import { TopUpsController } from './top-ups.controller.js';
import { TopUpsService } from './top-ups.service.js';

/** Automatic and manual top-ups: one engine behind both APIs. */
@Module({
  imports: [CustomersModule, LedgerModule, PaymentsModule, SettingsModule],
  controllers: [TopUpsController, InvoicePaymentsController],
  providers: [
    InvoicedTopUps,
    ScheduledTask,
    TopUpEngine,
    TopUpInvoices,
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
export class TopUpsModule {}
