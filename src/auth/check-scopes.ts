import { DomainError } from '../shared/errors.js';
import type { Caller } from './caller.js';
import type { ScopeName } from './scopes.js';

/**
 * For what a route does only sometimes, beyond the scope that it asks of everybody.
 * @throws DomainError `forbidden` when the key lacks one of the scopes
 */
export function checkScopes({ scopes }: Pick<Caller, 'scopes'>, wanted: readonly ScopeName[]): void {
  const missing = wanted.filter((scope) => !scopes.has(scope));
  if (missing.length === 0) return;
  const words = missing.length === 1 ? `the scope ${missing[0]}` : `the scopes ${missing.join(', ')}`;
  throw new DomainError('forbidden', `this key lacks ${words}`, { details: { scopes: missing } });
}

/** A list of something else may show customers beside its items: to a key that may read them. */
export function checkExpansions(caller: Caller, expand: readonly string[] | null | undefined): void {
  if (expand?.includes('customer')) checkScopes(caller, ['customers:read']);
}
