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
import { creditsPage, offsetOf, orderingOf } from '../http/credits-page.js';
import { TopUpDecision } from '../top-ups/top-up-decision.entity.js';
import { TopUp } from '../top-ups/top-up.entity.js';
import { renderAccountDecision } from './account-decisions.dto.js';
import { CreditsWallets } from './credits-wallets.service.js';
const ORDERINGS = { first_seen_at: 'createdAt', last_seen_at: 'lastSeenAt' };
const NEWEST_FIRST = { property: 'lastSeenAt', direction: 'desc' };
/** Why an account was, or was not, charged automatically. */
let AccountDecisionsService = class AccountDecisionsService {
    em;
    wallets;
    constructor(em, wallets) {
        this.em = em;
        this.wallets = wallets;
    }
    async list(account, query) {
        const { property, direction } = orderingOf(query, ORDERINGS, NEWEST_FIRST);
        const wallet = await this.wallets.find(account);
        if (!wallet)
            return creditsPage([], 0, query);
        const em = this.em.fork();
        const [decisions, count] = await em.findAndCount(TopUpDecision, { walletId: wallet.id }, { limit: query.length, offset: offsetOf(query), orderBy: { [property]: direction, id: direction } });
        const topUpIds = decisions.flatMap(({ topUpId }) => topUpId ?? []);
        const topUps = await em.find(TopUp, { id: { $in: topUpIds } });
        const results = decisions.map((decision) => renderAccountDecision(decision, topUps.find(({ id }) => id === decision.topUpId)));
        return creditsPage(results, count, query);
    }
};
AccountDecisionsService = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [EntityManager,
        CreditsWallets])
], AccountDecisionsService);
export { AccountDecisionsService };
//# sourceMappingURL=account-decisions.service.js.map