import { getSchemaPath, type OpenAPIObject } from '@nestjs/swagger';
import { EVENTS, type EventType } from './event-types.js';

type Webhooks = NonNullable<OpenAPIObject['webhooks']>;

/** The classes of the bodies, for the schemas of the OpenAPI document. */
export const EVENT_BODIES = [...new Set(Object.values(EVENTS).map(({ body }) => body))];

const HEADERS: Record<string, string> = {
  'webhook-id': 'The event’s id, the same in every attempt: drop one that you have had.',
  'webhook-timestamp': 'When this attempt was made, in seconds since 1970.',
  'webhook-signature': 'Of id, timestamp and body, as Standard Webhooks says: `v1,` and an HMAC-SHA-256 in Base64.',
};

/** `webhooks` of the OpenAPI document: what is sent to endpoints, by event type. */
export function describeEvents(): Webhooks {
  const types = Object.keys(EVENTS) as EventType[];
  return Object.fromEntries(types.map((type) => [type, { post: describeEvent(type) }]));
}

function describeEvent(type: EventType) {
  const { when, body } = EVENTS[type];
  return {
    operationId: `webhook_${type.replaceAll('.', '_')}`,
    tags: ['Webhooks'],
    summary: when,
    parameters: Object.entries(HEADERS).map(([name, description]) => ({
      name,
      in: 'header' as const,
      required: true,
      description,
      schema: { type: 'string' },
    })),
    requestBody: {
      required: true,
      content: {
        'application/json': {
          schema: {
            allOf: [
              {
                type: 'object',
                required: ['event_type'],
                properties: { event_type: { type: 'string', enum: [type] } },
              },
              { $ref: getSchemaPath(body) },
            ],
          },
        },
      },
    },
    responses: {
      '2XX': { description: 'It has come. Anything else, and no answer within 10 s, is tried again.' },
      '410': { description: 'It is not wanted any more: the endpoint is disabled.' },
    },
    security: [],
  };
}
