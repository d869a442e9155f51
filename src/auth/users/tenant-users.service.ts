import { LockMode } from '@mikro-orm/core';
import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../shared/clock.js';
import { DomainError, notFound } from '../../shared/errors.js';
import type { ApiKey } from '../api-key.entity.js';
import { AuditLog } from '../audit/audit-log.js';
import type { Caller } from '../caller.js';
import type { RoleName } from '../roles.js';
import { AppUser } from './app-user.entity.js';
import { Invitations } from './invitations.service.js';
import { LoginKeys } from './login-keys.js';
import { NOBODYS_HASH } from './passwords.js';
import { requireAuthorityOver, UserAuthority, userOrKeyOf } from './user-authority.js';

/** A user who was removed, and what went with them. */
export interface Removal {
  user: AppUser;
  tokensEnded: number;
  invitationsRevoked: number;
  /** Still work: they are the tenant's. */
  keysMade: ApiKey[];
}

/** The users of a tenant, of whom at least one is an owner. */
@Injectable()
export class TenantUsers {
  constructor(
    private readonly em: EntityManager,
    private readonly authority: UserAuthority,
    private readonly invitations: Invitations,
    private readonly loginKeys: LoginKeys,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  async list(
    tenantId: string,
    page: { limit: number; offset: number; order: 'asc' | 'desc' },
  ): Promise<[AppUser[], number]> {
    const { limit, offset, order } = page;
    const where = { tenantId, status: 'published' };
    return this.em.fork().findAndCount(AppUser, where, { limit, offset, orderBy: { createdAt: order, id: order } });
  }

  /**
   * Gives a user another role, and their tokens its scopes in the same commit. Who is no owner any more leaves no
   * invitations behind.
   * @throws DomainError `not_found`, `forbidden`; `conflict` for the last owner
   */
  async changeRole(caller: Caller, id: string, role: RoleName): Promise<AppUser> {
    const actor = userOrKeyOf(caller);
    const { user, changed } = await this.em.fork().transactional(async (tx) => {
      const user = await this.#lock(tx, caller, id, role);
      tx.assign(user, { role, updatedAt: this.clock.now(), updatedBy: actor });
      this.audit.change(tx, caller, 'user.changed', user);
      if (role !== 'owner') await this.invitations.revokeThoseOf(tx, user, caller);
      return { user, changed: await this.loginKeys.change(tx, user, actor) };
    });
    this.loginKeys.forget(changed);
    return user;
  }

  /**
   * Removes a user with their tokens and the invitations that they made. The address is free again.
   * @throws DomainError `not_found`, `forbidden`; `conflict` for the last owner
   */
  async remove(caller: Caller, id: string): Promise<Removal> {
    const actor = userOrKeyOf(caller);
    const { ended, ...removal } = await this.em.fork().transactional(async (tx) => {
      const user = await this.#lock(tx, caller, id, undefined);
      const keysMade = await this.loginKeys.findKeysMade(tx, user);
      const ended = await this.loginKeys.revoke(tx, user, caller);
      const invitationsRevoked = await this.invitations.revokeThoseOf(tx, user, caller);
      const gone = { status: 'deleted', passwordHash: NOBODYS_HASH };
      tx.assign(user, { ...gone, updatedAt: this.clock.now(), updatedBy: actor });
      this.audit.change(tx, caller, 'user.changed', user);
      return { user, keysMade, invitationsRevoked, tokensEnded: ended.length, ended };
    });
    this.loginKeys.forget(ended);
    return removal;
  }

  /** @param role that they are to have; undefined: none, they go */
  async #lock(tx: EntityManager, caller: Caller, id: string, role: RoleName | undefined): Promise<AppUser> {
    const authority = await this.authority.lock(tx, caller);
    const { tenantId } = caller;
    const lock = { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true } as const;
    const user = await tx.findOne(AppUser, { id, tenantId, status: 'published' }, lock);
    if (!user) throw notFound('user', { user_id: id });
    requireAuthorityOver(user.role, authority);
    if (role !== undefined) requireAuthorityOver(role, authority);
    if (user.role === 'owner' && role !== 'owner') await requireOtherOwner(tx, user);
    return user;
  }
}

async function requireOtherOwner(tx: EntityManager, { id, tenantId }: AppUser): Promise<void> {
  const others = { tenantId, role: 'owner', status: 'published', id: { $ne: id } } as const;
  if ((await tx.count(AppUser, others)) > 0) return;
  const message = 'the last owner of a tenant stays its owner: make another user owner first';
  throw new DomainError('conflict', message, { code: 'last_owner', details: { user_id: id } });
}
