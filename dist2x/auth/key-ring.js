var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Clock } from '../shared/clock.js';
import { hashApiKey, isWellFormedApiKey } from './api-key-format.js';
import { ApiKey } from './api-key.entity.js';
import { Environment } from './environment.entity.js';
import { scopesOf } from './scopes.js';
import { Tenant } from './tenant.entity.js';
/** A revocation takes effect within 5 s on every process: what was read before it may be trusted for 4. */
const TRUSTED_MS = 4_000;
const KNOWN_LIMIT = 20_000;
/** Keys of the right form that do not exist. A flood of them must not push the real ones out. */
const UNKNOWN_LIMIT = 2_000;
/** Looks API keys up, and remembers for a moment what it found. */
let KeyRing = class KeyRing {
    em;
    clock;
    #known;
    #unknown;
    /** Lookups under way: a burst with one key asks the database once. */
    #lookups = new Map();
    constructor(em, clock) {
        this.em = em;
        this.clock = clock;
        const timing = { ttl: TRUSTED_MS, ttlResolution: 0, perf: { now: () => this.clock.now().getTime() } };
        this.#known = new LRUCache({ ...timing, max: KNOWN_LIMIT });
        this.#unknown = new LRUCache({ ...timing, max: UNKNOWN_LIMIT });
    }
    /** The key that a client showed; undefined for one that is malformed, unknown or revoked. Expiry is the guard's to judge. */
    async find(key) {
        if (!isWellFormedApiKey(key))
            return undefined;
        const keyHash = hashApiKey(key);
        const known = this.#known.get(keyHash);
        if (known)
            return known;
        if (this.#unknown.has(keyHash))
            return undefined;
        const lookup = this.#lookups.get(keyHash) ?? this.#lookUp(keyHash);
        this.#lookups.set(keyHash, lookup);
        return lookup;
    }
    /** Forgets a key that was just revoked or changed here; other processes forget it in time. */
    forget(keyHash) {
        this.#known.delete(keyHash);
        this.#unknown.delete(keyHash);
        this.#lookups.delete(keyHash);
    }
    async #lookUp(keyHash) {
        try {
            const found = await this.#read(keyHash);
            // Not remembered when it was forgotten meanwhile: it may have been read before the revocation.
            if (this.#lookups.has(keyHash)) {
                if (found)
                    this.#known.set(keyHash, found);
                else
                    this.#unknown.set(keyHash, true);
            }
            return found;
        }
        finally {
            this.#lookups.delete(keyHash);
        }
    }
    async #read(keyHash) {
        const em = this.em.fork();
        const apiKey = await em.findOne(ApiKey, { keyHash, status: 'published' });
        if (!apiKey)
            return undefined;
        const [environment, tenant] = await Promise.all([
            em.findOne(Environment, { id: apiKey.environmentId, tenantId: apiKey.tenantId, status: 'published' }),
            em.findOne(Tenant, { id: apiKey.tenantId, status: 'published' }),
        ]);
        if (!environment || !tenant)
            return undefined;
        return {
            keyId: apiKey.id,
            tenantId: apiKey.tenantId,
            environmentId: apiKey.environmentId,
            environmentType: environment.type,
            customerId: apiKey.customerId ?? null,
            scopes: scopesOf({ type: apiKey.type, customerId: apiKey.customerId ?? null, scopes: apiKey.scopes ?? null }),
            expiresAt: apiKey.expiresAt ?? null,
            lastUsedAt: apiKey.lastUsedAt ?? null,
            isTenantSuspended: tenant.tenantStatus === 'suspended',
        };
    }
};
KeyRing = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [EntityManager,
        Clock])
], KeyRing);
export { KeyRing };
//# sourceMappingURL=key-ring.js.map