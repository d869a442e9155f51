import { Module } from '@nestjs/common';
import { AuthModule } from '../../auth/auth.module.js';
import { CreditsModule } from '../../credits/credits.module.js';
import { CustomersModule } from '../../customers/customers.module.js';
import { LedgerModule } from '../../ledger/ledger.module.js';
import { Demo } from './demo.service.js';

/** Demo data for a first start in development. */
@Module({
  imports: [AuthModule, CustomersModule, LedgerModule, CreditsModule],
  providers: [Demo],
})
export class DemoModule {}
