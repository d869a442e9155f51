/** What is written down. A name that is here stays: rows have it for ever. */
export const AUDIT_ACTIONS = [
  'api_key.created',
  'api_key.revoked',
  'auto_topup.resumed',
  'billing_system.changed',
  'billing_system.removed',
  'coupon.created',
  'coupon.withdrawn',
  'environment.created',
  'environment.changed',
  'login.ended',
  'login.refused',
  'login.succeeded',
  'pack.created',
  'pack.changed',
  'setting.changed',
  'setting.reset',
  'stripe_connection.changed',
  'stripe_connection.removed',
  'tenant.created',
  'tenant.changed',
  'user.created',
  'user.changed',
  'user.password_changed',
  'user_invitation.created',
  'user_invitation.changed',
  'webhook_endpoint.created',
  'webhook_endpoint.changed',
  'webhook_endpoint.deleted',
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/**
 * The fields of entities that the log shows, by kind of target. Listed, not filtered: what is not here, a hash, a secret,
 * a sealed key, has no way into a row that nobody can delete.
 */
export const AUDITED_FIELDS = {
  api_key: ['name', 'type', 'displayId', 'customerId', 'userId', 'scopes', 'expiresAt', 'revokedAt', 'status'],
  billing_system: ['url'],
  coupon: [
    'name',
    'percentOff',
    'amountOffMinor',
    'currency',
    'packIds',
    'maxRedemptions',
    'maxPerAccount',
    'validFrom',
    'validUntil',
    'withdrawnAt',
  ],
  environment: ['name', 'type', 'status'],
  pack: ['name', 'priceMinor', 'currency', 'packAmount', 'withdrawnAt'],
  stripe_connection: ['statementDescriptorSuffix', 'sendReceipts'],
  tenant: ['name', 'tenantStatus', 'metadata', 'billingDetails'],
  user: ['email', 'name', 'role', 'status'],
  user_invitation: ['email', 'role', 'invitationStatus', 'expiresAt', 'userId'],
  webhook_endpoint: ['url', 'eventTypes', 'description', 'endpointStatus', 'disabledReason', 'status'],
} as const satisfies Record<string, readonly string[]>;
export type AuditedKind = keyof typeof AUDITED_FIELDS;

/** Actions on entities: `<kind>.<verb>`. */
export type EntityAction = Extract<AuditAction, `${AuditedKind}.${string}`>;

export function kindOf(action: EntityAction): AuditedKind {
  return action.slice(0, action.indexOf('.')) as AuditedKind;
}
