import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Clock } from '../shared/clock.js';
import type { Scope } from '../shared/scope.js';
import { trustedCache } from '../shared/trusted-cache.js';
import { withinEveryScope } from '../shared/sight.js';
import { hashApiKey, isWellFormedApiKey } from './api-key-format.js';
import { ApiKey } from './api-key.entity.js';
import { Environment, type EnvironmentType } from './environment.entity.js';
import { type KeyType, type ScopeName, scopesOf } from './scopes.js';
import { Tenant } from './tenant.entity.js';
import { AppUser } from './users/app-user.entity.js';

/** A key that exists and was not revoked, with all that the guard asks of it. */
export interface KnownKey extends Scope {
  keyId: string;
  keyType: KeyType;
  keyName: string;
  environmentType: EnvironmentType;
  customerId: string | null;
  userId: string | null;
  userEmail: string | null;
  scopes: ReadonlySet<ScopeName>;
  expiresAt: Date | null;
  lastUsedAt: Date | null;
  isTenantSuspended: boolean;
}

const KNOWN_LIMIT = 20_000;
const HASHES_LIMIT = 5_000;
/** Keys of the right form that do not exist. A flood of them must not push the real ones out. */
const UNKNOWN_LIMIT = 2_000;

/** Looks API keys up, and remembers for a moment what it found. */
@Injectable()
export class KeyRing {
  readonly #known: LRUCache<string, KnownKey>;
  readonly #unknown: LRUCache<string, true>;
  /**
   * What keys that are known hash to, so that a request does not hash its own twice. Whether one is still known is said
   * above and nowhere else; keys that nobody has are not kept here.
   */
  readonly #hashes = new LRUCache<string, string>({ max: HASHES_LIMIT });
  /** Lookups under way: a burst with one key asks the database once. */
  readonly #lookups = new Map<string, Promise<KnownKey | undefined>>();

  constructor(
    private readonly em: EntityManager,
    clock: Clock,
  ) {
    this.#known = trustedCache(clock, KNOWN_LIMIT);
    this.#unknown = trustedCache(clock, UNKNOWN_LIMIT);
  }

  /** The key that a client showed; undefined for one that is malformed, unknown or revoked. Expiry is the guard's to judge. */
  async find(key: string): Promise<KnownKey | undefined> {
    const remembered = this.#hashes.get(key);
    if (remembered === undefined && !isWellFormedApiKey(key)) return undefined;
    const keyHash = remembered ?? hashApiKey(key);
    if (remembered === undefined && this.#known.has(keyHash)) this.#hashes.set(key, keyHash);
    return this.findByHash(keyHash);
  }

  /** The same of a key that somebody acts with who does not know it: a session of the console. */
  async findByHash(keyHash: string): Promise<KnownKey | undefined> {
    const known = this.#known.get(keyHash);
    if (known) return known;
    if (this.#unknown.has(keyHash)) return undefined;
    const lookup = this.#lookups.get(keyHash) ?? this.#lookUp(keyHash);
    this.#lookups.set(keyHash, lookup);
    return lookup;
  }

  /**
   * The key as it was known last, by now perhaps changed or revoked: to tell whose request it is, never to let it in. Asks
   * nobody, and says nothing of a key that was not shown for long.
   */
  recall(key: string): KnownKey | undefined {
    return this.#known.peek(this.#hashes.get(key) ?? hashApiKey(key), { allowStale: true });
  }

  /** Forgets a key that was just revoked or changed here; other processes forget it in time. */
  forget(keyHash: string): void {
    this.#known.delete(keyHash);
    this.#unknown.delete(keyHash);
    this.#lookups.delete(keyHash);
  }

  async #lookUp(keyHash: string): Promise<KnownKey | undefined> {
    try {
      const found = await withinEveryScope(() => this.#read(keyHash));
      // Not remembered when it was forgotten meanwhile: it may have been read before the revocation.
      if (this.#lookups.has(keyHash)) {
        if (found) this.#known.set(keyHash, found);
        else this.#unknown.set(keyHash, true);
      }
      return found;
    } finally {
      this.#lookups.delete(keyHash);
    }
  }

  async #read(keyHash: string): Promise<KnownKey | undefined> {
    const em = this.em.fork();
    const apiKey = await em.findOne(ApiKey, { keyHash, status: 'published' });
    if (!apiKey) return undefined;
    const [environment, tenant, user] = await Promise.all([
      em.findOne(Environment, { id: apiKey.environmentId, tenantId: apiKey.tenantId, status: 'published' }),
      em.findOne(Tenant, { id: apiKey.tenantId, status: 'published' }),
      apiKey.userId == null ? null : em.findOne(AppUser, { id: apiKey.userId, tenantId: apiKey.tenantId }),
    ]);
    if (!environment || !tenant) return undefined;
    return {
      keyId: apiKey.id,
      keyType: apiKey.type,
      keyName: apiKey.name,
      tenantId: apiKey.tenantId,
      environmentId: apiKey.environmentId,
      environmentType: environment.type,
      customerId: apiKey.customerId ?? null,
      userId: apiKey.userId ?? null,
      userEmail: user?.email ?? null,
      scopes: scopesOf({ type: apiKey.type, customerId: apiKey.customerId ?? null, scopes: apiKey.scopes ?? null }),
      expiresAt: apiKey.expiresAt ?? null,
      lastUsedAt: apiKey.lastUsedAt ?? null,
      isTenantSuspended: tenant.tenantStatus === 'suspended',
    };
  }
}
