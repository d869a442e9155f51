import { LockMode } from '@mikro-orm/core';
import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { Clock } from '../shared/clock.js';
import { DomainError, invalidField, keyRefused, notFound } from '../shared/errors.js';
import { newId } from '../shared/ids.js';
import { type Scope, scopeOf } from '../shared/scope.js';
import { displayIdOf, generateApiKey, hashApiKey } from './api-key-format.js';
import { ApiKey, liveKeys } from './api-key.entity.js';
import { AuditLog } from './audit/audit-log.js';
import { type Author, OPERATOR } from './audit/author.js';
import type { Caller } from './caller.js';
import { Environment } from './environment.entity.js';
import { checkMayRevoke, grantedScopes } from './key-rights.js';
import { KeyRing } from './key-ring.js';
import type { KeyType, ScopeName } from './scopes.js';

export interface NewApiKey {
  name: string;
  /** Default `private_key`. */
  type?: KeyType;
  /** Makes it an account key: "the account" of every call with it is this customer. */
  customerId?: string | null;
  /** Default: all that its kind of key may. */
  scopes?: ScopeName[] | null;
  expiresAt?: Date | null;
  /** The user who logged in for it. */
  userId?: string | null;
}

/** Of a key that has made more, only so many are told. */
const MADE_LIMIT = 1000;
const LOCKED = { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true } as const;

/** API keys of an environment: made, listed, taken back. */
@Injectable()
export class ApiKeysService {
  /** Asked before a key is bound to an account, by the room that keeps customers; what it throws refuses the key. */
  requireCustomer: (em: EntityManager, scope: Scope, customerId: string) => Promise<void> = async () => {
    throw new Error('nobody here knows customers');
  };

  constructor(
    private readonly em: EntityManager,
    private readonly clock: Clock,
    private readonly keyRing: KeyRing,
    private readonly audit: AuditLog,
  ) {}

  /**
   * Makes a key. The plain key is in the answer and nowhere else.
   * @param grantor whose scopes the new key's must not exceed; none when the operator makes it
   * @throws DomainError `validation`, `not_found` for an unknown customer, `unauthorized` when the grantor was revoked
   */
  async createApiKey(
    scope: Scope,
    request: NewApiKey,
    grantor?: Caller,
  ): Promise<{ secret: ApiKey; plainKey: string }> {
    return this.em.fork().transactional(async (tx) => {
      const made = await this.add(tx, scope, request, grantor);
      this.audit.change(tx, grantor ?? OPERATOR, 'api_key.created', made.secret);
      return made;
    });
  }

  /** The same in the caller's transaction, which tells the audit log of it. */
  async add(tx: EntityManager, scope: Scope, request: NewApiKey, grantor?: Caller) {
    const { name, type = 'private_key', customerId = null, expiresAt = null, userId = null } = request;
    const actor = grantor?.keyId ?? userId ?? '';
    const now = this.clock.now();
    if (expiresAt && expiresAt <= now) throw invalidField('expires_at', 'must be in the future');
    const scopes = grantedScopes({ type, customerId, scopes: request.scopes ?? null }, grantor?.scopes);
    if (grantor) await this.#requireLive(tx, grantor, LockMode.PESSIMISTIC_READ);
    if (customerId !== null) await this.requireCustomer(tx, scope, customerId);
    const plainKey = generateApiKey(type);
    const secret = tx.create(ApiKey, {
      id: newId('secret', now),
      ...scopeOf(scope),
      customerId,
      userId,
      name,
      type,
      keyHash: hashApiKey(plainKey),
      displayId: displayIdOf(plainKey),
      scopes,
      expiresAt,
      status: 'published',
      createdAt: now,
      updatedAt: now,
      createdBy: actor,
      updatedBy: actor,
    });
    return { secret, plainKey };
  }

  /**
   * The keys that were not revoked (or those that were), newest first.
   * @param page.made_by only those that this key has made, itself or through keys that it made
   */
  async listApiKeys(
    scope: Scope,
    page: { limit: number; offset: number; order: 'asc' | 'desc'; status?: string | undefined; made_by?: string },
  ): Promise<[ApiKey[], number]> {
    const { limit, offset, order, status = 'published', made_by: maker } = page;
    const em = this.em.fork();
    const made = maker === undefined ? {} : { id: { $in: await findKeysMadeBy(em, scope.tenantId, maker) } };
    const where = { ...scopeOf(scope), status, ...made };
    return em.findAndCount(ApiKey, where, { limit, offset, orderBy: { createdAt: order, id: order } });
  }

