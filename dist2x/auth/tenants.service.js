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
import { Clock } from '../shared/clock.js';
import { newId } from '../shared/ids.js';
import { displayIdOf, hashApiKey, isWellFormedApiKey, typeOfApiKey } from './api-key-format.js';
import { ApiKey } from './api-key.entity.js';
import { Environment } from './environment.entity.js';
import { Tenant } from './tenant.entity.js';
/** Any number, the same in every process: only one of them may make the first tenant. */
const BOOTSTRAP_LOCK = 7_203_455_101;
/** Tenants and their environments. */
let TenantsService = class TenantsService {
    em;
    clock;
    constructor(em, clock) {
        this.em = em;
        this.clock = clock;
    }
    async createTenant({ name }, actor = '') {
        const em = this.em.fork();
        const tenant = em.create(Tenant, this.#newTenant(name, actor));
        await em.flush();
        return tenant;
    }
    async createEnvironment(tenantId, environment, actor = '') {
        const em = this.em.fork();
        const created = em.create(Environment, this.#newEnvironment(tenantId, environment, actor));
        await em.flush();
        return created;
    }
    /** Suspends a tenant, which may then only read, or lets it write again; effective within 5 s. */
    async setTenantStatus(tenantId, tenantStatus, actor = '') {
        const change = { tenantStatus, updatedAt: this.clock.now(), updatedBy: actor };
        await this.em.fork().nativeUpdate(Tenant, { id: tenantId }, change);
    }
    /**
     * The first start in production: when there is no tenant yet, makes one with a production environment and a server key
     * that the operator chose. Later starts change nothing.
     * @throws Error when the key is not a well-formed `sk_` key
     * @returns whether it made them
     */
    async bootstrap(plainKey) {
        if (!isWellFormedApiKey(plainKey) || typeOfApiKey(plainKey) !== 'private_key') {
            throw new Error('the bootstrap key must be an sk_ key with a right checksum');
        }
        return this.em.fork().transactional(async (em) => {
            await em.execute('select pg_advisory_xact_lock(?)', [BOOTSTRAP_LOCK]);
            if ((await em.count(Tenant)) > 0)
                return false;
            const tenant = em.create(Tenant, this.#newTenant('Default', ''));
            const environment = em.create(Environment, this.#newEnvironment(tenant.id, { name: 'Production', type: 'production' }, ''));
            em.create(ApiKey, {
                id: newId('secret', this.clock.now()),
                tenantId: tenant.id,
                environmentId: environment.id,
                name: 'Bootstrap',
                type: 'private_key',
                keyHash: hashApiKey(plainKey),
                displayId: displayIdOf(plainKey),
                ...this.#base(''),
            });
            return true;
        });
    }
    #newTenant(name, actor) {
        const id = newId('tenant', this.clock.now());
        return { id, name, tenantStatus: 'active', metadata: {}, ...this.#base(actor) };
    }
    #newEnvironment(tenantId, { name, type }, actor) {
        return { id: newId('env', this.clock.now()), tenantId, name, type, ...this.#base(actor) };
    }
    #base(actor) {
        const now = this.clock.now();
        return { status: 'published', createdAt: now, updatedAt: now, createdBy: actor, updatedBy: actor };
    }
};
TenantsService = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [EntityManager,
        Clock])
], TenantsService);
export { TenantsService };
//# sourceMappingURL=tenants.service.js.map