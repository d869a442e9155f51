import { defineEntity, p } from '@mikro-orm/core';
import { ROLE_NAMES } from '../roles.js';

const UserInvitationSchema = defineEntity({
  name: 'UserInvitation',
  tableName: 'user_invitation',
  properties: {
    id: p.text().primary(),
    tenantId: p.text(),
    /** Whose it is: trimmed and in lower case. */
    email: p.text(),
    role: p.enum(ROLE_NAMES).columnType('text'),
    /** SHA-256 of the token, hex. The token itself is shown once and never stored. */
    tokenHash: p.text(),
    /** `pending` also beyond its end: that is a matter of time, which nobody writes down. */
    invitationStatus: p.enum(['pending', 'accepted', 'revoked'] as const).columnType('text'),
    expiresAt: p.datetime(3),
    /** The user that it has become. */
    userId: p.text().nullable(),
    status: p.text(),
    createdAt: p.datetime(3),
    updatedAt: p.datetime(3),
    /** The user who invites; without one, the key. */
    createdBy: p.text(),
    updatedBy: p.text(),
  },
  indexes: [{ name: 'user_invitation_tenant_index', properties: ['tenantId', 'createdAt'] }],
  uniques: [
    { name: 'user_invitation_token_unique', properties: ['tokenHash'] },
    {
      name: 'user_invitation_email_unique',
      properties: ['tenantId', 'email'],
      where: "invitation_status = 'pending'",
    },
  ],
});

/** Lets whoever has its link become a user of the tenant, once. */
export class UserInvitation extends UserInvitationSchema.class {}
UserInvitationSchema.setClass(UserInvitation);
