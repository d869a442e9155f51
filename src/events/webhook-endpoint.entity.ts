import { defineEntity, p } from '@mikro-orm/core';

const WebhookEndpointSchema = defineEntity({
  name: 'WebhookEndpoint',
  tableName: 'webhook_endpoint',
  properties: {
    id: p.text().primary(),
    tenantId: p.text(),
    environmentId: p.text(),
    url: p.text(),
    description: p.text(),
    /** Null: all, also those that later versions add. */
    eventTypes: p.array().nullable(),
    /**
     * `EndpointSecrets` as JSON, sealed for this endpoint: a hash could not sign. `whsec_…` as it is in rows of before
     * secrets were sealed, until a process starts, or an hour has passed.
     */
    sealedSecrets: p.text().name('secret'),
    endpointStatus: p.enum(['enabled', 'disabled'] as const).columnType('text'),
    /** Why it is disabled; empty while it is enabled. */
    disabledReason: p.text(),
    status: p.text(),
    createdAt: p.datetime(3),
    updatedAt: p.datetime(3),
    createdBy: p.text(),
    updatedBy: p.text(),
  },
  indexes: [
    {
      name: 'webhook_endpoint_environment_index',
      properties: ['environmentId', 'tenantId', 'createdAt'],
      where: "status = 'published'",
    },
  ],
});

/** Where the events of an environment are sent. */
export class WebhookEndpoint extends WebhookEndpointSchema.class {}
WebhookEndpointSchema.setClass(WebhookEndpoint);
