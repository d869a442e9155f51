import { LockMode } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import type { Origin } from '../../http/origin.js';
import { Clock, formatTimestamp } from '../../shared/clock.js';
import { type Scope, scopeOf } from '../../shared/scope.js';
import { ApiKey, liveKeys } from '../api-key.entity.js';
import { ApiKeysService } from '../api-keys.service.js';
import { AuditLog } from '../audit/audit-log.js';
import type { Author } from '../audit/author.js';
import { type RoleName, scopesOfRole } from '../roles.js';
import type { ScopeName } from '../scopes.js';
import type { AppUser } from './app-user.entity.js';

const LIFETIME_MS = 24 * 3_600_000;

/**
 * The tokens of users: server keys with an end, which have the scopes of their user's role. All of it is written in the
 * caller's transaction, which has locked the user: so no token outlives what ends it, and none has the scopes of before.
 */
@Injectable()
export class LoginKeys {
  constructor(
    private readonly apiKeys: ApiKeysService,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  /**
   * Makes the token of a user who has logged in, for 24 hours or until `end`. Expired ones leave the list of keys, which would otherwise
   * grow with every login; the rows stay, since what was written with them names them.
   */
  async create(
    tx: EntityManager,
    scope: Scope,
    { id: userId, email, role }: AppUser,
    from: Origin,
    end?: Date,
  ): Promise<string> {
    const now = this.clock.now();
    const expired = { userId, status: 'published', expiresAt: { $lte: now } } as const;
    const deleted = { status: 'deleted', revokedAt: now, updatedAt: now, updatedBy: userId };
    await tx.nativeUpdate(ApiKey, expired, deleted);
    const expiresAt = end ?? new Date(now.getTime() + LIFETIME_MS);
    const token = { name: 'Login', userId, expiresAt, scopes: scopesOfToken(role) };
    const { secret, plainKey } = await this.apiKeys.add(tx, scope, token);
    const author = { keyId: secret.id, keyName: secret.name, userId, userEmail: email, ...from };
    this.audit.write(tx, author, {
      action: 'login.succeeded',
      ...scopeOf(scope),
      target: { kind: 'user', id: userId },
      before: null,
      after: { key_id: secret.id, display_id: secret.displayId, expires_at: formatTimestamp(expiresAt) },
    });
    return plainKey;
  }

  /**
   * Gives a user's tokens what their role allows now.
   * @returns what to `forget` after the commit
   */
  async change(tx: EntityManager, { id: userId, role }: AppUser, actor: string): Promise<string[]> {
    const tokens = await tx.find(ApiKey, { userId, status: 'published' });
    const change = { scopes: scopesOfToken(role), updatedAt: this.clock.now(), updatedBy: actor };
    for (const token of tokens) tx.assign(token, change);
    return tokens.map(({ keyHash }) => keyHash);
  }

  /**
   * Takes a user's tokens back.
   * @param but the id of one that stays
   * @returns of those that still worked, what to `forget` after the commit
   */
  async revoke(tx: EntityManager, { id: userId }: AppUser, by: Author, but?: string): Promise<string[]> {
    const now = this.clock.now();
    const others = but === undefined ? {} : { id: { $ne: but } };
    const lock = { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true } as const;
    const tokens = await tx.find(ApiKey, { userId, status: 'published', ...others }, lock);
    for (const token of tokens) this.apiKeys.markRevoked(tx, token, by, by.userId ?? by.keyId);
    return tokens.filter(({ expiresAt }) => !expiresAt || expiresAt > now).map(({ keyHash }) => keyHash);
  }

  /** Keys that were made with a user's tokens and still work: they are the tenant's, and outlive the tokens. */
  async findKeysMade(tx: EntityManager, { id: userId, tenantId }: AppUser): Promise<ApiKey[]> {
    const tokens = await tx.find(ApiKey, { tenantId, userId }, { fields: ['id'] });
    const made = { tenantId, ...liveKeys(this.clock.now()), createdBy: { $in: tokens.map(({ id }) => id) } };
    return tx.find(ApiKey, made, { orderBy: { createdAt: 'asc', id: 'asc' } });
  }

  /** What was changed or taken back is read anew at once in this process, within 5 s in every other. */
  forget(keyHashes: string[]): void {
    this.apiKeys.forget(keyHashes);
  }
}

/** An owner's token may do all that a server key may, also what later versions add. */
function scopesOfToken(role: RoleName): ScopeName[] | null {
  return role === 'owner' ? null : [...scopesOfRole(role)];
}
