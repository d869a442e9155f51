import { defineEntity, p } from '@mikro-orm/core';

const IdempotencyKeySchema = defineEntity({
  name: 'IdempotencyKey',
  tableName: 'idempotency_key',
  properties: {
    tenantId: p.text().primary(),
    environmentId: p.text().primary(),
    key: p.text().primary(),
    /** Of the wallet that it was used for; null in rows of before wallets had one. */
    shard: p.smallint().nullable(),
    /** SHA-256 of method, route and canonical body. */
    requestHash: p.text(),
    /** Whether `body` is an answer or a refusal: both are replayed. */
    outcome: p.enum(['answer', 'refusal'] as const).columnType('text'),
    /** The first answer, JSON as it was given. */
    body: p.text(),
    createdAt: p.datetime(3),
  },
  indexes: [{ name: 'idempotency_key_created_index', properties: ['createdAt'] }],
});

/** The first answer to a client's key, kept 7 days. */
export class IdempotencyKey extends IdempotencyKeySchema.class {}
IdempotencyKeySchema.setClass(IdempotencyKey);
