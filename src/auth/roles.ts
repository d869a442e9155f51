import { SCOPE_NAMES, type ScopeName } from './scopes.js';

/** What a user is to their tenant. */
export const ROLE_NAMES = ['owner', 'finance', 'read_only'] as const;
export type RoleName = (typeof ROLE_NAMES)[number];

/** The audit log is not among it: it has from where the others work, and is for who looks after them. */
const READ_ONLY = SCOPE_NAMES.filter((scope) => scope.endsWith(':read') && scope !== 'audit:read');

/**
 * What a role may do, wherever its user is logged in. Finance moves money and says what is sold, and to whom; it changes
 * no settings (the keys of payment providers are among them), endpoints, environments, keys or users.
 */
const SCOPES_OF_ROLES: Record<RoleName, readonly ScopeName[]> = {
  owner: SCOPE_NAMES,
  finance: [...READ_ONLY, 'customers:write', 'wallets:write', 'packs:write', 'account:write'],
  read_only: READ_ONLY,
};

export function scopesOfRole(role: RoleName): readonly ScopeName[] {
  return SCOPES_OF_ROLES[role];
}

/** As Flexprice names who may do everything. */
export function flexpriceRoleOf(role: RoleName): string {
  return role === 'owner' ? 'super_admin' : role;
}

/**
 * What somebody is, as Flexprice's `roles`: of a user their role, of a key that may do everything the same, of any other
 * key its scopes.
 */
export function flexpriceRolesOf(role: RoleName | null, scopes: ReadonlySet<ScopeName>): string[] {
  if (role) return [flexpriceRoleOf(role)];
  return mayDoEverything(scopes) ? [flexpriceRoleOf('owner')] : limitedRolesOf(scopes);
}

/** The same of a key in a list of keys, where Flexprice's screens show no role at all as full access. */
export function flexpriceRolesOfKey(scopes: ReadonlySet<ScopeName>): string[] {
  return mayDoEverything(scopes) ? [] : limitedRolesOf(scopes);
}

/** Never empty: a key without any scope would look like one that has all. */
function limitedRolesOf(scopes: ReadonlySet<ScopeName>): string[] {
  return scopes.size > 0 ? [...scopes] : ['none'];
}

function mayDoEverything(scopes: ReadonlySet<ScopeName>): boolean {
  return SCOPE_NAMES.every((scope) => scopes.has(scope));
}
