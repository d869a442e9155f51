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
import { Environment } from '../auth/environment.entity.js';
import { Config } from '../config.js';
import { Clock } from '../shared/clock.js';
import { newId } from '../shared/ids.js';
import { readSettingValue, SETTINGS } from './setting-keys.js';
import { TenantSetting } from './tenant-setting.entity.js';
/** A change takes effect within 5 s on every process, at once in the one that made it. */
const TRUSTED_MS = 4_000;
const CACHE_LIMIT = 10_000;
/** What an environment has set, and the default where it has set nothing. */
let SettingsService = class SettingsService {
    em;
    clock;
    config;
    #cache;
    constructor(em, clock, config) {
        this.em = em;
        this.clock = clock;
        this.config = config;
        const timing = { ttl: TRUSTED_MS, ttlResolution: 0, perf: { now: () => this.clock.now().getTime() } };
        this.#cache = new LRUCache({ ...timing, max: CACHE_LIMIT });
    }
    /** The value in force. Read often: remembered for 4 s. */
    async get(scope, key) {
        const cacheKey = cacheKeyOf(scope, key);
        const cached = this.#cache.get(cacheKey);
        if (cached)
            return cached;
        const { value } = await this.read(scope, key);
        this.#cache.set(cacheKey, value);
        return value;
    }
    /** The value in force with its row, undefined while the default is; never from the cache. */
    async read(scope, key) {
        const row = await this.em.fork().findOne(TenantSetting, rowOf(scope, key));
        if (!row)
            return { value: await this.#defaultOf(scope, key), row: undefined };
        // A row of an older version may lack what was added since.
        return { value: { ...SETTINGS[key].defaultValue, ...row.value }, row };
    }
    /**
     * Replaces a setting; fields that are left out get their default.
     * @throws DomainError `validation`, its fields under `value`
     */
    async put(scope, key, value, actor = '') {
        const stored = readSettingValue(key, value);
        const now = this.clock.now();
        const em = this.em.fork();
        const row = await em.upsert(TenantSetting, {
            id: newId('setting', now),
            ...rowOf(scope, key),
            value: stored,
            status: 'published',
            createdAt: now,
            updatedAt: now,
            createdBy: actor,
            updatedBy: actor,
        }, {
            onConflictFields: ['tenantId', 'environmentId', 'key'],
            onConflictMergeFields: ['value', 'updatedAt', 'updatedBy'],
        });
        this.#cache.delete(cacheKeyOf(scope, key));
        return row;
    }
    /** Back to the default. Deleting what was not set is no error. */
    async delete(scope, key) {
        await this.em.fork().nativeDelete(TenantSetting, rowOf(scope, key));
        this.#cache.delete(cacheKeyOf(scope, key));
    }
    /** The sandbox is the default only where nothing is real: a development environment of an installation that has it. */
    async #defaultOf(scope, key) {
        const { defaultValue } = SETTINGS[key];
        if (key !== 'payments' || !this.config.isSandboxEnabled)
            return defaultValue;
        const { tenantId, environmentId: id } = scope;
        const environment = await this.em.fork().findOne(Environment, { id, tenantId, type: 'development' });
        return environment ? { provider: 'sandbox' } : defaultValue;
    }
};
SettingsService = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [EntityManager,
        Clock,
        Config])
], SettingsService);
export { SettingsService };
function rowOf({ tenantId, environmentId }, key) {
    return { tenantId, environmentId, key };
}
function cacheKeyOf({ tenantId, environmentId }, key) {
    return `${tenantId} ${environmentId} ${key}`;
}
//# sourceMappingURL=settings.service.js.map