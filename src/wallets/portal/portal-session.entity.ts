import { defineEntity, p } from '@mikro-orm/core';

const PortalSessionSchema = defineEntity({
  name: 'PortalSession',
  tableName: 'portal_session',
  properties: {
    /** SHA-256 of the token, hex. The token itself is shown once and never stored. */
    tokenHash: p.text().primary(),
    tenantId: p.text(),
    environmentId: p.text(),
    customerId: p.text(),
    expiresAt: p.datetime(3),
    createdAt: p.datetime(3),
    /** The key that asked for it. */
    createdBy: p.text(),
  },
  indexes: [{ name: 'portal_session_expiry_index', properties: ['expiresAt'] }],
});

/** Lets one customer look at their own wallets for an hour. */
export class PortalSession extends PortalSessionSchema.class {}
PortalSessionSchema.setClass(PortalSession);
