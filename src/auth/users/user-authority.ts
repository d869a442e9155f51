import type { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../shared/clock.js';
import { DomainError, keyRefused } from '../../shared/errors.js';
import { ApiKey, liveKeys } from '../api-key.entity.js';
import type { Caller } from '../caller.js';
import { EnvironmentsService } from '../environments.service.js';
import { type RoleName, scopesOfRole } from '../roles.js';
import type { ScopeName } from '../scopes.js';
import { TenantsService } from '../tenants.service.js';
import { AppUser } from './app-user.entity.js';

/** What whoever asks may do at this moment, and so give to others or take from them. */
export type Authority = ReadonlySet<ScopeName>;

/** Who may decide about the users of a tenant. */
@Injectable()
export class UserAuthority {
  constructor(
    private readonly tenants: TenantsService,
    private readonly environments: EnvironmentsService,
    private readonly clock: Clock,
  ) {}

  /**
   * Locks the tenant, so that its users are decided about by one at a time, and only then reads who asks: two owners who
   * demote each other leave one.
   * @throws DomainError `unauthorized` for a key that was revoked meanwhile; `forbidden`: not an owner any more, or from a
   * development environment
   */
  async lock(tx: EntityManager, caller: Caller): Promise<Authority> {
    await this.tenants.lock(tx, caller.tenantId);
    const isLive = await tx.count(ApiKey, { id: caller.keyId, ...liveKeys(this.clock.now()) });
    if (isLive === 0) throw keyRefused();
    await this.environments.refuseFromDevelopment(tx, caller);
    if (caller.userId === null) return caller.scopes;
    const { tenantId, userId: id } = caller;
    const user = await tx.findOne(AppUser, { id, tenantId, status: 'published' }, { refresh: true });
    const authority: Authority = new Set(user ? scopesOfRole(user.role) : []);
    if (!authority.has('users:write')) throw lacks(['users:write']);
    return authority;
  }
}

/**
 * Nobody gives what they lack, or takes it from others.
 * @throws DomainError `forbidden`
 */
export function requireAuthorityOver(role: RoleName, authority: Authority): void {
  const missing = scopesOfRole(role).filter((scope) => !authority.has(scope));
  if (missing.length > 0) throw lacks(missing);
}

/** Whom a change of users is written down for: the user; without one, the key. */
export function userOrKeyOf({ userId, keyId }: Caller): string {
  return userId ?? keyId;
}

function lacks(scopes: ScopeName[]): DomainError {
  const message = `who decides about a user needs all scopes of their role: you lack ${scopes.join(', ')}`;
  return new DomainError('forbidden', message, { details: { scopes } });
}
