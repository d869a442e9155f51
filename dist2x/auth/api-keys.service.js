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
import { DomainError, invalidField, notFound } from '../shared/errors.js';
import { newId } from '../shared/ids.js';
import { displayIdOf, generateApiKey, hashApiKey } from './api-key-format.js';
import { ApiKey } from './api-key.entity.js';
import { KeyRing } from './key-ring.js';
import { scopeLimitOf } from './scopes.js';
/** API keys of an environment: made, listed, taken back. */
let ApiKeysService = class ApiKeysService {
    em;
    clock;
    keyRing;
    constructor(em, clock, keyRing) {
        this.em = em;
        this.clock = clock;
        this.keyRing = keyRing;
    }
    /**
     * Makes a key. The plain key is in the answer and nowhere else.
     * @param grantor whose scopes the new key's must not exceed; none when the operator makes it
     * @throws DomainError `validation`, or `not_found` for an unknown customer
     */
    async createApiKey(scope, request, grantor) {
        const { name, type = 'private_key', customerId = null, expiresAt = null } = request;
        const now = this.clock.now();
        if (expiresAt && expiresAt <= now)
            throw invalidField('expires_at', 'must be in the future');
        const scopes = grantedScopes({ type, customerId, scopes: request.scopes ?? null }, grantor);
        const em = this.em.fork();
        if (customerId !== null)
            await this.#requireCustomer(em, scope, customerId);
        const plainKey = generateApiKey(type);
        const secret = em.create(ApiKey, {
            id: newId('secret', now),
            tenantId: scope.tenantId,
            environmentId: scope.environmentId,
            customerId,
            name,
            type,
            keyHash: hashApiKey(plainKey),
            displayId: displayIdOf(plainKey),
            scopes,
            expiresAt,
            status: 'published',
            createdAt: now,
            updatedAt: now,
            createdBy: grantor?.keyId ?? '',
            updatedBy: grantor?.keyId ?? '',
        });
        await em.flush();
        return { secret, plainKey };
    }
    /** The keys that were not revoked, newest first. */
    async listApiKeys({ tenantId, environmentId }, page) {
        const { limit, offset, order } = page;
        return this.em
            .fork()
            .findAndCount(ApiKey, { tenantId, environmentId, status: 'published' }, { limit, offset, orderBy: { createdAt: order, id: order } });
    }
    /**
     * Takes a key back: refused from now on in this process, within 5 s in every other.
     * @throws DomainError `not_found`
     */
    async revokeApiKey({ tenantId, environmentId }, id, actor = '') {
        const em = this.em.fork();
        const secret = await em.findOne(ApiKey, { id, tenantId, environmentId, status: 'published' });
        if (!secret)
            throw notFound('API key', { secret_id: id });
        const now = this.clock.now();
        em.assign(secret, { status: 'deleted', revokedAt: now, updatedAt: now, updatedBy: actor });
        await em.flush();
        this.keyRing.forget(secret.keyHash);
    }
    /** By the table, not by the customers' service: rooms to the right are not imported here. */
    async #requireCustomer(em, { tenantId, environmentId }, customerId) {
        const sql = `select 1 from customer where id = ? and tenant_id = ? and environment_id = ? and status = 'published'`;
        const rows = await em.execute(sql, [customerId, tenantId, environmentId]);
        if (rows.length === 0)
            throw notFound('customer', { customer_id: customerId });
    }
};
ApiKeysService = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [EntityManager,
        Clock,
        KeyRing])
], ApiKeysService);
export { ApiKeysService };
/** The scopes to store: no more than the kind of key may have, and no more than who grants them has. */
function grantedScopes(key, grantor) {
    if (key.type === 'publishable_key' && key.customerId !== null) {
        throw invalidField('type', 'must be private_key for the key of an account');
    }
    const limit = scopeLimitOf(key);
    const beyond = key.scopes?.filter((scope) => !limit.includes(scope)) ?? [];
    if (beyond.length > 0)
        throw invalidField('scopes', `this kind of key cannot have ${beyond.join(', ')}`);
    const asked = key.scopes ?? limit;
    const missing = grantor ? asked.filter((scope) => !grantor.scopes.has(scope)) : [];
    if (missing.length === 0)
        return key.scopes;
    throw new DomainError('forbidden', `a key cannot grant what it lacks: ${missing.join(', ')}`, {
        details: { scopes: missing },
    });
}
//# sourceMappingURL=api-keys.service.js.map