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
  'users:read',
  'users:write',
  'audit:read',
  'account:read',
  'account:write',
  'holds:write',
] as const;
export type ScopeName = (typeof SCOPE_NAMES)[number];

export type KeyType = 'private_key' | 'publishable_key';

/** What an account key may do: a customer's own account, and looking at what is on sale. */
export const ACCOUNT_SCOPES: readonly ScopeName[] = ['account:read', 'account:write', 'packs:read'];
/** What it may be granted by name: reserving credits, which is the server's business otherwise, by holds of its own. */
const GRANTED_TO_ACCOUNTS: readonly ScopeName[] = ['holds:write'];
/** A publishable key is in every visitor's browser: it sees what is on sale, nothing else. */
export const PUBLISHABLE_SCOPES: readonly ScopeName[] = ['packs:read'];

type KindOfKey = { type: KeyType; customerId: string | null };

/** Of the tenant's own side: neither of one account, nor in visitors' browsers. */
export function isServerKey({ type, customerId }: KindOfKey): boolean {
  return type === 'private_key' && customerId === null;
}

/** The scopes that a kind of key has when nothing else was asked for. */
export function defaultScopesOf(key: KindOfKey): readonly ScopeName[] {
  if (key.type === 'publishable_key') return PUBLISHABLE_SCOPES;
  return key.customerId === null ? SCOPE_NAMES : ACCOUNT_SCOPES;
}

/** The scopes that a kind of key cannot go beyond, whatever was asked for. */
export function scopeLimitOf(key: KindOfKey): readonly ScopeName[] {
  const isAccountKey = key.type !== 'publishable_key' && key.customerId !== null;
  return isAccountKey ? [...ACCOUNT_SCOPES, ...GRANTED_TO_ACCOUNTS] : defaultScopesOf(key);
}

/** What a stored key may do. Null stands for all that its kind may, also what later versions add. */
export function scopesOf(key: KindOfKey & { scopes: string[] | null }): ReadonlySet<ScopeName> {
  if (key.scopes === null) return new Set(defaultScopesOf(key));
  return new Set(scopeLimitOf(key).filter((scope) => key.scopes?.includes(scope)));
}
