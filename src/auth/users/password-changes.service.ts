import { LockMode } from '@mikro-orm/core';
import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../shared/clock.js';
import { DomainError, invalidField, notFound } from '../../shared/errors.js';
import { AuditLog } from '../audit/audit-log.js';
import { type Author, OPERATOR } from '../audit/author.js';
import type { Caller } from '../caller.js';
import { AppUser } from './app-user.entity.js';
import { AttemptLimits } from './attempt-limits.js';
import { LoginKeys } from './login-keys.js';
import { checkNewPassword } from './password-rule.js';
import { Passwords } from './passwords.js';
import { RefusedLogins } from './refused-logins.js';

/** A new password ends the tokens that the old one has opened, in the same commit. */
@Injectable()
export class PasswordChanges {
  constructor(
    private readonly em: EntityManager,
    private readonly passwords: Passwords,
    private readonly limits: AttemptLimits,
    private readonly loginKeys: LoginKeys,
    private readonly refusedLogins: RefusedLogins,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  /**
   * Who calls gives themselves another password; the token that they call with stays.
   * Tries are counted as those of logins, and together with them.
   * @returns how many tokens ended
   * @throws DomainError `invalid_operation` for a key without a user, `validation` for a wrong password,
   * `too_many_requests`, `unavailable`; `conflict` where another change was faster
   */
  async changeOwn(caller: Caller, words: { current: string; next: string }): Promise<number> {
    const { userId, tenantId, keyId, address } = caller;
    const id = userId ?? '';
    const user = await this.em.fork().findOne(AppUser, { id, tenantId, status: 'published' });
    if (!user) throw new DomainError('invalid_operation', 'this key is not the token of a user: log in first');
    await this.limits.beforeLogin(address, user.email);
    if (!(await this.passwords.verify(words.current, user.passwordHash))) {
      this.refusedLogins.note(user, 'wrong_password', caller);
      throw invalidField('current_password', 'is wrong');
    }
    await this.limits.afterLogin(address, user.email);
    checkNewPassword(words.next, user.email, 'new_password');
    return this.#change(user, await this.passwords.hash(words.next), caller, keyId);
  }

  /**
   * The operator's way for a user who cannot log in any more: all of their tokens end.
   * @param email as it is stored
   * @returns how many tokens ended
   * @throws DomainError `not_found`, `validation` for a common password, `unavailable`
   */
  async setByOperator(email: string, password: string): Promise<number> {
    const user = await this.em.fork().findOne(AppUser, { email, status: 'published' });
    if (!user) throw notFound('user', { email });
    checkNewPassword(password, email);
    return this.#change(user, await this.passwords.hash(password), OPERATOR);
  }

  /** @param but the id of the token that stays */
  async #change(read: AppUser, passwordHash: string, by: Author, but?: string): Promise<number> {
    const { id, tenantId } = read;
    const ended = await this.em.fork().transactional(async (tx) => {
      const lock = { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true } as const;
      const user = await tx.findOne(AppUser, { id, passwordHash: read.passwordHash, status: 'published' }, lock);
      if (!user) {
        const message = 'the password was changed a moment ago by another request';
        throw new DomainError('conflict', message, { code: 'password_changed' });
      }
      tx.assign(user, { passwordHash, updatedAt: this.clock.now(), updatedBy: by.userId ?? by.keyId });
      const tokens = await this.loginKeys.revoke(tx, user, by, but);
      this.audit.write(tx, by, {
        action: 'user.password_changed',
        tenantId,
        environmentId: null,
        target: { kind: 'user', id },
        before: null,
        after: { tokens_ended: tokens.length },
      });
      return tokens;
    });
    this.loginKeys.forget(ended);
    return ended.length;
  }
}
