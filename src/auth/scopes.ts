/** What a key may do. A route asks for exactly one. */
export const SCOPE_NAMES = [
  'customers:read',
  'customers:write',
  'wallets:read',
  'wallets:write',
  'packs:read',
  'packs:write',
  'settings:read',
  'settings:write',
  'webhooks:read',
  'webhooks:write',
  'keys:write',
  'tenant:read',
  'tenant:write',
  'account:read',
  'account:write',
] as const;
export type ScopeName = (typeof SCOPE_NAMES)[number];

export type KeyType = 'private_key' | 'publishable_key';

/** All that an account key can ever do: a customer's own account, and looking at what is on sale. */
export const ACCOUNT_SCOPES: readonly ScopeName[] = ['account:read', 'account:write', 'packs:read'];
/** A publishable key is in every visitor's browser: it sees what is on sale, nothing else. */
export const PUBLISHABLE_SCOPES: readonly ScopeName[] = ['packs:read'];

/** The scopes that a kind of key has when nothing else was asked for, and cannot go beyond. */
export function scopeLimitOf(key: { type: KeyType; customerId: string | null }): readonly ScopeName[] {
  if (key.type === 'publishable_key') return PUBLISHABLE_SCOPES;
  return key.customerId === null ? SCOPE_NAMES : ACCOUNT_SCOPES;
}

/** What a stored key may do. Null stands for all that its kind may, also what later versions add. */
export function scopesOf(key: {
  type: KeyType;
  customerId: string | null;
  scopes: string[] | null;
}): ReadonlySet<ScopeName> {
  const limit = scopeLimitOf(key);
  return new Set(key.scopes === null ? limit : limit.filter((scope) => key.scopes?.includes(scope)));
}
