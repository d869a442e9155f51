import { hash, randomBytes } from 'node:crypto';
import { LockMode } from '@mikro-orm/core';
import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { Config } from '../../config.js';
import type { Origin } from '../../http/origin.js';
import { Clock } from '../../shared/clock.js';
import { DomainError, notFound } from '../../shared/errors.js';
import { newId } from '../../shared/ids.js';
import { unlessTaken } from '../../shared/unless-taken.js';
import { AuditLog } from '../audit/audit-log.js';
import type { Author } from '../audit/author.js';
import type { Caller } from '../caller.js';
import { EnvironmentsService } from '../environments.service.js';
import type { RoleName } from '../roles.js';
import { tenantSuspended } from '../suspension.js';
import type { Tenant } from '../tenant.entity.js';
import { TenantsService } from '../tenants.service.js';
import { AppUser, EMAIL_UNIQUE } from './app-user.entity.js';
import { AttemptLimits } from './attempt-limits.js';
import { LoginKeys } from './login-keys.js';
import { checkNewPassword } from './password-rule.js';
import { Passwords } from './passwords.js';
import { requireAuthorityOver, UserAuthority, userOrKeyOf } from './user-authority.js';
import { UserInvitation } from './user-invitation.entity.js';
import { type Session, UsersService } from './users.service.js';

/** The page of a link: what is secret of it stands behind `#`, which browsers send to nobody, so it is in no log. */
export const INVITATION_PATH = 'invitation';
const LIFETIME_MS = 7 * 86_400_000;
const TOKEN_BYTES = 32;
/** `inv_` and 32 bytes as base64url. */
const TOKEN_FORMAT = /^inv_[\w-]{43}$/;
/** Of a tenant at a time. */
const MOST_PENDING = 100;

/** Whoever accepts an invitation. */
interface NewMember {
  token: string;
  password: string;
  name: string;
}

/** Invitations: links with which somebody becomes a user of a tenant, once. */
@Injectable()
export class Invitations {
  constructor(
    private readonly em: EntityManager,
    private readonly authority: UserAuthority,
    private readonly users: UsersService,
    private readonly tenants: TenantsService,
    private readonly environments: EnvironmentsService,
    private readonly loginKeys: LoginKeys,
    private readonly passwords: Passwords,
    private readonly limits: AttemptLimits,
    private readonly audit: AuditLog,
    private readonly config: Config,
    private readonly clock: Clock,
  ) {}

  /**
   * Invites an address, for seven days. An invitation of before to the same one ends. Whether another tenant has a user
   * with this address is not looked at: whoever accepts is told.
   * @returns the token too, which is nowhere else
   * @throws DomainError `already_exists` for a user of this tenant, `conflict` for too many, `forbidden`
   */
  async create(
    caller: Caller,
    { email, role }: { email: string; role: RoleName },
  ): Promise<{ invitation: UserInvitation; token: string; link: string }> {
    const { tenantId } = caller;
    const token = `inv_${randomBytes(TOKEN_BYTES).toString('base64url')}`;
    const invitation = await this.em.fork().transactional(async (tx) => {
      requireAuthorityOver(role, await this.authority.lock(tx, caller));
      if ((await tx.count(AppUser, { tenantId, email, status: 'published' })) > 0) throw isTaken(email);
      const now = this.clock.now();
      const actor = userOrKeyOf(caller);
      await this.#revoke(tx, { tenantId, email }, caller);
      await this.#refuseTooMany(tx, tenantId, now);
      const base = { status: 'published', createdAt: now, updatedAt: now, createdBy: actor, updatedBy: actor };
      const made = tx.create(UserInvitation, {
        id: newId('invite', now),
        tenantId,
        email,
        role,
        tokenHash: hashOf(token),
        invitationStatus: 'pending',
        expiresAt: new Date(now.getTime() + LIFETIME_MS),
        ...base,
      });
      this.audit.change(tx, caller, 'user_invitation.created', made);
      return made;
    });
    return { invitation, token, link: `${this.config.publicBase ?? ''}/${INVITATION_PATH}#${token}` };
  }

  /** All of a tenant, newest first unless asked otherwise. */
  async list(
    tenantId: string,
    page: { limit: number; offset: number; order: 'asc' | 'desc' },
  ): Promise<[UserInvitation[], number]> {
    const { limit, offset, order } = page;
    const orderBy = { createdAt: order, id: order };
    return this.em.fork().findAndCount(UserInvitation, { tenantId }, { limit, offset, orderBy });
  }

