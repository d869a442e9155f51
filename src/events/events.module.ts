import { Module } from '@nestjs/common';
import { EventsService } from './events.service.js';
import { Subscriptions } from './subscriptions.js';

/** What has happened, written down for whoever wants to be told. */
@Module({ providers: [EventsService, Subscriptions], exports: [EventsService, Subscriptions] })
export class EventsModule {}
