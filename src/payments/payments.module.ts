import { Module } from '@nestjs/common';
import { OutboundModule } from '../http/outbound/outbound.module.js';
import { SettingsModule } from '../settings/settings.module.js';
import { BillingConnectionsController } from './billing-system/billing-connections.controller.js';
import { BillingConnections } from './billing-system/billing-connections.js';
import { BillingEventsController } from './billing-system/billing-events.controller.js';
import { BillingEventsService } from './billing-system/billing-events.service.js';
import { BillingSystemApi } from './billing-system/billing-system-api.js';
import { InvoicePdfs } from './invoice-pdf/invoice-pdfs.js';
import { InvoicesController } from './invoices.controller.js';
import { InvoicesService } from './invoices.service.js';
import { PaymentProviders } from './payment-providers.js';
import { ProviderCustomers } from './provider-customers.js';
import { EventEngine } from './stripe/event-engine.js';
import { EventQueue } from './stripe/event-queue.js';
import { StripeClients } from './stripe/stripe-clients.js';
import { StripeConnectionsController } from './stripe/stripe-connections.controller.js';
import { StripeConnections } from './stripe/stripe-connections.js';
import { StripeEventsController } from './stripe/stripe-events.controller.js';
import { StripeEventsService } from './stripe/stripe-events.service.js';
import { StripeRate } from './stripe/stripe-rate.js';

/** Taking money, and the papers about it. Knows no wallets. */
@Module({
  imports: [OutboundModule, SettingsModule],
  controllers: [
    BillingConnectionsController,
    BillingEventsController,
    InvoicesController,
    StripeConnectionsController,
    StripeEventsController,
  ],
  providers: [
    BillingConnections,
    BillingEventsService,
    BillingSystemApi,
    EventEngine,
    EventQueue,
    InvoicePdfs,
    InvoicesService,
    PaymentProviders,
    ProviderCustomers,
    StripeClients,
    StripeConnections,
    StripeEventsService,
    StripeRate,
  ],
  exports: [EventEngine, InvoicePdfs, InvoicesService, PaymentProviders, ProviderCustomers],
})
export class PaymentsModule {}
