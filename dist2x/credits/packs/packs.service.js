var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
import { LockMode, UniqueConstraintViolationException } from '@mikro-orm/core';
import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../shared/clock.js';
import { DomainError, notFound } from '../../shared/errors.js';
import { newId } from '../../shared/ids.js';
import { scopeOf } from '../../shared/scope.js';
import { CreditPack } from './credit-pack.entity.js';
/** The catalogue: what an environment sells. A change of it never changes what an account has agreed to. */
let PacksService = class PacksService {
    em;
    clock;
    constructor(em, clock) {
        this.em = em;
        this.clock = clock;
    }
    /** @throws already_exists for an id that was used before, also by a pack that is withdrawn */
    async create(manager, draft) {
        const now = this.clock.now();
        const em = this.em.fork();
        const id = draft.id ?? newId('pack', now);
        const pack = em.create(CreditPack, {
            ...scopeOf(manager),
            id,
            name: draft.name,
            priceMinor: draft.priceMinor,
            currency: draft.currency,
            packAmount: draft.packAmount,
            withdrawnAt: null,
            status: 'published',
            createdAt: now,
            updatedAt: now,
            createdBy: manager.keyId,
            updatedBy: manager.keyId,
        });
        try {
            await em.flush();
        }
        catch (error) {
            if (!(error instanceof UniqueConstraintViolationException))
                throw error;
            throw new DomainError('already_exists', `a pack with id ${id} exists already`, { details: { pack_id: id } });
        }
        return pack;
    }
    async change(manager, id, change) {
        return this.em.fork().transactional(async (tx) => {
            const where = { ...scopeOf(manager), id };
            const pack = await tx.findOne(CreditPack, where, { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true });
            if (!pack)
                throw notFound('pack', { pack_id: id });
            const now = this.clock.now();
            pack.name = change.name ?? pack.name;
            pack.priceMinor = change.priceMinor ?? pack.priceMinor;
            pack.currency = change.currency ?? pack.currency;
            pack.packAmount = change.packAmount ?? pack.packAmount;
            if (change.isOnSale === true)
                pack.withdrawnAt = null;
            if (change.isOnSale === false)
                pack.withdrawnAt ??= now;
            pack.updatedAt = now;
            pack.updatedBy = manager.keyId;
            return pack;
        });
    }
    async get(scope, id) {
        const pack = await this.find(scope, id);
        if (!pack)
            throw notFound('pack', { pack_id: id });
        return pack;
    }
    /** A pack that can be bought. Unknown and withdrawn are the same to a buyer. */
    async getOnSale(scope, id) {
        const pack = await this.find(scope, id);
        if (!pack || !isOnSale(pack))
            throw notFound('pack', { pack_id: id });
        return pack;
    }
    async find(scope, id, em = this.em.fork()) {
        return (await em.findOne(CreditPack, { ...scopeOf(scope), id })) ?? undefined;
    }
    /** Withdrawn ones included. */
    async list(scope, page, direction) {
        const orderBy = { createdAt: direction, id: direction };
        return this.em.fork().findAndCount(CreditPack, scopeOf(scope), { ...page, orderBy });
    }
    async listOnSale(scope, page, order) {
        const where = { ...scopeOf(scope), withdrawnAt: null };
        const orderBy = { [order.property]: order.direction, id: 'asc' };
        return this.em.fork().findAndCount(CreditPack, where, { ...page, orderBy });
    }
    async unitPrices({ tenantId, environmentId }, em = this.em.fork()) {
        const rows = await em.execute(`select distinct on (currency) currency, price_minor, pack_amount::text as pack_amount
       from credit_pack where tenant_id = ? and environment_id = ? and withdrawn_at is null
       order by currency, price_minor::numeric / pack_amount desc`, [tenantId, environmentId]);
        return new Map(rows.map((row) => [row.currency, { priceMinor: row.price_minor, packAmount: Number(row.pack_amount) }]));
    }
};
PacksService = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [EntityManager,
        Clock])
], PacksService);
export { PacksService };
export function isOnSale(pack) {
    return !pack.withdrawnAt;
}
//# sourceMappingURL=packs.service.js.map