import { Module } from '@nestjs/common';
import { SettingsModule } from '../settings/settings.module.js';
import { InvoicesController } from './invoices.controller.js';
import { InvoicesService } from './invoices.service.js';
import { PaymentProviders } from './payment-providers.js';

/** Taking money, and the papers about it. Knows no wallets. */
@Module({
  imports: [SettingsModule],
  controllers: [InvoicesController],
  providers: [PaymentProviders, InvoicesService],
  exports: [PaymentProviders, InvoicesService],
})
export class PaymentsModule {}
