import { defineEntity, p } from '@mikro-orm/core';

const WebhookEventSchema = defineEntity({
  name: 'WebhookEvent',
  tableName: 'webhook_event',
  properties: {
    shard: p.smallint().primary(),
    id: p.text().primary(),
    tenantId: p.text(),
    environmentId: p.text(),
    customerId: p.text(),
    walletId: p.text(),
    eventType: p.text(),
    /** JSON as text: every attempt signs and sends the same bytes. */
    body: p.text(),
    createdAt: p.datetime(3),
  },
  indexes: [
    { name: 'webhook_event_scope_index', properties: ['tenantId', 'environmentId', 'createdAt', 'id'] },
    // Sorts by time, too.
    { name: 'webhook_event_id_index', properties: ['id'] },
  ],
  checks: [{ name: 'webhook_event_shard_check', expression: 'shard = shard_of(wallet_id)' }],
});

/** Something that happened, stored in the commit that made it happen: the outbox. */
export class WebhookEvent extends WebhookEventSchema.class {}
WebhookEventSchema.setClass(WebhookEvent);

export const DELIVERY_STATUSES = ['pending', 'delivered', 'failed'] as const;

const WebhookDeliverySchema = defineEntity({
  name: 'WebhookDelivery',
  tableName: 'webhook_delivery',
  properties: {
    /** Of the event. */
    shard: p.smallint().primary(),
    eventId: p.text().primary(),
    endpointId: p.text().primary(),
    deliveryStatus: p.enum(DELIVERY_STATUSES).columnType('text'),
    /** How often it was tried, the attempt that is under way included. */
    attempts: p.integer(),
    /** When it is tried next; while it is being sent, the end of the lease. */
    nextAttemptAt: p.datetime(3),
    /** Set while a process is sending it; after this that process is taken for crashed. */
    leasedUntil: p.datetime(3).nullable(),
    lastAttemptAt: p.datetime(3).nullable(),
    /** Null when there was no answer. */
    lastStatusCode: p.integer().nullable(),
    /** The beginning of the last answer. */
    lastResponse: p.text(),
    lastError: p.text(),
  },
  indexes: [
    {
      name: 'webhook_delivery_due_index',
      properties: ['endpointId', 'nextAttemptAt'],
      where: "delivery_status = 'pending'",
    },
  ],
});

/** How the sending of an event to an endpoint stands. */
export class WebhookDelivery extends WebhookDeliverySchema.class {}
WebhookDeliverySchema.setClass(WebhookDelivery);
