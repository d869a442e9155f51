import { setTimeout as delay } from 'node:timers/promises';
import { LockMode, UniqueConstraintViolationException } from '@mikro-orm/core';
import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { Config } from '../../config.js';
import type { Origin } from '../../http/origin.js';
import { Clock } from '../../shared/clock.js';
import { DomainError } from '../../shared/errors.js';
import { newId } from '../../shared/ids.js';
import { AuditLog } from '../audit/audit-log.js';
import type { Author } from '../audit/author.js';
import { EnvironmentsService } from '../environments.service.js';
import type { RoleName } from '../roles.js';
import { isTenantSuspended, tenantSuspended } from '../suspension.js';
import { TenantsService } from '../tenants.service.js';
import { AppUser, EMAIL_UNIQUE } from './app-user.entity.js';
import { AttemptLimits } from './attempt-limits.js';
import { LoginKeys } from './login-keys.js';
import { checkNewPassword } from './password-rule.js';
import { Passwords } from './passwords.js';
import { RefusedLogins } from './refused-logins.js';

/** An answer to a sign-up waits this long for its rows: longer than they take, whether they are written or refused. */
const SIGN_UP_WRITE_MS = 50;

/** E-mail addresses as they are stored: trimmed and in lower case. */
interface Credentials {
  email: string;
  password: string;
}

export interface NewUser {
  id: string;
  tenantId: string;
  email: string;
  passwordHash: string;
  name: string;
  role: RoleName;
}

/** A user who is logged in. */
export interface Session {
  /** A server key for 24 hours. */
  token: string;
  userId: string;
  tenantId: string;
  environmentId: string;
}

/** Users: they sign up, which makes their tenant, and log in, which makes a key for a day. */
@Injectable()
export class UsersService {
  constructor(
    private readonly em: EntityManager,
    private readonly tenants: TenantsService,
    private readonly environments: EnvironmentsService,
    private readonly loginKeys: LoginKeys,
    private readonly passwords: Passwords,
    private readonly limits: AttemptLimits,
    private readonly refusedLogins: RefusedLogins,
    private readonly audit: AuditLog,
    private readonly config: Config,
    private readonly clock: Clock,
  ) {}

  /**
   * Makes a user and their tenant, unless the address has a user: whoever asks is not told which, neither by what comes
   * back nor by when. That a token comes only with a log-in is the price: one that works would tell.
   * @param from where the attempts are counted
   * @throws DomainError `forbidden` where the operator allows no sign-up, `validation` for a common password,
   * `too_many_requests`, `unavailable`
   */
  async signUp(draft: Credentials & { tenantName: string | null }, from: Origin): Promise<void> {
    if (!this.config.isSignupAllowed) {
      throw new DomainError('forbidden', 'sign-up is switched off in this installation: ask its operator');
    }
    checkNewPassword(draft.password, draft.email);
    await this.limits.beforeSignup(from.address);
    const passwordHash = await this.passwords.hash(draft.password);
    await Promise.all([this.#addUnlessKnown(draft, passwordHash, from), delay(SIGN_UP_WRITE_MS)]);
  }

  /**
   * Makes a key for who knows the password.
   * @param environmentId where the key is good; null: where `shownEnvironment` says, otherwise the tenant's development
   * environment
   * @param from where the attempts are counted
   * @throws DomainError `unauthorized`, in the same words and after the same time for an unknown user; `forbidden` for
   * a suspended tenant, `not_found` for the environment, `too_many_requests`, `unavailable`
   */
  async logIn(
    credentials: Credentials & { environmentId: string | null; shownEnvironment?: string | undefined },
    from: Origin,
  ): Promise<Session> {
    const { email, password, environmentId, shownEnvironment } = credentials;
    await this.limits.beforeLogin(from.address, email);
    const user = await this.em.fork().findOne(AppUser, { email, status: 'published' });
    const isRight = await this.passwords.verify(password, user?.passwordHash);
    if (!user || !isRight) {
      if (user) this.refusedLogins.note(user, 'wrong_password', from);
      throw wrongCredentials();
    }
    await this.limits.afterLogin(from.address, email);
    const { id: userId, tenantId } = user;
    if (await isTenantSuspended(this.em.fork(), tenantId)) {
      this.refusedLogins.note(user, 'tenant_suspended', from);
      throw tenantSuspended();
    }
    const environment = await this.environments.forLogin(tenantId, environmentId, shownEnvironment);
    const token = await this.em.fork().transactional((tx) => this.#enter(tx, user, environment.id, from));
    return { token, userId, tenantId, environmentId: environment.id };
  }

  /** The user behind a login key; null for other keys. */
  async find(tenantId: string, id: string | null): Promise<AppUser | null> {
    return id === null ? null : this.em.fork().findOne(AppUser, { id, tenantId, status: 'published' });
  }

  /** The index decides who has an address: asking first would leave a gap between two who ask. */
  async #addUnlessKnown(
    { email, tenantName }: { email: string; tenantName: string | null },
    passwordHash: string,
    from: Origin,
  ): Promise<void> {
    const id = newId('user', this.clock.now());
    const author = { keyId: '', userId: id, userEmail: email, ...from };
    try {
      await this.em.fork().transactional(async (tx) => {
        const { tenantId } = this.tenants.addTenant(tx, tenantName ?? domainOf(email), author);
        this.add(tx, { id, tenantId, email, passwordHash, name: '', role: 'owner' }, author);
      });
    } catch (error) {
      const isKnown = error instanceof UniqueConstraintViolationException && error.message.includes(EMAIL_UNIQUE);
      if (!isKnown) throw error;
    }
  }

  /** A user to be, in the caller's transaction. `EMAIL_UNIQUE` decides whether the address is free. */
  add(tx: EntityManager, draft: NewUser, by: Author): AppUser {
    const now = this.clock.now();
    const base = { status: 'published', createdAt: now, updatedAt: now, createdBy: draft.id, updatedBy: draft.id };
    const user = tx.create(AppUser, { ...draft, ...base });
    this.audit.change(tx, by, 'user.created', user);
    return user;
  }

  /** The password was compared while nothing was locked: by now it may be another one, or the user gone. */
  async #enter(tx: EntityManager, { id, passwordHash }: AppUser, environmentId: string, from: Origin): Promise<string> {
    const lock = { lockMode: LockMode.PESSIMISTIC_READ, refresh: true } as const;
    const user = await tx.findOne(AppUser, { id, passwordHash, status: 'published' }, lock);
    if (!user) throw wrongCredentials();
    const { tenantId } = user;
    if (await isTenantSuspended(tx, tenantId)) throw tenantSuspended();
    return this.loginKeys.create(tx, { tenantId, environmentId }, user, from);
  }
}

function wrongCredentials(): DomainError {
  return new DomainError('unauthorized', 'the e-mail address or the password is wrong');
}

function domainOf(email: string): string {
  return email.slice(email.lastIndexOf('@') + 1);
}
