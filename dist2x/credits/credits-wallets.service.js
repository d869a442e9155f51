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
import { LedgerService } from '../ledger/ledger.service.js';
import { Wallet } from '../ledger/wallet.entity.js';
import { SettingsService } from '../settings/settings.service.js';
import { Clock } from '../shared/clock.js';
import { decimal, ZERO } from '../shared/decimal.js';
import { DomainError } from '../shared/errors.js';
import { newId } from '../shared/ids.js';
/**
 * The wallet that an account's credits live in, an ordinary one: the active prepaid wallet in the environment's credits
 * currency; without it the oldest active prepaid one. Made when something is first written.
 */
let CreditsWallets = class CreditsWallets {
    em;
    ledger;
    settings;
    clock;
    constructor(em, ledger, settings, clock) {
        this.em = em;
        this.ledger = ledger;
        this.settings = settings;
        this.clock = clock;
    }
    async find({ scope, customerId }) {
        const { currency } = await this.settings.get(scope, 'credits');
        const where = { ...scope, customerId, walletType: 'PRE_PAID', walletStatus: 'active' };
        const wallets = await this.em.fork().find(Wallet, where, { orderBy: { createdAt: 'asc', id: 'asc' } });
        return wallets.find((wallet) => wallet.currency === currency) ?? wallets[0];
    }
    /** Of several that ask at once, one makes it and all get it: the unique index on active wallets decides. */
    async findOrOpen(account) {
        const known = await this.find(account);
        if (known)
            return known;
        try {
            await this.#open(account);
        }
        catch (error) {
            if (!(error instanceof DomainError && error.kind === 'already_exists'))
                throw error;
        }
        const wallet = await this.find(account);
        if (!wallet)
            throw new DomainError('unavailable', 'the wallet was closed meanwhile: repeat the request');
        return wallet;
    }
    async #open({ scope, customerId, actor }) {
        const { currency } = await this.settings.get(scope, 'credits');
        const now = this.clock.now();
        const wallet = {
            id: newId('wallet', now),
            ...scope,
            customerId,
            currency,
            walletType: 'PRE_PAID',
            walletStatus: 'active',
            name: `Prepaid Wallet - ${currency.toUpperCase()}`,
            description: '',
            metadata: {},
            allowedPriceTypes: ['ALL'],
            conversionRate: decimal(1),
            topupConversionRate: decimal(1),
            creditBalance: ZERO,
            held: ZERO,
            debt: ZERO,
            overdraftLimit: ZERO,
            sequence: 0,
            lastEntryHash: '',
            lastEntryAt: null,
            alertSettings: null,
            alertState: 'ok',
            creditAlertState: 'ok',
            status: 'published',
            createdAt: now,
            updatedAt: now,
            createdBy: actor.keyId,
            updatedBy: actor.keyId,
        };
        await this.ledger.post({ kind: 'open', scope, walletId: wallet.id, wallet, actor, answer: () => null });
    }
};
CreditsWallets = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [EntityManager,
        LedgerService,
        SettingsService,
        Clock])
], CreditsWallets);
export { CreditsWallets };
//# sourceMappingURL=credits-wallets.service.js.map