import { Module } from '@nestjs/common';
import { CustomersModule } from '../customers/customers.module.js';
import { BalanceCurve } from './balance-curve.service.js';
import { BalanceHistoryService } from './balance-history.service.js';
import { DailyDebitsService } from './daily-debits.service.js';
import { DailyFigures } from './figures/daily-figures.service.js';
import { FigureFolds } from './figures/figure-folds.js';
import { LedgerStore } from './ledger-store.js';
import { LedgerSweeps } from './ledger-sweeps.js';
import { LedgerService } from './ledger.service.js';
import { RecentLots } from './recent-lots.js';
import { WalletOwners } from './wallet-owners.js';

/** The one place where credits move. No controller: both APIs come in through services. */
@Module({
  imports: [CustomersModule],
  providers: [
    LedgerService,
    LedgerStore,
    LedgerSweeps,
    BalanceCurve,
    BalanceHistoryService,
    DailyDebitsService,
    DailyFigures,
    FigureFolds,
    RecentLots,
    WalletOwners,
  ],
  exports: [
    LedgerService,
    LedgerSweeps,
    BalanceCurve,
    BalanceHistoryService,
    DailyDebitsService,
    DailyFigures,
    FigureFolds,
  ],
})
export class LedgerModule {}
