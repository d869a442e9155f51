var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
import { LockMode } from '@mikro-orm/core';
import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { PaymentProviders } from '../payments/payment-providers.js';
import { APPROVING_SANDBOX_TOKEN } from '../payments/sandbox-cards.js';
import { Clock } from '../shared/clock.js';
import { DomainError, notFound } from '../shared/errors.js';
import { newId } from '../shared/ids.js';
import { scopeOf } from '../shared/scope.js';
import { Customer } from './customer.entity.js';
import { PaymentMethod } from './payment-method.entity.js';
/** Cards on file: at most one of a customer, which every charge is made with. */
let PaymentMethodsService = class PaymentMethodsService {
    em;
    providers;
    clock;
    /** Told after the commit that another card is on file, so that what waited for one is looked at again. */
    onReplaced = () => { };
    constructor(em, providers, clock) {
        this.em = em;
        this.providers = providers;
        this.clock = clock;
    }
    /**
     * Puts a card on file in place of the one that was.
     * @throws not_found without such a customer; validation for an unknown token; invalid_operation without a provider
     */
    async replace(caller, customerId, token) {
        const where = liveCustomer(caller, customerId);
        if (!(await this.em.fork().count(Customer, where)))
            throw notFound('customer', { customer_id: customerId });
        const card = await this.#attach(caller, customerId, token);
        const method = await this.em.fork().transactional(async (tx) => {
            const customer = await tx.findOne(Customer, where, { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true });
            if (!customer)
                throw notFound('customer', { customer_id: customerId });
            await tx.nativeUpdate(PaymentMethod, onFile(caller, customerId), this.#retired(caller, 'archived'));
            return this.add(tx, caller, customerId, card);
        });
        this.onReplaced(scopeOf(caller), customerId);
        return method;
    }
    /** The approving card of a new customer on the sandbox of a development environment; undefined anywhere else. */
    async attachTestCard(caller, customerId) {
        if (caller.environmentType !== 'development')
            return undefined;
        const provider = await this.providers.resolve(caller);
        if (provider?.name !== 'sandbox')
            return undefined;
        return this.#attach(caller, customerId, APPROVING_SANDBOX_TOKEN);
    }
    /** Puts a card on file inside the caller's transaction. There must be none. */
    add(tx, caller, customerId, { provider, details }) {
        const now = this.clock.now();
        return tx.create(PaymentMethod, {
            id: newId('pm', now),
            ...scopeOf(caller),
            customerId,
            provider,
            ...details,
            status: 'published',
            createdAt: now,
            updatedAt: now,
            createdBy: caller.keyId,
            updatedBy: caller.keyId,
        });
    }
    /** Newest first. */
    async list(scope, customerId) {
        const em = this.em.fork();
        if (!(await em.count(Customer, liveCustomer(scope, customerId)))) {
            throw notFound('customer', { customer_id: customerId });
        }
        return em.find(PaymentMethod, onFile(scope, customerId), { orderBy: { createdAt: 'desc', id: 'desc' } });
    }
    /** The card that a charge is made with, if there is one. */
    async findChargeable(scope, customerId) {
        return (await this.em.fork().findOne(PaymentMethod, onFile(scope, customerId))) ?? undefined;
    }
    async remove(caller, customerId, id) {
        const where = { id, ...onFile(caller, customerId) };
        const removed = await this.em.fork().nativeUpdate(PaymentMethod, where, this.#retired(caller, 'deleted'));
        if (removed === 0)
            throw notFound('payment method', { customer_id: customerId, payment_method_id: id });
    }
    async #attach(scope, customerId, token) {
        const provider = await this.providers.resolve(scope);
        if (!provider) {
            throw new DomainError('invalid_operation', 'no payment provider is configured: see the setting payments');
        }
        return { provider: provider.name, details: await provider.attachPaymentMethod({ customerId, token }) };
    }
    #retired(caller, status) {
        return { status, updatedAt: this.clock.now(), updatedBy: caller.keyId };
    }
};
PaymentMethodsService = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [EntityManager,
        PaymentProviders,
        Clock])
], PaymentMethodsService);
export { PaymentMethodsService };
function onFile(scope, customerId) {
    return { ...scopeOf(scope), customerId, status: 'published' };
}
function liveCustomer(scope, id) {
    return { id, ...scopeOf(scope), status: { $ne: 'deleted' } };
}
//# sourceMappingURL=payment-methods.service.js.map