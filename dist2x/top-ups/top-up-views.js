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
import { notFound } from '../shared/errors.js';
import { Wallet } from '../ledger/wallet.entity.js';
import { TopUpRepository } from './top-up-repository.js';
/** What is to be seen of a wallet's top-ups. An unknown wallet and another tenant's answer the same. */
let TopUpViews = class TopUpViews {
    em;
    repository;
    constructor(em, repository) {
        this.em = em;
        this.repository = repository;
    }
    async topUps(scope, walletId, { limit, offset }) {
        await this.#requireWallet(scope, walletId);
        const [topUps, total] = await this.repository.listOfWallet(scope, walletId, limit, offset);
        return { topUps, attempts: await this.repository.attemptsOf(topUps.map(({ id }) => id)), total };
    }
    async decisions(scope, walletId, { limit, offset }) {
        await this.#requireWallet(scope, walletId);
        const [decisions, total] = await this.repository.decisionsOfWallet(scope, walletId, limit, offset);
        return { decisions, total };
    }
    async #requireWallet({ tenantId, environmentId }, walletId) {
        const known = await this.em.fork().count(Wallet, { id: walletId, tenantId, environmentId });
        if (known === 0)
            throw notFound('wallet', { wallet_id: walletId });
    }
};
TopUpViews = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [EntityManager,
        TopUpRepository])
], TopUpViews);
export { TopUpViews };
//# sourceMappingURL=top-up-views.js.map