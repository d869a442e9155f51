import { hash, randomBytes } from 'node:crypto';
import { LockMode } from '@mikro-orm/core';
import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import type { Origin } from '../../http/origin.js';
import { Clock, formatTimestamp } from '../../shared/clock.js';
import { DomainError, invalidField, keyRefused } from '../../shared/errors.js';
import { withinEveryScope } from '../../shared/sight.js';
import { hashApiKey } from '../api-key-format.js';
import { ApiKey, liveKeys } from '../api-key.entity.js';
import { ApiKeysService } from '../api-keys.service.js';
import { AuditLog } from '../audit/audit-log.js';
import type { Caller } from '../caller.js';
import { EnvironmentsService } from '../environments.service.js';
import { KeyRing, type KnownKey } from '../key-ring.js';
import { isServerKey } from '../scopes.js';
import { isTenantSuspended, tenantSuspended } from '../suspension.js';
import { AppUser } from '../users/app-user.entity.js';
import { AttemptLimits } from '../users/attempt-limits.js';
import { LoginKeys } from '../users/login-keys.js';
import { UsersService } from '../users/users.service.js';
import { ConsoleSession } from './console-session.entity.js';

const LIFETIME_MS = 24 * 3_600_000;
const TOKEN_BYTES = 32;
const TOKEN_FORMAT = /^[\w-]{43}$/;
/** What one new session clears away: more than it adds, so that the table does not grow. */
const CLEARED_AT_ONCE = 100;
/** In the place of an e-mail address, which has no spaces: who guesses keys is counted by where they are. */
const A_KEY = 'a pasted key';
const LOCKED = { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true } as const;
const KEPT = { lockMode: LockMode.PESSIMISTIC_READ, refresh: true } as const;

export interface NewSession {
  /** For the cookie, and nowhere else. */
  token: string;
  /** Until it ends, in milliseconds. */
  lifetimeMs: number;
}

/** Sessions of the console: a browser acts with a key that it does not know. What ends the key, ends the session. */
@Injectable()
export class ConsoleSessions {
  constructor(
    private readonly em: EntityManager,
    private readonly users: UsersService,
    private readonly environments: EnvironmentsService,
    private readonly loginKeys: LoginKeys,
    private readonly apiKeys: ApiKeysService,
    private readonly keyRing: KeyRing,
    private readonly limits: AttemptLimits,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  /**
   * Opens a session of a user, with a key of their own for a day.
   * @throws DomainError as `UsersService.logIn`
   */
  async logIn(
    credentials: { email: string; password: string; environmentId: string | null },
    from: Origin,
  ): Promise<NewSession> {
    const { token: plainKey } = await this.users.logIn(credentials, from);
    const key = await this.keyRing.find(plainKey);
    if (!key) throw keyRefused();
    return this.#open(key, hashApiKey(plainKey), true, from);
  }

  /**
   * Opens a session with the rights of a server key that somebody has, for a day or as long as the key is good.
   * @throws DomainError `unauthorized`, `validation` for a key that is no server's, `forbidden` for a suspended tenant,
   * `too_many_requests`
   */
  async enter(plainKey: string, from: Origin): Promise<NewSession> {
    await this.limits.beforeLogin(from.address, A_KEY);
    const key = await this.keyRing.find(plainKey);
    if (!key || (key.expiresAt && key.expiresAt <= this.clock.now())) throw keyRefused();
    await this.limits.afterLogin(from.address, A_KEY);
    if (!isServerKey({ type: key.keyType, customerId: key.customerId })) {
      throw invalidField('key', 'must be a server key: this one is of one account, or for what is on sale only');
    }
    if (key.isTenantSuspended) throw tenantSuspended();
    return this.#open(key, hashApiKey(plainKey), false, from);
  }

  /** The key that a session acts with; undefined for one that is malformed, unknown or over. Read each time, so that a session that was ended is over everywhere. */
  async find(token: string): Promise<KnownKey | undefined> {
    const session = await withinEveryScope(() => this.read(token));
    return session && this.keyRing.findByHash(session.keyHash);
  }

  /** @returns undefined for one that is malformed, unknown or over */
  async read(token: string): Promise<ConsoleSession | undefined> {
    if (!TOKEN_FORMAT.test(token)) return undefined;
    const live = { tokenHash: hashOf(token), expiresAt: { $gt: this.clock.now() } };
    return (await this.em.fork().findOne(ConsoleSession, live)) ?? undefined;
  }

  /** Those of the tokens whose sessions are not over, for answers that stay open. */
  async stillOpen(tokens: readonly string[]): Promise<ReadonlySet<string>> {
    if (tokens.length === 0) return new Set();
    const live = { tokenHash: { $in: tokens.map(hashOf) }, expiresAt: { $gt: this.clock.now() } };
    const open = new Set((await this.em.fork().find(ConsoleSession, live)).map(({ tokenHash }) => tokenHash));
    return new Set(tokens.filter((token) => open.has(hashOf(token))));
  }

  /**
   * Takes the session of a user to another environment of their tenant: it gets a key of that one, and its key of before
   * ends. The password that it began with opens all of them; it ends when it would have.
   * @throws DomainError `not_found` for the environment, `invalid_operation` for the session of a key that somebody has,
   * `unauthorized` where it ended meanwhile
   */
  async changeEnvironment(caller: Caller, token: string, environmentId: string): Promise<void> {
    const { tenantId } = caller;
    const environment = await this.environments.get(tenantId, environmentId);
    const keyHash = await this.em.fork().transactional(async (tx) => {
      const user = await tx.findOne(AppUser, { id: caller.userId ?? '', tenantId, status: 'published' }, KEPT);
      const { session, key } = await this.#lock(tx, token, tenantId);
      if (!session?.isLogin) throw ofOneEnvironment();
      if (!user || !key) throw keyRefused();
      if (await isTenantSuspended(tx, tenantId)) throw tenantSuspended();
      const scope = { tenantId, environmentId: environment.id };
      session.keyHash = hashApiKey(await this.loginKeys.create(tx, scope, user, caller, session.expiresAt));
      this.apiKeys.markRevoked(tx, key, caller, user.id);
      return key.keyHash;
    });
    this.apiKeys.forget([keyHash]);
  }

  /** Ends a session, everywhere at once; with it the key that a log-in made for it. Twice is once. */
  async end(caller: Caller, token: string): Promise<void> {
    const ended = await this.em.fork().transactional(async (tx) => {
      const { session, key } = await this.#lock(tx, token, caller.tenantId);
      if (!session) return [];
      tx.remove(session);
      if (!session.isLogin) this.#write(tx, caller, 'login.ended', caller, { before: null, after: {} });
      if (!session.isLogin || !key) return [];
      this.apiKeys.markRevoked(tx, key, caller, caller.userId ?? caller.keyId);
      return [key.keyHash];
    });
    this.apiKeys.forget(ended);
  }

  async #lock(tx: EntityManager, token: string, tenantId: string) {
    const now = this.clock.now();
    const session = await tx.findOne(
      ConsoleSession,
      { tokenHash: hashOf(token), tenantId, expiresAt: { $gt: now } },
      LOCKED,
    );
    const key = session && (await tx.findOne(ApiKey, { keyHash: session.keyHash, ...liveKeys(now) }, LOCKED));
    return { session, key };
  }

