import type { Schemas } from '../../session/api';

export type Scope = Schemas['SecretDto']['scopes'][number];

/** What a key may do, in words; all scopes that there are, or the types would not fit. */
const WORDS: Readonly<Record<Scope, readonly [about: string, what: string]>> = {
  'customers:read': ['customers', 'see'],
  'customers:write': ['customers', 'change'],
  'wallets:read': ['wallets', 'see'],
  'wallets:write': ['wallets', 'move credits and money'],
  'packs:read': ['packs', 'see'],
  'packs:write': ['packs', 'change, coupons too'],
  'settings:read': ['settings', 'see'],
  'settings:write': ['settings', 'change, payment providers too'],
  'webhooks:read': ['webhooks', 'see'],
  'webhooks:write': ['webhooks', 'change'],
  'keys:write': ['API keys', 'see, make and revoke'],
  'tenant:read': ['environments and company', 'see'],
  'tenant:write': ['environments and company', 'change'],
  'users:read': ['users', 'see'],
  'users:write': ['users', 'invite, change and remove'],
  'audit:read': ['audit log', 'see'],
  'account:read': ['the credits API', 'see an account'],
  'account:write': ['the credits API', 'buy and set up automatic top-up'],
  'holds:write': ['holds', 'reserve and capture credits'],
};

export const ALL_SCOPES = Object.keys(WORDS) as Scope[];

/** For a check box: "wallets: see". */
export function scopeWords(scope: Scope): string {
  const [about, what] = WORDS[scope];
  return `${about.charAt(0).toUpperCase()}${about.slice(1)}: ${what}`;
}

/** For a list: "wallets: see; packs: see". */
export function scopesInWords(scopes: readonly Scope[]): string {
  if (scopes.length === 0) return 'nothing';
  const areas = Map.groupBy(scopes, (scope) => WORDS[scope][0]);
  return [...areas].map(([about, of]) => `${about}: ${of.map((scope) => WORDS[scope][1]).join(', ')}`).join('; ');
}

export type KindOfKey = 'server' | 'account' | 'publishable';

/** What a kind of key can be given; the first list where nothing else is said, the second only by name. */
export function scopesOfKind(kind: KindOfKey): { all: Scope[]; more: Scope[] } {
  if (kind === 'publishable') return { all: ['packs:read'], more: [] };
  if (kind === 'account') return { all: ['account:read', 'account:write', 'packs:read'], more: ['holds:write'] };
  return { all: ALL_SCOPES, more: [] };
}
