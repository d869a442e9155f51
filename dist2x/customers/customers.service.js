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
import { filterConditions, sortOrder } from '../http/filters.js';
import { invalidRequest } from '../http/field-errors.js';
import { Clock } from '../shared/clock.js';
import { DomainError, notFound } from '../shared/errors.js';
import { newId } from '../shared/ids.js';
import { scopeOf } from '../shared/scope.js';
import { Customer } from './customer.entity.js';
import { PaymentMethodsService } from './payment-methods.service.js';
/** What customers may be filtered and sorted by. */
const CUSTOMER_FIELDS = {
    id: { property: 'id', type: 'text' },
    external_id: { property: 'externalId', type: 'text' },
    name: { property: 'name', type: 'text' },
    email: { property: 'email', type: 'text' },
    contact: { property: 'contact', type: 'text' },
    address_city: { property: 'addressCity', type: 'text' },
    address_state: { property: 'addressState', type: 'text' },
    address_postal_code: { property: 'addressPostalCode', type: 'text' },
    address_country: { property: 'addressCountry', type: 'text' },
    timezone: { property: 'timezone', type: 'text' },
    status: { property: 'status', type: 'text' },
    created_at: { property: 'createdAt', type: 'timestamp' },
    updated_at: { property: 'updatedAt', type: 'timestamp' },
    created_by: { property: 'createdBy', type: 'text' },
};
let CustomersService = class CustomersService {
    em;
    paymentMethods;
    clock;
    constructor(em, paymentMethods, clock) {
        this.em = em;
        this.paymentMethods = paymentMethods;
        this.clock = clock;
    }
    /**
     * Creates a customer; on the sandbox of a development environment with an approving card on file.
     * @throws already_exists for an external id that another customer has
     */
    async create(caller, draft) {
        const id = newId('cust', this.clock.now());
        const card = await this.paymentMethods.attachTestCard(caller, id);
        return refuseTakenId(draft.external_id, () => this.em.fork().transactional(async (tx) => {
            const customer = tx.create(Customer, this.#newCustomer(id, caller, draft));
            change(customer, draft);
            if (card)
                this.paymentMethods.add(tx, caller, id, card);
            return customer;
        }));
    }
    async get(scope, id) {
        const customer = await this.em.fork().findOne(Customer, { id, ...scopeOf(scope), status: { $ne: 'deleted' } });
        if (!customer)
            throw notFound('customer', { customer_id: id });
        return customer;
    }
    async getByExternalId(scope, externalId) {
        const where = { externalId, ...scopeOf(scope), status: 'published' };
        const customer = await this.em.fork().findOne(Customer, where);
        if (!customer)
            throw notFound('customer', { external_customer_id: externalId });
        return customer;
    }
    /** @throws validation when neither id is given, or when they are of two customers */
    async resolve(scope, { id, external_customer_id: externalId }) {
        if (id === undefined && externalId === undefined)
            throw invalidRequest('id or external_customer_id is required');
        if (id === undefined)
            return this.getByExternalId(scope, externalId);
        const customer = await this.get(scope, id);
        if (externalId !== undefined && customer.externalId !== externalId) {
            throw invalidRequest('id and external_customer_id are of different customers');
        }
        return customer;
    }
    async list(scope, search) {
        const { customer_ids, external_ids, external_id, email, metadata, status, start_time, end_time } = search;
        const conditions = [{ ...scopeOf(scope), status: status ?? 'published' }];
        if (customer_ids?.length)
            conditions.push({ id: { $in: customer_ids } });
        if (external_ids?.length)
            conditions.push({ externalId: { $in: external_ids } });
        if (external_id)
            conditions.push({ externalId: external_id });
        if (email)
            conditions.push({ email });
        if (metadata && Object.keys(metadata).length > 0)
            conditions.push({ metadata: { $contains: metadata } });
        if (start_time)
            conditions.push({ createdAt: { $gte: start_time } });
        if (end_time)
            conditions.push({ createdAt: { $lte: end_time } });
        conditions.push(...filterConditions(search.filters, CUSTOMER_FIELDS));
        const [items, total] = await this.em.fork().findAndCount(Customer, { $and: conditions }, {
            limit: search.limit,
            offset: search.offset,
            orderBy: sortOrder(search.sort, CUSTOMER_FIELDS, search.order),
        });
        return { items, total };
    }
    /** @throws already_exists for an external id that another customer has */
    async update(caller, id, changes) {
        const where = { id, ...scopeOf(caller), status: { $ne: 'deleted' } };
        return refuseTakenId(changes.external_id ?? '', () => this.em.fork().transactional(async (tx) => {
            const customer = await tx.findOne(Customer, where, { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true });
            if (!customer)
                throw notFound('customer', { customer_id: id });
            change(customer, changes);
            customer.updatedAt = this.clock.now();
            customer.updatedBy = caller.keyId;
            return customer;
        }));
    }
    #newCustomer(id, caller, { external_id: externalId, name }) {
        const now = this.clock.now();
        return {
            id,
            ...scopeOf(caller),
            externalId,
            name,
            email: null,
            contact: null,
            addressLine1: null,
            addressLine2: null,
            addressCity: null,
            addressState: null,
            addressPostalCode: null,
            addressCountry: null,
            taxId: null,
            timezone: 'UTC',
            metadata: {},
            status: 'published',
            createdAt: now,
            updatedAt: now,
            createdBy: caller.keyId,
            updatedBy: caller.keyId,
        };
    }
};
CustomersService = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [EntityManager,
        PaymentMethodsService,
        Clock])
], CustomersService);
export { CustomersService };
/** Absent and null leave a field as it is, empty text removes it. */
function change(customer, changes) {
    customer.externalId = changes.external_id ?? customer.externalId;
    customer.name = changes.name ?? customer.name;
    customer.email = changed(changes.email, customer.email);
    customer.contact = changed(changes.contact, customer.contact);
    customer.addressLine1 = changed(changes.address_line1, customer.addressLine1);
    customer.addressLine2 = changed(changes.address_line2, customer.addressLine2);
    customer.addressCity = changed(changes.address_city, customer.addressCity);
    customer.addressState = changed(changes.address_state, customer.addressState);
    customer.addressPostalCode = changed(changes.address_postal_code, customer.addressPostalCode);
    customer.addressCountry = changed(changes.address_country?.toUpperCase(), customer.addressCountry);
    customer.taxId = changed(changes.tax_id, customer.taxId);
    customer.timezone = changes.timezone || customer.timezone;
    customer.metadata = changes.metadata ?? customer.metadata;
}
function changed(to, from) {
    return to === '' ? null : (to ?? from ?? null);
}
/** The index decides who has an external id: asking first would leave a gap between two who ask. */
async function refuseTakenId(externalId, write) {
    try {
        return await write();
    }
    catch (error) {
        if (!(error instanceof UniqueConstraintViolationException))
            throw error;
        if (!error.message.includes('customer_external_id_unique'))
            throw error;
        const message = `a customer with external_id ${externalId} exists already`;
        throw new DomainError('already_exists', message, { details: { external_id: externalId } });
    }
}
//# sourceMappingURL=customers.service.js.map