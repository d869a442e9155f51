import { Module } from '@nestjs/common';
import { BalancesService } from './balances.service.js';
import { LedgerStore } from './ledger-store.js';
import { LedgerSweeps } from './ledger-sweeps.js';
import { LedgerService } from './ledger.service.js';

/** The one place where credits move. No controller: both APIs come in through services. */
@Module({
  providers: [LedgerService, LedgerStore, LedgerSweeps, BalancesService],
  exports: [LedgerService, LedgerSweeps, BalancesService],
})
export class LedgerModule {}
