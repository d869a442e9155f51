var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
import { Injectable } from '@nestjs/common';
import { invalidFields, NON_FIELD_ERRORS } from '../http/field-errors.js';
import { InvoicesService } from '../payments/invoices.service.js';
import { SettingsService } from '../settings/settings.service.js';
import { decimal } from '../shared/decimal.js';
import { DomainError } from '../shared/errors.js';
import { isOpenStatus } from '../top-ups/top-up.entity.js';
import { TopUpsService } from '../top-ups/top-ups.service.js';
import { AccountCards, NO_CARD } from './account-cards.js';
import { CreditsWallets } from './credits-wallets.service.js';
import { isOnSale, PacksService } from './packs/packs.service.js';
/** Packs that an account buys by hand. */
let PackPurchases = class PackPurchases {
    wallets;
    packs;
    cards;
    settings;
    topUps;
    invoices;
    constructor(wallets, packs, cards, settings, topUps, invoices) {
        this.wallets = wallets;
        this.packs = packs;
        this.cards = cards;
        this.settings = settings;
        this.topUps = topUps;
        this.invoices = invoices;
    }
    /**
     * Charges the payment method on file and credits the pack, exactly once for the account's idempotency key.
     * @throws validation; payment_declined when nothing was charged; conflict while another purchase is under way
     */
    async buy(account, purchase, request) {
        const idempotency = request && keyOfAccount(account, request);
        const known = await this.topUps.findPurchase(account.scope, idempotency);
        if (known)
            return this.#resultOf(account, known, true);
        const pack = await this.#check(account, purchase);
        const wallet = await this.wallets.findOrOpen(account);
        const { topUp, isReplayed } = await this.topUps.purchase({
            scope: account.scope,
            wallet,
            pack: await this.#agree(account, pack),
            description: pack.name,
            actor: account.actor,
            idempotency,
        });
        return this.#resultOf(account, topUp, isReplayed);
    }
    async #resultOf(account, topUp, isReplayed) {
        if (isOpenStatus(topUp.topUpStatus))
            return { kind: 'pending', topUp, isReplayed };
        if (topUp.topUpStatus !== 'succeeded')
            throw refusalOf(topUp, isReplayed);
        const invoice = await this.invoices.findByTopUp(account.scope, topUp.id);
        if (!invoice)
            throw new Error(`top-up ${topUp.id} succeeded without an invoice`);
        return { kind: 'bought', invoice, isReplayed };
    }
    async #check(account, { packId, couponIds }) {
        const errors = {};
        const pack = await this.packs.find(account.scope, packId);
        if (!pack)
            errors['pack_id'] = ['unknown pack'];
        else if (!isOnSale(pack))
            errors['pack_id'] = ['is no longer on sale'];
        if (couponIds.length > 0)
            errors['coupon_ids'] = couponIds.map(() => 'unknown coupon');
        if (!(await this.cards.hasChargeable(account)))
            errors[NON_FIELD_ERRORS] = [NO_CARD];
        if (!pack || Object.keys(errors).length > 0)
            throw invalidFields(errors);
        return pack;
    }
    async #agree({ scope }, pack) {
        const { purchase_validity_months: validityMonths } = await this.settings.get(scope, 'credits');
        const { id, packAmount, priceMinor, currency } = pack;
        return { id, credits: decimal(packAmount), priceMinor, currency, validityMonths };
    }
};
PackPurchases = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [CreditsWallets,
        PacksService,
        AccountCards,
        SettingsService,
        TopUpsService,
        InvoicesService])
], PackPurchases);
export { PackPurchases };
/** Keys are an account's own: another account's request with the same one is another request. */
function keyOfAccount({ customerId }, { key, requestHash }) {
    return { key: `account:${customerId}:${key}`, requestHash };
}
/** Why a purchase that has ended did not become credits. Nothing was charged, or it was refunded. */
function refusalOf(topUp, isReplayed) {
    const reason = topUp.lastErrorMessage || 'the payment did not go through';
    const details = { code: topUp.lastErrorCode, top_up: { id: topUp.id, status: topUp.topUpStatus } };
    const refusal = new DomainError('payment_declined', reason, { code: 'payment_declined', details });
    refusal.isReplayed = isReplayed;
    return refusal;
}
//# sourceMappingURL=pack-purchases.service.js.map