import { defineEntity } from '@mikro-orm/core';

export const ACTOR_KINDS = ['key', 'user', 'operator', 'system', 'anonymous'] as const;
export type ActorKind = (typeof ACTOR_KINDS)[number];

const AuditEntrySchema = defineEntity({
  name: 'AuditEntry',
  tableName: 'audit_log',
  properties: (p) => ({
    id: p.text().primary(),
    tenantId: p.text(),
    /** Null: of the tenant as a whole. */
    environmentId: p.text().nullable(),
    /** The database's clock: those of processes differ. */
    at: p.datetime(3).defaultRaw('clock_timestamp()'),
    /** `<kind of target>.<verb>`. */
    action: p.text(),
    actorKind: p.enum(ACTOR_KINDS).columnType('text'),
    /** Names as they were then. */
    keyId: p.text().nullable(),
    keyName: p.text().nullable(),
    userId: p.text().nullable(),
    userEmail: p.text().nullable(),
    address: p.text(),
    userAgent: p.text(),
    requestId: p.text(),
    targetKind: p.text(),
    targetId: p.text(),
    /** What is different, by field; null where there was nothing, or is nothing any more. */
    before: p.json<Record<string, unknown>>().nullable(),
    after: p.json<Record<string, unknown>>().nullable(),
  }),
  // What lists may be narrowed by: each is read in order by an index of its own.
  indexes: [
    { name: 'audit_log_tenant_index', properties: ['tenantId', 'at', 'id'] },
    { name: 'audit_log_environment_id_index', properties: ['tenantId', 'environmentId', 'at', 'id'] },
    { name: 'audit_log_action_index', properties: ['tenantId', 'action', 'at', 'id'] },
    { name: 'audit_log_target_id_index', properties: ['tenantId', 'targetId', 'at', 'id'] },
    { name: 'audit_log_actor_kind_index', properties: ['tenantId', 'actorKind', 'at', 'id'] },
    { name: 'audit_log_key_id_index', properties: ['tenantId', 'keyId', 'at', 'id'] },
    { name: 'audit_log_user_id_index', properties: ['tenantId', 'userId', 'at', 'id'] },
  ],
  triggers: [
    {
      name: 'audit_log_append_only',
      timing: 'before',
      events: ['update', 'delete'],
      forEach: 'row',
      body: `raise exception 'the audit log is append-only' using errcode = 'restrict_violation'`,
    },
  ],
});

/** That somebody changed something: who, when, from where, and what it was before and after. */
export class AuditEntry extends AuditEntrySchema.class {}
AuditEntrySchema.setClass(AuditEntry);
