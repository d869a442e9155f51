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
import { invalidFields } from '../http/field-errors.js';
import { LedgerService } from '../ledger/ledger.service.js';
import { SettingsService } from '../settings/settings.service.js';
import { decimal } from '../shared/decimal.js';
import { newId } from '../shared/ids.js';
import { TopUpRulesService } from '../top-ups/top-up-rules.service.js';
import { AccountCards } from './account-cards.js';
import { checkSettings } from './check-settings.js';
import { Consent } from './consent.entity.js';
import { CreditsWallets } from './credits-wallets.service.js';
import { renderPack } from './packs/credit-packs.dto.js';
import { isOnSale, PacksService } from './packs/packs.service.js';
const NOTHING_SET = { onExpiration: false, onInsufficient: false, pack: null };
/** When an account's credits are bought automatically: the account's view of its wallet's top-up rules. */
let TopUpSettingsService = class TopUpSettingsService {
    em;
    wallets;
    packs;
    cards;
    settings;
    rules;
    ledger;
    constructor(em, wallets, packs, cards, settings, rules, ledger) {
        this.em = em;
        this.wallets = wallets;
        this.packs = packs;
        this.cards = cards;
        this.settings = settings;
        this.rules = rules;
        this.ledger = ledger;
    }
    async get(account) {
        const wallet = await this.wallets.find(account);
        const em = this.em.fork();
        const known = wallet ? await this.#read(account, wallet.id, em) : NOTHING_SET;
        return this.#render(account, known, em);
    }
    /** Replaces the settings: what is left out is off. */
    async replace(account, change) {
        const { onExpiration = false, onInsufficient = false, pack = null } = change;
        return this.change(account, { onExpiration, onInsufficient, pack });
    }
    /**
     * Changes what the request names, under the wallet's lock, with a consent record in the same commit; what is due by
     * the new settings is started in that commit too.
     * @throws validation, field by field
     */
    async change(account, change) {
        const hasCard = await this.cards.hasChargeable(account);
        const { purchase_validity_months: validityMonths } = await this.settings.get(account.scope, 'credits');
        const agree = (from, em) => this.#agree(account, { from, change, hasCard, validityMonths }, em);
        // A change that is refused must not leave a new wallet behind.
        if (!(await this.wallets.find(account)))
            await agree(NOTHING_SET, this.em.fork()).then(throwRefusal);
        const wallet = await this.wallets.findOrOpen(account);
        let changed;
        const { body } = await this.ledger.post({
            kind: 'evaluate',
            scope: account.scope,
            walletId: wallet.id,
            actor: account.actor,
            within: async (tx, locked) => {
                const from = await this.#read(account, locked.id, tx.em);
                const agreed = await agree(from, tx.em);
                if ('refusal' in agreed)
                    return agreed.refusal;
                await this.#save(tx, locked, account, from, agreed.to);
                changed = await this.#render(account, agreed.to, tx.em);
                return undefined;
            },
            answer: () => changed,
        });
        return body;
    }
    /** What the settings become, or why not. */
    async #agree({ scope }, request, em) {
        const { from, change, hasCard, validityMonths } = request;
        const packId = change.pack?.id ?? from.pack?.id;
        const found = packId === undefined ? undefined : await this.packs.find(scope, packId, em);
        const offered = found && { ...pricedOf(found), isOnSale: isOnSale(found) };
        const errors = checkSettings({ from, change, offered, hasCard });
        if (errors)
            return { refusal: invalidFields(errors) };
        const chosen = change.pack && found ? { ...pricedOf(found), validityMonths } : null;
        const to = {
            onExpiration: change.onExpiration ?? from.onExpiration,
            onInsufficient: change.onInsufficient ?? from.onInsufficient,
            pack: change.pack === undefined ? from.pack : chosen,
        };
        return { to };
    }
    async #save(tx, wallet, { scope, customerId, actor }, from, to) {
        const { onExpiration, onInsufficient, pack } = to;
        const agreed = pack && {
            id: pack.id,
            credits: decimal(pack.packAmount),
            priceMinor: pack.priceMinor,
            currency: pack.currency,
            validityMonths: pack.validityMonths,
        };
        await this.rules.changeAccountRules(tx, wallet, { onExpiration, onInsufficient, pack: agreed }, actor);
        tx.em.create(Consent, {
            id: newId('consent', tx.now),
            ...scope,
            customerId,
            walletId: wallet.id,
            from: toAgreed(from),
            to: toAgreed(to),
            priceMinor: pack?.priceMinor ?? null,
            currency: pack?.currency ?? null,
            requestId: actor.requestId,
            createdAt: tx.now,
            createdBy: actor.keyId,
        });
        await tx.em.flush();
    }
    /** The rules as they are now, copied: the rows behind them may be changed next. */
    async #read({ scope }, walletId, em) {
        const view = (await this.rules.views([walletId], em)).get(walletId);
        const rule = view.rules.get('insufficient') ?? view.rules.get('expiration');
        if (!rule)
            return NOTHING_SET;
        const { packId, unitPriceMinor, priceCurrency, unitCredits, validityMonths } = rule;
        const hasPack = packId != null && unitPriceMinor != null && priceCurrency != null;
        return {
            onExpiration: view.rules.get('expiration')?.enabled ?? false,
            onInsufficient: view.rules.get('insufficient')?.enabled ?? false,
            pack: hasPack
                ? {
                    id: packId,
                    name: (await this.packs.find(scope, packId, em))?.name ?? packId,
                    priceMinor: unitPriceMinor,
                    currency: priceCurrency,
                    packAmount: Number(unitCredits.toFixed()),
                    validityMonths,
                }
                : null,
        };
    }
    async #render({ scope }, settings, em) {
        const { onExpiration, onInsufficient, pack } = settings;
        return {
            auto_top_up_on_expiration: onExpiration,
            auto_top_up_on_insufficient: onInsufficient,
            auto_top_up_credits_pack: pack && renderPack(pack, await this.packs.unitPrices(scope, em)),
        };
    }
};
TopUpSettingsService = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [EntityManager,
        CreditsWallets,
        PacksService,
        AccountCards,
        SettingsService,
        TopUpRulesService,
        LedgerService])
], TopUpSettingsService);
export { TopUpSettingsService };
function pricedOf({ id, name, priceMinor, currency, packAmount }) {
    return { id, name, priceMinor, currency, packAmount };
}
function toAgreed({ onExpiration, onInsufficient, pack }) {
    return {
        auto_top_up_on_expiration: onExpiration,
        auto_top_up_on_insufficient: onInsufficient,
        auto_top_up_credits_pack: pack && {
            id: pack.id,
            price: pack.priceMinor,
            currency_code: pack.currency.toUpperCase(),
            pack_amount: pack.packAmount,
        },
    };
}
function throwRefusal(agreed) {
    if ('refusal' in agreed)
        throw agreed.refusal;
}
//# sourceMappingURL=top-up-settings.service.js.map