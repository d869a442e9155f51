import { Module } from '@nestjs/common';
import { EventsService } from './events.service.js';
import { StreamedEvents } from './stream/streamed-events.js';
import { Subscriptions } from './subscriptions.js';

/** What has happened, written down for whoever wants to be told. */
@Module({
  providers: [EventsService, StreamedEvents, Subscriptions],
  exports: [EventsService, StreamedEvents, Subscriptions],
})
export class EventsModule {}
