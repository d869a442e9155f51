import { defineEntity, p } from '@mikro-orm/core';

const ApiKeySchema = defineEntity({
  name: 'ApiKey',
  tableName: 'api_key',
  properties: {
    id: p.text().primary(),
    tenantId: p.text(),
    environmentId: p.text(),
    /** The one customer of an account key; null for a server key. */
    customerId: p.text().nullable(),
    /** The user who got it by logging in; null for every other key. */
    userId: p.text().nullable(),
    name: p.text(),
    type: p.enum(['private_key', 'publishable_key'] as const).columnType('text'),
    /** SHA-256 of the key, hex. The key itself is shown once and never stored. */
    keyHash: p.text(),
    displayId: p.text(),
    /** Null: all that its kind of key may. */
    scopes: p.array().nullable(),
    expiresAt: p.datetime(3).nullable(),
    /** When it was taken back; its record status is then `deleted`. */
    revokedAt: p.datetime(3).nullable(),
    /** To the minute. */
    lastUsedAt: p.datetime(3).nullable(),
    status: p.text(),
    createdAt: p.datetime(3),
    updatedAt: p.datetime(3),
    createdBy: p.text(),
    updatedBy: p.text(),
  },
  indexes: [
    { name: 'api_key_scope_index', properties: ['tenantId', 'environmentId', 'createdAt'] },
    {
      name: 'api_key_user_index',
      properties: ['userId', 'expiresAt'],
      where: "user_id is not null and status = 'published'",
    },
    { name: 'api_key_maker_index', properties: ['createdBy'] },
    {
      name: 'api_key_beginning_index',
      columns: [{ name: 'tenant_id' }, { name: 'environment_id' }, { name: 'display_id', collation: 'C' }],
      where: "status = 'published' and user_id is null",
    },
  ],
  uniques: [{ name: 'api_key_hash_unique', properties: ['keyHash'] }],
});

/** What a client shows to be let in. */
export class ApiKey extends ApiKeySchema.class {}
ApiKeySchema.setClass(ApiKey);

/** Keys that let somebody in: neither revoked nor past their end. */
export function liveKeys(now: Date) {
  return { status: 'published', $or: [{ expiresAt: null }, { expiresAt: { $gt: now } }] };
}
