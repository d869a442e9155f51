import { Module } from '@nestjs/common';
import { BalanceHistoryService } from './balance-history.service.js';
import { BalancesService } from './balances.service.js';
import { LedgerStore } from './ledger-store.js';
import { LedgerSweeps } from './ledger-sweeps.js';
import { LedgerService } from './ledger.service.js';

/** The one place where credits move. No controller: both APIs come in through services. */
@Module({
  providers: [LedgerService, LedgerStore, LedgerSweeps, BalancesService, BalanceHistoryService],
  exports: [LedgerService, LedgerSweeps, BalancesService, BalanceHistoryService],
})
export class LedgerModule {}
