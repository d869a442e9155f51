import { defineEntity, p } from '@mikro-orm/core';

/** `view`: looks. `manage`: buys, agrees to automatic top-up and changes the card as well. */
export const PORTAL_RIGHTS = ['view', 'manage'] as const;
export type PortalRights = (typeof PORTAL_RIGHTS)[number];

const PortalSessionSchema = defineEntity({
  name: 'PortalSession',
  tableName: 'portal_session',
  properties: {
    /** SHA-256 of the token, hex. The token itself is shown once and never stored. */
    tokenHash: p.text().primary(),
    /** For whoever started it to end it by; null where a process of an older version did. */
    id: p.text().nullable(),
    tenantId: p.text(),
    environmentId: p.text(),
    customerId: p.text(),
    rights: p.enum(PORTAL_RIGHTS).columnType('text').default('view'),
    expiresAt: p.datetime(3),
    createdAt: p.datetime(3),
    /** The key that asked for it: the session is good only while the key is. */
    createdBy: p.text(),
  },
  indexes: [
    { name: 'portal_session_expiry_index', properties: ['expiresAt'] },
    { name: 'portal_session_customer_index', properties: ['customerId'] },
  ],
  uniques: [{ name: 'portal_session_id_unique', properties: ['id'] }],
});

/** Lets one customer look after their own wallets for an hour, and no longer than the key is good that started it. */
export class PortalSession extends PortalSessionSchema.class {}
PortalSessionSchema.setClass(PortalSession);
