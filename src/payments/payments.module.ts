import { Module } from '@nestjs/common';
import { SettingsModule } from '../settings/settings.module.js';
import { InvoicesController } from './invoices.controller.js';
import { InvoicesService } from './invoices.service.js';
import { PaymentProviders } from './payment-providers.js';
import { ProviderCustomers } from './provider-customers.js';
import { StripeClients } from './stripe/stripe-clients.js';
import { StripeConnectionsController } from './stripe/stripe-connections.controller.js';
import { StripeConnections } from './stripe/stripe-connections.js';
import { StripeRate } from './stripe/stripe-rate.js';

/** Taking money, and the papers about it. Knows no wallets. */
@Module({
  imports: [SettingsModule],
  controllers: [InvoicesController, StripeConnectionsController],
  providers: [PaymentProviders, ProviderCustomers, InvoicesService, StripeClients, StripeConnections, StripeRate],
  exports: [PaymentProviders, ProviderCustomers, InvoicesService],
})
export class PaymentsModule {}
