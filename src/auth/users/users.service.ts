import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { Config } from '../../config.js';
import type { Origin } from '../../http/origin.js';
import { Clock } from '../../shared/clock.js';
import { DomainError } from '../../shared/errors.js';
import { newId } from '../../shared/ids.js';
import type { Scope } from '../../shared/scope.js';
import { unlessTaken } from '../../shared/unless-taken.js';
import { ApiKeysService } from '../api-keys.service.js';
import { AuditLog } from '../audit/audit-log.js';
import { EnvironmentsService } from '../environments.service.js';
import { TenantsService } from '../tenants.service.js';
import { AppUser } from './app-user.entity.js';
import { AttemptLimits } from './attempt-limits.js';
import { NOBODYS_HASH, Passwords } from './passwords.js';
import { RefusedLogins } from './refused-logins.js';

/** E-mail addresses as they are stored: trimmed and in lower case. */
interface Credentials {
  email: string;
  password: string;
}

/** A user who is logged in. */
export interface Session {
  /** A server key for 24 hours. */
  token: string;
  userId: string;
  tenantId: string;
}

/** Users: they sign up, which makes their tenant, and log in, which makes a key for a day. */
@Injectable()
export class UsersService {
  constructor(
    private readonly em: EntityManager,
    private readonly tenants: TenantsService,
    private readonly environments: EnvironmentsService,
    private readonly apiKeys: ApiKeysService,
    private readonly passwords: Passwords,
    private readonly limits: AttemptLimits,
    private readonly refusedLogins: RefusedLogins,
    private readonly audit: AuditLog,
    private readonly config: Config,
    private readonly clock: Clock,
  ) {}

  /**
   * Makes a user and their tenant, and logs the user in to its development environment.
   * @param from where the attempts are counted
   * @throws DomainError `forbidden` where the operator allows no sign-up, `already_exists`, `too_many_requests`,
   * `unavailable`
   */
  async signUp(draft: Credentials & { tenantName: string | null }, from: Origin): Promise<Session> {
    if (!this.config.isSignupAllowed) {
      throw new DomainError('forbidden', 'sign-up is switched off in this installation: ask its operator');
    }
    await this.limits.beforeSignup(from.address);
    const { email, tenantName } = draft;
    const passwordHash = await this.passwords.hash(draft.password);
    const userId = newId('user', this.clock.now());
    const author = { keyId: '', userId, userEmail: email, ...from };
    const { scope, user } = await unlessTaken(
      () =>
        this.em.fork().transactional(async (tx) => {
          const made = this.tenants.addTenant(tx, tenantName ?? domainOf(email), author);
          const added = tx.create(AppUser, this.#newUser(userId, made.tenantId, { email, passwordHash }));
          this.audit.change(tx, author, 'user.created', added);
          return { scope: made, user: added };
        }),
      { message: 'a user with this e-mail address exists already', details: { email } },
    );
    return this.#logIn(user, scope, from);
  }

  /**
   * Makes a key for who knows the password.
   * @param environmentId where the key is good; null: the tenant's development environment
   * @param from where the attempts are counted
   * @throws DomainError `unauthorized`, in the same words and after the same time for an unknown user; `forbidden` for
   * a suspended tenant, `not_found` for the environment, `too_many_requests`, `unavailable`
   */
  async logIn(credentials: Credentials & { environmentId: string | null }, from: Origin): Promise<Session> {
    const { email, password, environmentId } = credentials;
    await this.limits.beforeLogin(from.address, email);
    const user = await this.em.fork().findOne(AppUser, { email, status: 'published' });
    const isRight = await this.passwords.verify(password, user?.passwordHash ?? NOBODYS_HASH);
    if (!user || !isRight) {
      if (user) this.refusedLogins.note(user, 'wrong_password', from);
      throw new DomainError('unauthorized', 'the e-mail address or the password is wrong');
    }
    await this.limits.afterLogin(from.address, email);
    const tenant = await this.tenants.get(user.tenantId);
    // A key would be something new, and a suspended tenant makes nothing new. Those that it has still read.
    if (tenant.tenantStatus === 'suspended') {
      this.refusedLogins.note(user, 'tenant_suspended', from);
      throw new DomainError('forbidden', 'the tenant is suspended: its users cannot log in');
    }
    const environment = await this.environments.forLogin(tenant.id, environmentId);
    return this.#logIn(user, { tenantId: tenant.id, environmentId: environment.id }, from);
  }

  /** The user behind a login key; null for other keys. */
  async find(tenantId: string, id: string | null): Promise<AppUser | null> {
    return id === null ? null : this.em.fork().findOne(AppUser, { id, tenantId, status: 'published' });
  }

  async #logIn(user: AppUser, scope: Scope, from: Origin): Promise<Session> {
    const token = await this.apiKeys.createLoginKey(scope, user, from);
    return { token, userId: user.id, tenantId: scope.tenantId };
  }

  #newUser(id: string, tenantId: string, { email, passwordHash }: { email: string; passwordHash: string }) {
    const now = this.clock.now();
    const base = { status: 'published', createdAt: now, updatedAt: now, createdBy: id, updatedBy: id };
    return { id, tenantId, email, passwordHash, ...base };
  }
}

function domainOf(email: string): string {
  return email.slice(email.lastIndexOf('@') + 1);
}
