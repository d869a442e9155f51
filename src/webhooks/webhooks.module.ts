import { Module } from '@nestjs/common';
import { EventsModule } from '../events/events.module.js';
import { OutboundModule } from '../http/outbound/outbound.module.js';
import { LedgerModule } from '../ledger/ledger.module.js';
import { TopUpsModule } from '../top-ups/top-ups.module.js';
import { WalletsModule } from '../wallets/wallets.module.js';
import { DeliveryEngine } from './delivery-engine.js';
import { DeliveryQueue } from './delivery-queue.js';
import { EndpointsController } from './endpoints.controller.js';
import { EndpointsService } from './endpoints.service.js';
import { EventsController } from './events.controller.js';
import { DeliveriesService } from './deliveries.service.js';
import { WebhookPolicy } from './webhook-policy.js';
import { WebhookSender } from './webhook-sender.js';

/** Webhooks: what happens to wallets is told to whoever asked for it. */
@Module({
  imports: [EventsModule, LedgerModule, OutboundModule, TopUpsModule, WalletsModule],
  controllers: [EndpointsController, EventsController],
  providers: [DeliveryEngine, DeliveryQueue, EndpointsService, DeliveriesService, WebhookPolicy, WebhookSender],
})
export class WebhooksModule {}