  /**
   * Takes a key back: refused from now on in this process, within 5 s in every other. The portal sessions that it has
   * started end with it, since they are good only while it is.
   * @param revoker the key that asks; none for the operator, who may revoke any
   * @returns ids of the keys that work on although it made them, itself or through keys that it made; the oldest first
   * @throws DomainError `not_found`; `forbidden` for a key that the revoker could not have made; `invalid_operation` for
   * the last one of its rights that can make keys; `unauthorized` when the revoker was revoked meanwhile
   */
  async revokeApiKey(scope: Scope, id: string, revoker?: Caller): Promise<string[]> {
    const em = this.em.fork();
    const { keyHash, made } = await em.transactional(async (tx) => {
      if (revoker) await this.#requireLive(tx, revoker, LockMode.PESSIMISTIC_WRITE);
      const key = await tx.findOne(ApiKey, { id, ...scopeOf(scope), status: 'published' }, LOCKED);
      if (!key) throw notFound('API key', { secret_id: id });
      if (revoker) await this.#checkRevocation(tx, key, revoker);
      this.markRevoked(tx, key, revoker ?? OPERATOR);
      return { keyHash: key.keyHash, made: await this.#liveKeysMadeBy(tx, key) };
    });
    this.keyRing.forget(keyHash);
    return made;
  }

  /**
   * Ends the log-in whose token the caller shows.
   * @throws DomainError `invalid_operation` for any other key
   */
  async endLogin(caller: Caller): Promise<void> {
    const { keyId, tenantId, userId } = caller;
    if (userId === null) {
      throw new DomainError('invalid_operation', 'this key is not the token of a log-in', {
        details: { instead: `DELETE /v1/secrets/api/keys/${keyId}` },
      });
    }
    const keyHash = await this.em.fork().transactional(async (tx) => {
      const key = await tx.findOne(ApiKey, { id: keyId, tenantId, status: 'published' }, LOCKED);
      if (key) this.markRevoked(tx, key, caller, userId);
      return key?.keyHash;
    });
    // Gone already: whoever logs out twice at once is out.
    if (keyHash !== undefined) this.keyRing.forget(keyHash);
  }

  /**
   * Takes the keys of a customer's account back, in the caller's transaction.
   * @returns what to `forget` after the commit
   */
  async revokeAccountKeys(tx: EntityManager, scope: Scope, customerId: string, by: Author): Promise<string[]> {
    const { tenantId, environmentId } = scope;
    const keys = await tx.find(ApiKey, { tenantId, environmentId, customerId, status: 'published' });
    for (const key of keys) this.markRevoked(tx, key, by);
    return keys.map(({ keyHash }) => keyHash);
  }

  /** Refuses revoked keys at once in this process. */
  forget(keyHashes: string[]): void {
    for (const keyHash of keyHashes) this.keyRing.forget(keyHash);
  }

  /**
   * The caller's key may have been revoked since it was looked up: asked again, under a lock of its environment. Two keys
   * that revoke each other at once take turns, and nothing is made with a key that is being revoked.
   */
  async #requireLive(tx: EntityManager, caller: Caller, lockMode: LockMode): Promise<void> {
    const { keyId, tenantId, environmentId } = caller;
    await tx.findOneOrFail(Environment, { id: environmentId, tenantId }, { lockMode, refresh: true });
    if (await tx.count(ApiKey, { id: keyId, ...liveKeys(this.clock.now()) })) return;
    throw keyRefused();
  }

  /** Nobody locks a tenant out: what is revoked could be made again, by the revoker, another key, or after a log-in. */
  async #checkRevocation(tx: EntityManager, key: ApiKey, revoker: Caller): Promise<void> {
    const { id, type, customerId = null, scopes = null } = key;
    checkMayRevoke({ type, customerId, scopes }, revoker.scopes);
    if (id !== revoker.keyId || revoker.userId !== null) return;
    const others = await tx.count(ApiKey, {
      ...scopeOf(key),
      ...liveKeys(this.clock.now()),
      id: { $ne: id },
      userId: null,
      type,
      customerId,
      $and: [{ $or: [{ scopes: null }, { scopes: { $contains: [...revoker.scopes] } }] }],
    });
    if (others > 0) return;
    throw new DomainError('invalid_operation', 'no other key could make this one again: make another one first', {
      details: { secret_id: id },
    });
  }

  /** In whichever environment of the tenant: a key may have made some for another. */
  async #liveKeysMadeBy(tx: EntityManager, { id, tenantId }: ApiKey): Promise<string[]> {
    const made = await findKeysMadeBy(tx, tenantId, id);
    const where = { id: { $in: made }, ...liveKeys(this.clock.now()) };
    const live = await tx.find(ApiKey, where, { fields: ['id'], orderBy: { createdAt: 'asc', id: 'asc' } });
    return live.map((key) => key.id);
  }

  /** Takes a key back, in the caller's transaction, which has locked it. What to `forget` after the commit is its `keyHash`. */
  markRevoked(tx: EntityManager, key: ApiKey, by: Author, actor = by.keyId): void {
    const now = this.clock.now();
    tx.assign(key, { status: 'deleted', revokedAt: now, updatedAt: now, updatedBy: actor });
    this.audit.change(tx, by, 'api_key.revoked', key);
  }
}

/** Ids of the keys that a key has made, itself or through others, revoked ones too: they may have made some that are not. */
async function findKeysMadeBy(em: EntityManager, tenantId: string, id: string): Promise<string[]> {
  const rows = await em.execute<{ id: string }[]>(
    `with recursive made as (
       select id from api_key where created_by = ? and tenant_id = ?
       union
       select later.id from made join api_key later on later.created_by = made.id where later.tenant_id = ?
     )
     select id from made limit ?`,
    [id, tenantId, tenantId, MADE_LIMIT],
  );
  return rows.map((row) => row.id);
}
