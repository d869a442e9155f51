import { defineEntity, p } from '@mikro-orm/core';

const ConsoleSessionSchema = defineEntity({
  name: 'ConsoleSession',
  tableName: 'console_session',
  properties: {
    /** SHA-256 of the cookie's token, hex. The token itself is in one browser and never stored. */
    tokenHash: p.text().primary(),
    tenantId: p.text(),
    /** Of the key whose rights it has: it lets nobody in for longer than that does. */
    keyHash: p.text(),
    /** Whether the key was made for it by a log-in, and ends with it; otherwise it is one that was shown. */
    isLogin: p.boolean(),
    expiresAt: p.datetime(3),
    createdAt: p.datetime(3),
  },
  indexes: [{ name: 'console_session_expiry_index', properties: ['expiresAt'] }],
});

/** Lets a browser act with a key that it does not know. */
export class ConsoleSession extends ConsoleSessionSchema.class {}
ConsoleSessionSchema.setClass(ConsoleSession);
