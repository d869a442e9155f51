import { defineEntity } from '@mikro-orm/core';

const AppUserSchema = defineEntity({
  name: 'AppUser',
  tableName: 'app_user',
  properties: (p) => ({
    id: p.text().primary(),
    tenantId: p.text(),
    /** Trimmed and in lower case. One user of it in the whole installation: a login names no tenant. */
    email: p.text(),
    /** scrypt, with its parameters and its salt. The password itself is never stored. */
    passwordHash: p.text(),
    status: p.text(),
    createdAt: p.datetime(3),
    updatedAt: p.datetime(3),
    createdBy: p.text(),
    updatedBy: p.text(),
  }),
  uniques: [{ name: 'app_user_email_unique', properties: ['email'] }],
});

/** A person who logs in with a password, and then acts for the tenant with a key of a day. */
export class AppUser extends AppUserSchema.class {}
AppUserSchema.setClass(AppUser);