  /** @throws DomainError `not_found`, `forbidden`; `conflict` for one that was accepted or revoked */
  async revoke(caller: Caller, id: string): Promise<void> {
    const { tenantId } = caller;
    await this.em.fork().transactional(async (tx) => {
      const authority = await this.authority.lock(tx, caller);
      const invitation = await tx.findOne(UserInvitation, { id, tenantId });
      if (!invitation) throw notFound('invitation', { invitation_id: id });
      requireAuthorityOver(invitation.role, authority);
      if ((await this.#revoke(tx, { id }, caller)) > 0) return;
      const code = 'invitation_not_pending';
      throw new DomainError('conflict', 'the invitation was accepted or revoked already', { code });
    });
  }

  /** Takes back what a user has invited, in the caller's transaction. @returns how many */
  async revokeThoseOf(tx: EntityManager, { id, tenantId }: AppUser, by: Author): Promise<number> {
    return this.#revoke(tx, { tenantId, createdBy: id }, by);
  }

  /**
   * What a link is for.
   * @throws DomainError `not_found`, in the same words for every link that opens nothing; `too_many_requests`
   */
  async open(token: string, from: Origin): Promise<{ invitation: UserInvitation; tenant: Tenant }> {
    await this.limits.beforeInvitation(from.address);
    const invitation = await this.#find(this.em.fork(), token);
    return { invitation, tenant: await this.tenants.get(invitation.tenantId) };
  }

  /**
   * Makes the user of an invitation, once, and logs them in to a development environment.
   * @throws DomainError `not_found`, in the same words for every link that opens nothing; `already_exists`, which only
   * who holds the link is told; `validation` for a common password, `forbidden` for a suspended tenant, `too_many_requests`, `unavailable`
   */
  async accept({ token, password, name }: NewMember, from: Origin): Promise<Session> {
    await this.limits.beforeInvitation(from.address);
    const { email, tenantId } = await this.#find(this.em.fork(), token);
    checkNewPassword(password, email);
    const passwordHash = await this.passwords.hash(password);
    const { id: environmentId } = await this.environments.forLogin(tenantId, null);
    return unlessTaken(
      () =>
        this.em.fork().transactional(async (tx) => {
          const { tenantStatus } = await this.tenants.lock(tx, tenantId);
          if (tenantStatus === 'suspended') throw tenantSuspended();
          const invitation = await this.#find(tx, token);
          const userId = newId('user', this.clock.now());
          const { role } = invitation;
          const author = { keyId: '', userId, userEmail: email, ...from };
          const user = this.users.add(tx, { id: userId, tenantId, email, passwordHash, name, role }, author);
          const change = {
            invitationStatus: 'accepted',
            userId,
            updatedAt: this.clock.now(),
            updatedBy: userId,
          } as const;
          tx.assign(invitation, change);
          this.audit.change(tx, author, 'user_invitation.changed', invitation);
          const key = await this.loginKeys.create(tx, { tenantId, environmentId }, user, from);
          return { token: key, userId, tenantId, environmentId };
        }),
      takenAt(email),
      EMAIL_UNIQUE,
    );
  }

  /** Locked where there is a transaction. */
  async #find(em: EntityManager, token: string): Promise<UserInvitation> {
    const lock = em.isInTransaction() ? { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true } : {};
    const where = {
      tokenHash: hashOf(token),
      invitationStatus: 'pending',
      expiresAt: { $gt: this.clock.now() },
    } as const;
    const invitation = TOKEN_FORMAT.test(token) ? await em.findOne(UserInvitation, where, lock) : null;
    if (invitation) return invitation;
    throw new DomainError('not_found', 'this link is not valid, or not any more', { code: 'link_not_valid' });
  }

  /** At once: a new one to the same address is written before what changes. */
  async #revoke(tx: EntityManager, which: object, by: Author): Promise<number> {
    const invitations = await tx.find(UserInvitation, { ...which, invitationStatus: 'pending' });
    const updatedBy = by.userId ?? by.keyId;
    for (const invitation of invitations) {
      tx.assign(invitation, { invitationStatus: 'revoked', updatedAt: this.clock.now(), updatedBy });
      this.audit.change(tx, by, 'user_invitation.changed', invitation);
    }
    await tx.flush();
    return invitations.length;
  }

  async #refuseTooMany(tx: EntityManager, tenantId: string, now: Date): Promise<void> {
    const pending = { tenantId, invitationStatus: 'pending', expiresAt: { $gt: now } } as const;
    if ((await tx.count(UserInvitation, pending)) < MOST_PENDING) return;
    const message = `${MOST_PENDING} invitations are open: revoke one first`;
    throw new DomainError('conflict', message, { code: 'too_many_invitations' });
  }
}

function hashOf(token: string): string {
  return hash('sha256', token, 'hex');
}

function takenAt(email: string) {
  return { message: 'a user with this e-mail address exists already', details: { email } };
}

function isTaken(email: string): DomainError {
  const { message, details } = takenAt(email);
  return new DomainError('already_exists', message, { details });
}
