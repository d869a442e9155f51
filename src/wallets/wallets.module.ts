import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { CustomersModule } from '../customers/customers.module.js';
import { HttpModule } from '../http/http.module.js';
import { LedgerModule } from '../ledger/ledger.module.js';
import { PaymentsModule } from '../payments/payments.module.js';
import { SettingsModule } from '../settings/settings.module.js';
import { TopUpsModule } from '../top-ups/top-ups.module.js';
import { AlertPolicy } from './alert-policy.js';
import { AlertsController } from './alerts.controller.js';
import { AlertsService } from './alerts.service.js';
import { AnalyticsController } from './analytics/analytics.controller.js';
import { Attention } from './analytics/attention.service.js';
import { OverviewService } from './analytics/overview.service.js';
import { ReturnedFigures } from './analytics/returned-figures.service.js';
import { WalletCurves } from './analytics/wallet-curve.service.js';
import { BatchDebitsController } from './batch-debits.controller.js';
import { BatchDebitsService } from './batch-debits.service.js';
import { CustomerWalletsController } from './customer-wallets.controller.js';
import { CustomerUsageController } from './empty-lists/customer-usage.controller.js';
import { EMPTY_LIST_CONTROLLERS } from './empty-lists/empty-list-controllers.js';
import { UsageEventsController } from './empty-lists/usage-events.controller.js';
import { FindController } from './find/find.controller.js';
import { FindService } from './find/find.service.js';
import { HoldsController } from './holds.controller.js';
import { HoldsService } from './holds.service.js';
import { ReversalsController } from './reversals.controller.js';
import { ReversalsService } from './reversals.service.js';
import { ForecastService } from './history/forecast.service.js';
import { HistoryController } from './history/history.controller.js';
import { LotConsumptions } from './history/lot-consumptions.service.js';
import { LotsController } from './history/lots.controller.js';
import { LotsService } from './history/lots.service.js';
import { PastBalanceService } from './history/past-balance.service.js';
import { StatementController } from './history/statement.controller.js';
import { StatementService } from './history/statement.service.js';
import { TransactionDetailsController } from './history/transaction-details.controller.js';
import { TransactionDetailsService } from './history/transaction-details.service.js';
import { TransactionReader } from './transaction-reader.js';
import { Expansions } from './expansions.js';
import { PortalAccountController } from './portal/portal-account.controller.js';
import { PortalDoor } from './portal/portal-door.js';
import { PortalLooks } from './portal/portal-looks.service.js';
import { PortalSessionsController } from './portal/portal-sessions.controller.js';
import { PortalSessionsService } from './portal/portal-sessions.service.js';
import { PortalUsage } from './portal/portal-usage.service.js';
import { PortalController } from './portal/portal.controller.js';
import { TransactionsController } from './transactions.controller.js';
import { TransactionsService } from './transactions.service.js';
import { WalletCheckouts } from './wallet-checkouts.service.js';
import { WalletConversionsService } from './wallet-conversions.service.js';
import { WalletMovementsController } from './wallet-movements.controller.js';
import { WalletMovementsService } from './wallet-movements.service.js';
import { WalletReader } from './wallet-reader.js';
import { WalletsController } from './wallets.controller.js';
import { WalletsService } from './wallets.service.js';

/** The wallets API: a drop-in for Flexprice's. */
@Module({
  imports: [AuthModule, CustomersModule, HttpModule, LedgerModule, PaymentsModule, SettingsModule, TopUpsModule],
  controllers: [
    BatchDebitsController,
    // Before `customers/:id/wallets`, which would match a session for the external id `wallets`.
    PortalSessionsController,
    PortalController,
    PortalAccountController,
    TransactionsController,
    WalletsController,
    WalletMovementsController,
    CustomerWalletsController,
    AlertsController,
    HoldsController,
    ReversalsController,
    HistoryController,
    LotsController,
    AnalyticsController,
    FindController,
    StatementController,
    TransactionDetailsController,
    ...EMPTY_LIST_CONTROLLERS,
    UsageEventsController,
    CustomerUsageController,
  ],
  providers: [
    AlertPolicy,
    AlertsService,
    BatchDebitsService,
    HoldsService,
    ReversalsService,
    ForecastService,
    LotConsumptions,
    LotsService,
    Attention,
    FindService,
    OverviewService,
    ReturnedFigures,
    WalletCurves,
    PastBalanceService,
    StatementService,
    TransactionDetailsService,
    TransactionReader,
    Expansions,
    TransactionsService,
    WalletConversionsService,
    PortalDoor,
    PortalLooks,
    PortalSessionsService,
    PortalUsage,
    WalletCheckouts,
    WalletMovementsService,
    WalletReader,
    WalletsService,
  ],
  exports: [AlertPolicy, PortalLooks, PortalSessionsService],
})
export class WalletsModule {}
