import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { Clock } from '../shared/clock.js';
import { DomainError, invalidField, notFound } from '../shared/errors.js';
import { newId } from '../shared/ids.js';
import type { Scope } from '../shared/scope.js';
import { displayIdOf, generateApiKey, hashApiKey } from './api-key-format.js';
import { ApiKey } from './api-key.entity.js';
import type { Caller } from './caller.js';
import { KeyRing } from './key-ring.js';
import { defaultScopesOf, type KeyType, type ScopeName, scopeLimitOf } from './scopes.js';

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
  ) {}

  /**
   * Makes a key. The plain key is in the answer and nowhere else.
   * @param grantor whose scopes the new key's must not exceed; none when the operator makes it
   * @param em the caller's transaction, if it is to be made in one
   * @throws DomainError `validation`, or `not_found` for an unknown customer
   */
  async createApiKey(
    scope: Scope,
    request: NewApiKey,
    grantor?: Caller,
    em: EntityManager = this.em.fork(),
  ): Promise<{ secret: ApiKey; plainKey: string }> {
    const { name, type = 'private_key', customerId = null, expiresAt = null, userId = null } = request;
    const actor = grantor?.keyId ?? userId ?? '';
    const now = this.clock.now();
    if (expiresAt && expiresAt <= now) throw invalidField('expires_at', 'must be in the future');
    const scopes = grantedScopes({ type, customerId, scopes: request.scopes ?? null }, grantor);
    if (customerId !== null) await this.requireCustomer(em, scope, customerId);
    const plainKey = generateApiKey(type);
    const secret = em.create(ApiKey, {
      id: newId('secret', now),
      tenantId: scope.tenantId,
      environmentId: scope.environmentId,
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
    await em.flush();
    return { secret, plainKey };
  }

  /** The keys that were not revoked (or those that were), newest first. */
  async listApiKeys(
    { tenantId, environmentId }: Scope,
    page: { limit: number; offset: number; order: 'asc' | 'desc'; status?: string | undefined },
  ): Promise<[ApiKey[], number]> {
    const { limit, offset, order, status = 'published' } = page;
    return this.em
      .fork()
      .findAndCount(
        ApiKey,
        { tenantId, environmentId, status },
        { limit, offset, orderBy: { createdAt: order, id: order } },
      );
  }

  /**
   * Takes a key back: refused from now on in this process, within 5 s in every other.
   * @throws DomainError `not_found`
   */
  async revokeApiKey({ tenantId, environmentId }: Scope, id: string, actor = ''): Promise<void> {
    const em = this.em.fork();
    const secret = await em.findOne(ApiKey, { id, tenantId, environmentId, status: 'published' });
    if (!secret) throw notFound('API key', { secret_id: id });
    const now = this.clock.now();
    em.assign(secret, { status: 'deleted', revokedAt: now, updatedAt: now, updatedBy: actor });
    await em.flush();
    this.keyRing.forget(secret.keyHash);
  }

  /**
   * Takes the keys of a customer's account back, in the caller's transaction.
   * @returns what to `forget` after the commit
   */
  async revokeAccountKeys(tx: EntityManager, scope: Scope, customerId: string, actor: string): Promise<string[]> {
    const { tenantId, environmentId } = scope;
    const keys = await tx.find(ApiKey, { tenantId, environmentId, customerId, status: 'published' });
    const now = this.clock.now();
    for (const key of keys) tx.assign(key, { status: 'deleted', revokedAt: now, updatedAt: now, updatedBy: actor });
    return keys.map(({ keyHash }) => keyHash);
  }

  /** Refuses revoked keys at once in this process. */
  forget(keyHashes: string[]): void {
    for (const keyHash of keyHashes) this.keyRing.forget(keyHash);
  }
}

type Requested = { type: KeyType; customerId: string | null; scopes: ScopeName[] | null };

/** The scopes to store: no more than the kind of key may have, and no more than who grants them has. */
function grantedScopes(key: Requested, grantor: Caller | undefined): ScopeName[] | null {
  if (key.type === 'publishable_key' && key.customerId !== null) {
    throw invalidField('type', 'must be private_key for the key of an account');
  }
  const limit = scopeLimitOf(key);
  const beyond = key.scopes?.filter((scope) => !limit.includes(scope)) ?? [];
  if (beyond.length > 0) throw invalidField('scopes', `this kind of key cannot have ${beyond.join(', ')}`);
  const asked = key.scopes ?? defaultScopesOf(key);
  const missing = grantor ? asked.filter((scope) => !grantor.scopes.has(scope)) : [];
  if (missing.length === 0) return key.scopes;
  throw new DomainError('forbidden', `a key cannot grant what it lacks: ${missing.join(', ')}`, {
    details: { scopes: missing },
  });
}
