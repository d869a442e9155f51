import { Module } from '@nestjs/common';
import { CustomersModule } from '../customers/customers.module.js';
import { LedgerModule } from '../ledger/ledger.module.js';
import { SettingsModule } from '../settings/settings.module.js';
import { TopUpsModule } from '../top-ups/top-ups.module.js';
import { AlertPolicy } from './alert-policy.js';
import { AlertsController } from './alerts.controller.js';
import { AlertsService } from './alerts.service.js';
import { CustomerWalletsController } from './customer-wallets.controller.js';
import { Expansions } from './expansions.js';
import { PortalSessionsController } from './portal/portal-sessions.controller.js';
import { PortalSessionsService } from './portal/portal-sessions.service.js';
import { PortalController } from './portal/portal.controller.js';
import { TransactionsController } from './transactions.controller.js';
import { TransactionsService } from './transactions.service.js';
import { WalletConversionsService } from './wallet-conversions.service.js';
import { WalletMovementsController } from './wallet-movements.controller.js';
import { WalletMovementsService } from './wallet-movements.service.js';
import { WalletsController } from './wallets.controller.js';
import { WalletsService } from './wallets.service.js';

/** The wallets API: a drop-in for Flexprice's. */
@Module({
  imports: [CustomersModule, LedgerModule, SettingsModule, TopUpsModule],
  controllers: [
    // Before `customers/:id/wallets`, which would match a session for the external id `wallets`.
    PortalSessionsController,
    PortalController,
    TransactionsController,
    WalletsController,
    WalletMovementsController,
    CustomerWalletsController,
    AlertsController,
  ],
  providers: [
    AlertPolicy,
    AlertsService,
    Expansions,
    TransactionsService,
    WalletConversionsService,
    WalletMovementsService,
    WalletsService,
    PortalSessionsService,
  ],
})
export class WalletsModule {}