  async #open(key: KnownKey, keyHash: string, isLogin: boolean, from: Origin): Promise<NewSession> {
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    const now = this.clock.now();
    const lifetimeMs = Math.min(LIFETIME_MS, (key.expiresAt?.getTime() ?? Infinity) - now.getTime());
    const expiresAt = new Date(now.getTime() + lifetimeMs);
    const em = this.em.fork();
    await this.#clearExpired(em, now);
    em.create(ConsoleSession, {
      tokenHash: hashOf(token),
      tenantId: key.tenantId,
      keyHash,
      isLogin,
      expiresAt,
      createdAt: now,
    });
    // Of a log-in it is written where its key is made.
    const after = { expires_at: formatTimestamp(expiresAt) };
    if (!isLogin) this.#write(em, { ...key, ...from }, 'login.succeeded', key, { before: null, after });
    await em.flush();
    return { token, lifetimeMs };
  }

  #write(
    em: EntityManager,
    by: Parameters<AuditLog['write']>[1],
    action: 'login.succeeded' | 'login.ended',
    { tenantId, environmentId, keyId }: Pick<KnownKey, 'tenantId' | 'environmentId' | 'keyId'>,
    images: { before: null; after: Record<string, unknown> },
  ): void {
    this.audit.write(em, by, { action, tenantId, environmentId, target: { kind: 'api_key', id: keyId }, ...images });
  }

  async #clearExpired(em: EntityManager, now: Date): Promise<void> {
    const oldest = { orderBy: { expiresAt: 'asc' }, limit: CLEARED_AT_ONCE } as const;
    const expired = await em.find(ConsoleSession, { expiresAt: { $lte: now } }, oldest);
    if (expired.length === 0) return;
    await em.nativeDelete(ConsoleSession, { tokenHash: { $in: expired.map(({ tokenHash }) => tokenHash) } });
  }
}

function hashOf(token: string): string {
  return hash('sha256', token, 'hex');
}

function ofOneEnvironment(): DomainError {
  return new DomainError(
    'invalid_operation',
    'a session that was opened with a key is of that key’s environment: log in by e-mail, or with a key of the other one',
  );
}
