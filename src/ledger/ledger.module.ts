import { Module } from '@nestjs/common';
import { CustomersModule } from '../customers/customers.module.js';
import { BalanceHistoryService } from './balance-history.service.js';
import { BalancesService } from './balances.service.js';
import { DailyDebitsService } from './daily-debits.service.js';
import { LedgerStore } from './ledger-store.js';
import { LedgerSweeps } from './ledger-sweeps.js';
import { LedgerService } from './ledger.service.js';
import { WalletOwners } from './wallet-owners.js';

/** The one place where credits move. No controller: both APIs come in through services. */
@Module({
  imports: [CustomersModule],
  providers: [
    LedgerService,
    LedgerStore,
    LedgerSweeps,
    BalancesService,
    BalanceHistoryService,
    DailyDebitsService,
    WalletOwners,
  ],
  exports: [LedgerService, LedgerSweeps, BalancesService, BalanceHistoryService, DailyDebitsService],
})
export class LedgerModule {}
