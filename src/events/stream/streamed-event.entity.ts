import { defineEntity, p } from '@mikro-orm/core';

const StreamedEventSchema = defineEntity({
  name: 'StreamedEvent',
  tableName: 'streamed_event',
  properties: {
    shard: p.smallint().primary(),
    environmentId: p.text().primary(),
    /** The number of the transaction that wrote it: events are read once all with lower ones have ended. */
    streamOrder: p.bigint('number').primary(),
    /** Sorts as things happened. */
    id: p.text().primary(),
    tenantId: p.text(),
    customerId: p.text(),
    walletId: p.text(),
    eventType: p.text(),
    /** JSON as text. */
    body: p.text(),
    createdAt: p.datetime(3),
  },
  indexes: [
    { name: 'streamed_event_order_index', properties: ['environmentId', 'streamOrder', 'id'] },
    { name: 'streamed_event_created_index', properties: ['createdAt'] },
  ],
  checks: [{ name: 'streamed_event_shard_check', expression: 'shard = shard_of(wallet_id)' }],
});

/** Something that happened in an environment that somebody is looking at, for some minutes. */
export class StreamedEvent extends StreamedEventSchema.class {}
StreamedEventSchema.setClass(StreamedEvent);

const EventListenerSchema = defineEntity({
  name: 'EventListener',
  tableName: 'event_listener',
  properties: {
    environmentId: p.text().primary(),
    tenantId: p.text(),
    /** From when on, without a gap, somebody has listened. */
    since: p.datetime(3),
    /** Whoever listens says so again before. */
    until: p.datetime(3),
  },
});

/** That somebody looks at what happens in an environment, in some process: what happens there is written down for them. */
export class EventListener extends EventListenerSchema.class {}
EventListenerSchema.setClass(EventListener);
