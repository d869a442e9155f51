import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { EventsModule } from '../events/events.module.js';
import { OutboundModule } from '../http/outbound/outbound.module.js';
import { LedgerModule } from '../ledger/ledger.module.js';
import { SettingsModule } from '../settings/settings.module.js';
import { TopUpsModule } from '../top-ups/top-ups.module.js';
import { WalletsModule } from '../wallets/wallets.module.js';
import { DeliveryEngine } from './delivery-engine.js';
import { DeliveryQueue } from './delivery-queue.js';
import { SealedEndpointSecrets } from './endpoint-secrets.js';
import { EndpointsController } from './endpoints.controller.js';
import { EndpointsService } from './endpoints.service.js';
import { EventsController } from './events.controller.js';
import { DeliveriesService } from './deliveries.service.js';
import { EventFeeds } from './stream/event-feeds.js';
import { EventStreamController } from './stream/event-stream.controller.js';
import { EventStreams } from './stream/event-streams.js';
import { WebhookPolicy } from './webhook-policy.js';
import { WebhookSender } from './webhook-sender.js';

/** Webhooks: what happens to wallets is told to whoever asked for it. */
@Module({
  imports: [AuthModule, EventsModule, LedgerModule, OutboundModule, SettingsModule, TopUpsModule, WalletsModule],
  controllers: [EndpointsController, EventsController, EventStreamController],
  providers: [
    DeliveriesService,
    DeliveryEngine,
    DeliveryQueue,
    EndpointsService,
    EventFeeds,
    EventStreams,
    SealedEndpointSecrets,
    WebhookPolicy,
    WebhookSender,
  ],
})
export class WebhooksModule {}
