import { Module } from '@nestjs/common';
import { CustomersModule } from '../customers/customers.module.js';
import { EventsModule } from '../events/events.module.js';
import { LedgerModule } from '../ledger/ledger.module.js';
import { PaymentsModule } from '../payments/payments.module.js';
import { CardNotices } from './cards/card-notices.js';
import { CheckoutPages } from './checkouts/checkout-pages.js';
import { ConfirmationLinks } from './confirmations/confirmation-links.js';
import { ConfirmationsController } from './confirmations/confirmations.controller.js';
import { Confirmations } from './confirmations/confirmations.service.js';
import { InvoiceListsController } from './papers/invoice-lists.controller.js';
import { InvoiceLists } from './papers/invoice-lists.service.js';
import { NotOfferedController } from './papers/not-offered.controller.js';
import { PaymentLists } from './papers/payment-lists.service.js';
import { PaymentsController } from './papers/payments.controller.js';
import { InvoicePaymentsController } from './purchases/invoice-payments.controller.js';
import { InvoicePayments } from './purchases/invoice-payments.service.js';
import { InvoicePolicy } from './purchases/invoice-policy.js';
import { DeclineCounts } from './purchases/decline-counts.js';
import { InvoicedTopUps } from './purchases/invoiced-top-ups.js';
import { DisputeBook } from './refunds/dispute-book.js';
import { RefundBook } from './refunds/refund-book.js';
import { RefundEngine } from './refunds/refund-engine.js';
import { RefundQueue } from './refunds/refund-queue.js';
import { RefundsController } from './refunds/refunds.controller.js';
import { RefundsService } from './refunds/refunds.service.js';
import { ScheduledTask } from './schedule/scheduled-task.js';
import { PaymentNews } from './purchases/payment-news.js';
import { TopUpCards } from './purchases/top-up-cards.js';
import { TopUpCourse } from './purchases/top-up-course.js';
import { TopUpEnding } from './purchases/top-up-ending.js';
import { TopUpEngine } from './purchases/top-up-engine.js';
import { TopUpInvoices } from './purchases/top-up-invoices.js';
import { DailyReconciliation } from './reconciliation/daily-reconciliation.js';
import { Reconciler } from './reconciliation/reconciler.js';
import { ReconciliationController } from './reconciliation/reconciliation.controller.js';
import { Reconciliation } from './reconciliation/reconciliation.service.js';
import { ReconciliationDifferences } from './reconciliation/reconciliation-differences.js';
import { ReconciliationFigures } from './reconciliation/reconciliation-figures.js';
import { ReconciliationRows } from './reconciliation/reconciliation-rows.js';
import { ReconciliationRuns } from './reconciliation/reconciliation-runs.js';
import { Repairs } from './reconciliation/repairs.js';
import { ReturnedMoney } from './reconciliation/returned-money.js';
import { CardsOnFile } from './rules/cards-on-file.js';
import { TopUpPolicy } from './rules/top-up-policy.js';
import { TopUpQueue } from './purchases/top-up-queue.js';
import { TopUpRulesService } from './rules/top-up-rules.service.js';
import { TopUpSettlement } from './purchases/settlement.js';
import { TopUpReads } from './purchases/top-up-reads.js';
import { TopUpSteps } from './purchases/top-up-steps.js';
import { SettingsModule } from '../settings/settings.module.js';
import { TopUpsController } from './purchases/top-ups.controller.js';
import { TopUpsService } from './purchases/top-ups.service.js';

/** Automatic and manual top-ups: one engine behind both APIs. */
@Module({
  imports: [CustomersModule, EventsModule, LedgerModule, PaymentsModule, SettingsModule],
  controllers: [
    TopUpsController,
    InvoicePaymentsController,
    InvoiceListsController,
    PaymentsController,
    NotOfferedController,
    RefundsController,
    ConfirmationsController,
    ReconciliationController,
  ],
  providers: [
    CheckoutPages,
    ConfirmationLinks,
    Confirmations,
    DailyReconciliation,
    DeclineCounts,
    Reconciler,
    Reconciliation,
    ReconciliationDifferences,
    ReconciliationFigures,
    ReconciliationRows,
    ReconciliationRuns,
    Repairs,
    ReturnedMoney,
    InvoicedTopUps,
    InvoiceLists,
    InvoicePayments,
    InvoicePolicy,
    PaymentLists,
    PaymentNews,
    ScheduledTask,
    TopUpCards,
    TopUpCourse,
    TopUpEnding,
    TopUpEngine,
    TopUpInvoices,
    CardNotices,
    CardsOnFile,
    DisputeBook,
    RefundBook,
    RefundEngine,
    RefundQueue,
    RefundsService,
    TopUpPolicy,
    TopUpQueue,
    TopUpRulesService,
    TopUpSettlement,
    TopUpsService,
    TopUpReads,
    TopUpSteps,
  ],
  exports: [
    DeclineCounts,
    InvoiceLists,
    RefundEngine,
    ScheduledTask,
    TopUpEngine,
    TopUpPolicy,
    TopUpQueue,
    TopUpReads,
    TopUpRulesService,
    TopUpsService,
  ],
})
export class TopUpsModule {}
