import { Module } from '@nestjs/common';
import { LedgerModule } from '../ledger/ledger.module.js';
import { TopUpsModule } from '../top-ups/top-ups.module.js';
import { WalletsModule } from '../wallets/wallets.module.js';
import { DeliveryEngine } from './delivery-engine.js';
import { DeliveryQueue } from './delivery-queue.js';
import { EndpointsController } from './endpoints.controller.js';
import { EndpointsService } from './endpoints.service.js';
import { EventsController } from './events.controller.js';
import { EventsService } from './events.service.js';
import { Subscriptions } from './subscriptions.js';
import { WebhookPolicy } from './webhook-policy.js';
import { WebhookSender } from './webhook-sender.js';

/** Webhooks: what happens to wallets is told to whoever asked for it. */
@Module({
  imports: [LedgerModule, TopUpsModule, WalletsModule],
  controllers: [EndpointsController, EventsController],
  providers: [
    DeliveryEngine,
    DeliveryQueue,
    EndpointsService,
    EventsService,
    Subscriptions,
    WebhookPolicy,
    WebhookSender,
  ],
})
export class WebhooksModule {}
