var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
import { UniqueConstraintViolationException } from '@mikro-orm/core';
import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { Clock } from '../shared/clock.js';
import { multiplyByRate, toMinorUnits } from '../shared/decimal.js';
import { DomainError, invalidField, notFound } from '../shared/errors.js';
import { newId } from '../shared/ids.js';
import { LedgerService } from '../ledger/ledger.service.js';
import { Wallet } from '../ledger/wallet.entity.js';
import { MAX_CHARGE_MINOR } from './decide-top-up.js';
import { InvoicedTopUps } from './invoiced-top-ups.js';
import { LEASE_MS } from './schedule.js';
import { TopUpEngine } from './top-up-engine.js';
import { TopUpRepository } from './top-up-repository.js';
import { TopUp } from './top-up.entity.js';
/** Top-ups that somebody asks for, and what is to be seen of all of them. */
let TopUpsService = class TopUpsService {
    em;
    topUps;
    engine;
    invoiced;
    ledger;
    clock;
    constructor(em, topUps, engine, invoiced, ledger, clock) {
        this.em = em;
        this.topUps = topUps;
        this.engine = engine;
        this.invoiced = invoiced;
        this.ledger = ledger;
        this.clock = clock;
    }
    /**
     * Buys a pack with the payment method on file, now. The intent is stored before anything is charged, so a repeat with
     * the same key, or after a crash, finds it and never charges again.
     * @returns the top-up as it stands: succeeded, failed, or still open when the provider has not said yet.
     * @throws conflict while another purchase of the wallet is under way
     */
    async purchase(request) {
        const replayed = await this.findPurchase(request.scope, request.idempotency);
        if (replayed)
            return { topUp: replayed, isReplayed: true };
        const { pack } = request;
        const record = this.#newTopUp(request.scope, request.wallet, request.actor, request.idempotency, {
            credits: pack.credits,
            priceMinor: pack.priceMinor,
            currency: pack.currency,
            packId: pack.id,
            validityMonths: pack.validityMonths,
            description: request.description,
            invoicing: false,
        });
        try {
            const topUp = await this.topUps.insert(record);
            return { topUp: await this.engine.drive(topUp), isReplayed: false };
        }
        catch (error) {
            if (!(error instanceof UniqueConstraintViolationException))
                throw error;
            const raced = await this.findPurchase(request.scope, request.idempotency);
            if (raced)
                return { topUp: raced, isReplayed: true };
            throw new DomainError('conflict', 'another purchase of this account is under way', {
                code: 'purchase_under_way',
            });
        }
    }
    /** Asks for credits against an invoice: a pending transaction now, credits when the invoice is paid. */
    async requestInvoiced(request) {
        const { scope, walletId, credits, actor } = request;
        const wallet = await this.em.fork().findOne(Wallet, { id: walletId, ...scope });
        if (!wallet)
            throw notFound('wallet', { wallet_id: walletId });
        const priceMinor = toMinorUnits(multiplyByRate(credits, wallet.topupConversionRate), wallet.currency);
        if (priceMinor < 1 || priceMinor > MAX_CHARGE_MINOR) {
            throw invalidField('credits_to_add', 'costs less than one minor unit, or more than one invoice can hold');
        }
        const { currency } = wallet;
        const { description } = request;
        const what = { credits, priceMinor, currency, packId: null, validityMonths: null, description, invoicing: true };
        // The key is the ledger's: on the row it would only say the same thing twice.
        const record = this.#newTopUp(scope, wallet, actor, undefined, what);
        let topUp;
        return this.ledger.post({
            kind: 'evaluate',
            scope,
            walletId,
            actor,
            ...(request.idempotency ? { idempotency: request.idempotency } : {}),
            within: async (tx, locked) => {
                if (locked.walletStatus === 'closed') {
                    return new DomainError('invalid_operation', 'the wallet is closed', { details: { wallet_id: walletId } });
                }
                topUp = tx.em.create(TopUp, record);
                await tx.em.flush();
                const refusal = await this.invoiced.promise(tx, locked, topUp, request.terms);
                await tx.em.refresh(topUp);
                return refusal;
            },
            answer: (posting) => request.answer(posting, topUp),
        });
    }
    /** What a client's key has bought already, as it stands. The same key with another request is refused. */
    async findPurchase(scope, idempotency) {
        if (!idempotency)
            return null;
        const found = await this.topUps.findByKey(scope, idempotency.key);
        if (found && found.requestHash !== idempotency.requestHash) {
            throw new DomainError('idempotency_key_reused', 'this idempotency key was used with another request');
        }
        return found;
    }
    #newTopUp(scope, wallet, actor, idempotency, what) {
        const now = this.clock.now();
        return {
            id: newId('topup', now),
            tenantId: scope.tenantId,
            environmentId: scope.environmentId,
            customerId: wallet.customerId,
            walletId: wallet.id,
            trigger: 'manual',
            isAutomatic: false,
            ruleVersion: 0,
            topUpStatus: 'created',
            units: 1,
            ...what,
            provider: null,
            paymentMethodId: null,
            paymentMethodRef: null,
            cardFingerprint: null,
            paymentId: null,
            attempt: 0,
            lookups: 0,
            // Whoever stores it also works on it; the scheduled task takes it for left behind only when the lease is over.
            nextAttemptAt: new Date(now.getTime() + LEASE_MS),
            lastErrorCode: '',
            lastErrorMessage: '',
            actionUrl: null,
            invoiceId: null,
            transactionId: null,
            idempotencyKey: idempotency?.key ?? null,
            requestHash: idempotency?.requestHash ?? '',
            requestId: actor.requestId,
            createdAt: now,
            updatedAt: now,
            settledAt: null,
            createdBy: actor.keyId,
        };
    }
};
TopUpsService = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [EntityManager,
        TopUpRepository,
        TopUpEngine,
        InvoicedTopUps,
        LedgerService,
        Clock])
], TopUpsService);
export { TopUpsService };
//# sourceMappingURL=top-ups.service.js.map