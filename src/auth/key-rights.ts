import { DomainError, invalidField } from '../shared/errors.js';
import { defaultScopesOf, type KeyType, type ScopeName, scopeLimitOf, scopesOf } from './scopes.js';

interface RequestedKey {
  type: KeyType;
  customerId: string | null;
  /** Null: all that its kind may. */
  scopes: ScopeName[] | null;
}

/** As it is stored: what later versions no longer know may be among its scopes. */
type StoredKey = Omit<RequestedKey, 'scopes'> & { scopes: string[] | null };
type Scopes = ReadonlySet<ScopeName>;

/**
 * The scopes to store with a new key: no more than its kind may have, and no more than who grants them has.
 * @param grantor the scopes of the key that asks; undefined for the operator, who may everything
 * @throws DomainError `validation`, or `forbidden` when the grantor lacks one
 */
export function grantedScopes(key: RequestedKey, grantor: Scopes | undefined): ScopeName[] | null {
  if (key.type === 'publishable_key' && key.customerId !== null) {
    throw invalidField('type', 'must be private_key for the key of an account');
  }
  const limit = scopeLimitOf(key);
  const beyond = key.scopes?.filter((scope) => !limit.includes(scope)) ?? [];
  if (beyond.length > 0) throw invalidField('scopes', `this kind of key cannot have ${beyond.join(', ')}`);
  refuseLack('a key cannot grant what it lacks:', key.scopes ?? defaultScopesOf(key), grantor);
  return key.scopes;
}

/**
 * A key takes back only keys that it could have made: one that may do little must not end one that may do more.
 * @throws DomainError `forbidden`
 */
export function checkMayRevoke(key: StoredKey, revoker: Scopes): void {
  refuseLack('a key cannot revoke one that it could not have made: it lacks', [...scopesOf(key)], revoker);
}

function refuseLack(words: string, scopes: readonly ScopeName[], holder: Scopes | undefined): void {
  const missing = holder ? scopes.filter((scope) => !holder.has(scope)) : [];
  if (missing.length === 0) return;
  throw new DomainError('forbidden', `${words} ${missing.join(', ')}`, {
    details: { scopes: missing },
  });
}
