import { defineEntity, p } from '@mikro-orm/core';

const ProviderEventSchema = defineEntity({
  name: 'ProviderEvent',
  tableName: 'provider_event',
  properties: {
    environmentId: p.text().primary(),
    /** The provider's id of the event. */
    id: p.text().primary(),
    tenantId: p.text(),
    eventType: p.text(),
    subjectKind: p.enum(['payment', 'setup', 'returns', 'card'] as const).columnType('text'),
    /** The provider's id of what the event is about. */
    subjectRef: p.text(),
    /** `pending` until its work is committed; `failed` was tried too often. */
    eventStatus: p.enum(['pending', 'done', 'failed'] as const).columnType('text'),
    attempts: p.integer(),
    /** When it is taken up: also the end of the lease of whoever works on it now. */
    nextAttemptAt: p.datetime(3),
    receivedAt: p.datetime(3),
  },
  indexes: [
    {
      name: 'provider_event_due_index',
      properties: ['environmentId', 'nextAttemptAt'],
      where: "event_status = 'pending'",
    },
    { name: 'provider_event_received_index', properties: ['receivedAt'] },
  ],
});

/** An event that a payment provider has told of. Its id is kept, so that it is worked on once however often it comes. */
export class ProviderEvent extends ProviderEventSchema.class {}
ProviderEventSchema.setClass(ProviderEvent);
