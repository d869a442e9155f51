import { defineEntity, p } from '@mikro-orm/core';
import { ROLE_NAMES } from '../roles.js';

/** The token of a log-in is its user, whatever it is called as a key. */
const AUTHORS = `
  select u.id, u.tenant_id, null::text as environment_id, u.id as user_id, 'user' as kind, u.email, u.name, u.role,
    'private_key' as key_type, null::text as customer_id, null::text[] as scopes, u.status, u.created_at, u.updated_at
  from app_user u
  union all
  select k.id, k.tenant_id, k.environment_id, k.user_id, case when u.id is null then 'service_account' else 'user' end,
    coalesce(u.email, ''), coalesce(u.name, k.name), u.role, k.type, k.customer_id, k.scopes, k.status, k.created_at,
    k.updated_at
  from api_key k left join app_user u on u.id = k.user_id and u.tenant_id = k.tenant_id`;

const AuthorRowSchema = defineEntity({
  name: 'AuthorRow',
  expression: AUTHORS,
  properties: {
    /** As `created_by` has it: of a user, or of a key. */
    id: p.text(),
    tenantId: p.text(),
    /** Of a key; null for a user, who is the tenant's. */
    environmentId: p.text().nullable(),
    /** The user, also of a key that is the token of a log-in; null for every other key. */
    userId: p.text().nullable(),
    kind: p.enum(['user', 'service_account'] as const).columnType('text'),
    /** Empty for a key without a user. */
    email: p.text(),
    /** What the user calls themselves, perhaps nothing; without a user, what the key is called. */
    name: p.text(),
    role: p.enum(ROLE_NAMES).columnType('text').nullable(),
    keyType: p.enum(['private_key', 'publishable_key'] as const).columnType('text'),
    customerId: p.text().nullable(),
    /** Null: all that its kind of key may. */
    scopes: p.array().nullable(),
    status: p.text(),
    createdAt: p.datetime(3),
    updatedAt: p.datetime(3),
  },
});

/** Whoever may stand in `created_by` and `updated_by`: users and API keys, those that are gone too. Read only. */
export class AuthorRow extends AuthorRowSchema.class {}
AuthorRowSchema.setClass(AuthorRow);
