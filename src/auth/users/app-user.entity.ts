import { defineEntity, p } from '@mikro-orm/core';
import { ROLE_NAMES } from '../roles.js';

/** The index that decides who has an address. */
export const EMAIL_UNIQUE = 'app_user_email_unique';

const AppUserSchema = defineEntity({
  name: 'AppUser',
  tableName: 'app_user',
  properties: {
    id: p.text().primary(),
    tenantId: p.text(),
    /** Trimmed and in lower case. One user of it in the whole installation: a login names no tenant. */
    email: p.text(),
    /** scrypt, with its parameters and its salt. The password itself is never stored. */
    passwordHash: p.text(),
    /** What they call themselves; empty where they have not said. */
    name: p.text().default(''),
    /** What their tokens may do: these have its scopes, and get others in the commit that changes it. */
    role: p.enum(ROLE_NAMES).columnType('text').default('owner'),
    status: p.text(),
    createdAt: p.datetime(3),
    updatedAt: p.datetime(3),
    createdBy: p.text(),
    updatedBy: p.text(),
  },
  indexes: [{ name: 'app_user_tenant_index', properties: ['tenantId', 'createdAt'], where: "status = 'published'" }],
  // One who was removed leaves the address to another.
  uniques: [{ name: EMAIL_UNIQUE, properties: ['email'], where: "status = 'published'" }],
});

/** A person who logs in with a password, and then acts for the tenant, as their role allows, with a key of a day. */
export class AppUser extends AppUserSchema.class {}
AppUserSchema.setClass(AppUser);
