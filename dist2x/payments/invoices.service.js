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
import { Clock } from '../shared/clock.js';
import { DomainError, notFound } from '../shared/errors.js';
import { newId } from '../shared/ids.js';
import { scopeOf } from '../shared/scope.js';
import { Invoice, } from './invoice.entity.js';
/**
 * Invoices are written inside the transaction of whatever they are for: the top-up, the ledger posting. Methods that
 * take an EntityManager work in its transaction; call them with the wallet locked, never the other way round.
 */
let InvoicesService = class InvoicesService {
    em;
    clock;
    constructor(em, clock) {
        this.em = em;
        this.clock = clock;
    }
    /** Creates a finalized invoice with the next number. Takes the counter's lock until the transaction ends: call it last. */
    async create(em, draft) {
        const now = this.clock.now();
        const { lines, amounts } = priceLines(draft);
        const number = await nextNumber(em, draft.scope);
        const isPaid = draft.isPaid === true || amounts.totalMinor === 0;
        const invoice = em.create(Invoice, {
            id: draft.id ?? newId('inv', now),
            ...scopeOf(draft.scope),
            customerId: draft.customerId,
            walletId: draft.walletId ?? null,
            topUpId: draft.topUpId ?? null,
            number,
            invoiceNumber: `INV-${String(number).padStart(6, '0')}`,
            invoiceStatus: 'FINALIZED',
            paymentStatus: isPaid ? 'SUCCEEDED' : 'PENDING',
            billingReason: draft.billingReason,
            currency: draft.currency.toLowerCase(),
            description: draft.description ?? '',
            credits: draft.credits ?? null,
            ...amounts,
            paidMinor: isPaid ? amounts.totalMinor : 0,
            refundedMinor: 0,
            lineItems: lines,
            discounts: draft.discounts ?? [],
            taxes: draft.taxes ?? [],
            metadata: draft.metadata ?? {},
            idempotencyKey: draft.idempotencyKey ?? '',
            version: 1,
            dueAt: draft.dueAt ?? null,
            finalizedAt: now,
            paidAt: isPaid ? now : null,
            voidedAt: null,
            status: 'published',
            createdAt: now,
            updatedAt: now,
            createdBy: draft.actorKeyId,
            updatedBy: draft.actorKeyId,
        });
        await em.flush();
        return invoice;
    }
    async get(scope, id) {
        const invoice = await this.em.fork().findOne(Invoice, { id, ...scopeOf(scope) });
        if (!invoice)
            throw notFound('invoice', { invoice_id: id });
        return invoice;
    }
    async findByTopUp(scope, topUpId, em = this.em.fork()) {
        return (await em.findOne(Invoice, { topUpId, ...scopeOf(scope) })) ?? undefined;
    }
    /** Newest first. */
    async list(scope, filter, page) {
        const where = { ...scopeOf(scope), ...filter };
        const [items, total] = await this.em.fork().findAndCount(Invoice, where, {
            limit: page.limit,
            offset: page.offset,
            orderBy: { createdAt: 'desc', id: 'desc' },
        });
        return { items, total };
    }
    /** The invoice as it is now, locked until the transaction ends. */
    async lock(em, scope, id) {
        const where = { id, ...scopeOf(scope) };
        const invoice = await em.findOne(Invoice, where, { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true });
        if (!invoice)
            throw notFound('invoice', { invoice_id: id });
        return invoice;
    }
    /**
     * Books a payment: `amountMinor`, or all that is still to be paid. A paid invoice stays as it is, however often it is
     * paid again. Less than the rest leaves it pending, more makes it OVERPAID.
     * @throws invalid_operation when it was voided
     */
    async markPaid(em, scope, id, { actorKeyId, amountMinor }) {
        const invoice = await this.lock(em, scope, id);
        if (isPaid(invoice))
            return { invoice, becamePaid: false };
        refuseVoided(invoice);
        invoice.paidMinor += amountMinor ?? invoice.totalMinor - invoice.paidMinor;
        const becamePaid = invoice.paidMinor >= invoice.totalMinor;
        if (becamePaid)
            invoice.paidAt = this.clock.now();
        const settledStatus = invoice.paidMinor > invoice.totalMinor ? 'OVERPAID' : 'SUCCEEDED';
        invoice.paymentStatus = becamePaid ? settledStatus : 'PENDING';
        await this.#save(em, invoice, actorKeyId);
        return { invoice, becamePaid };
    }
    /** Notes how an unpaid invoice's payment stands. A paid one can't go back: it is refunded instead. */
    async markUnpaid(em, scope, id, { actorKeyId, paymentStatus }) {
        const invoice = await this.lock(em, scope, id);
        refuseVoided(invoice);
        if (isPaid(invoice)) {
            const message = `invoice ${invoice.invoiceNumber} is paid`;
            throw new DomainError('invalid_operation', message, { details: { invoice_id: id } });
        }
        if (invoice.paymentStatus === paymentStatus)
            return invoice;
        invoice.paymentStatus = paymentStatus;
        await this.#save(em, invoice, actorKeyId);
        return invoice;
    }
    /** Books that the money of a paid invoice went back, all of it. Twice is once. */
    async markRefunded(em, scope, id, actorKeyId) {
        const invoice = await this.lock(em, scope, id);
        if (invoice.paymentStatus === 'REFUNDED')
            return invoice;
        if (!isPaid(invoice)) {
            throw new DomainError('invalid_operation', 'only a paid invoice can be refunded', {
                details: { invoice_id: id },
            });
        }
        invoice.refundedMinor = invoice.paidMinor;
        invoice.paymentStatus = 'REFUNDED';
        await this.#save(em, invoice, actorKeyId);
        return invoice;
    }
    /** Takes an invoice back that nothing was paid on. Its number stays used. Voiding twice is a no-op. */
    async void(em, scope, id, actorKeyId) {
        const invoice = await this.lock(em, scope, id);
        if (invoice.invoiceStatus === 'VOIDED')
            return invoice;
        if (invoice.paidMinor > 0) {
            const message = 'an invoice that money was paid on cannot be voided';
            throw new DomainError('invalid_operation', message, { details: { invoice_id: id } });
        }
        invoice.invoiceStatus = 'VOIDED';
        invoice.voidedAt = this.clock.now();
        await this.#save(em, invoice, actorKeyId);
        return invoice;
    }
    async #save(em, invoice, actorKeyId) {
        invoice.version += 1;
        invoice.updatedAt = this.clock.now();
        invoice.updatedBy = actorKeyId;
        await em.flush();
    }
};
InvoicesService = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [EntityManager,
        Clock])
], InvoicesService);
export { InvoicesService };
/** Whether the whole total was paid, whatever became of the money later. */
export function isPaid(invoice) {
    return Boolean(invoice.paidAt);
}
function refuseVoided(invoice) {
    if (invoice.invoiceStatus !== 'VOIDED')
        return;
    const message = `invoice ${invoice.invoiceNumber} is voided`;
    throw new DomainError('invalid_operation', message, { details: { invoice_id: invoice.id } });
}
async function nextNumber(em, { tenantId, environmentId }) {
    const [row] = await em.execute(`insert into invoice_counter (tenant_id, environment_id, last_number) values (?, ?, 1)
     on conflict (tenant_id, environment_id) do update set last_number = invoice_counter.last_number + 1
     returning last_number`, [tenantId, environmentId]);
    if (!row)
        throw new Error('the invoice counter returned nothing');
    return row.last_number;
}
function priceLines(draft) {
    const lines = draft.lines.map((line) => ({
        description: line.description,
        quantity: line.quantity,
        unitAmountMinor: line.unitAmountMinor,
        discountMinor: line.discountMinor ?? 0,
        taxMinor: line.taxMinor ?? 0,
        periodStart: line.periodStart?.toISOString() ?? null,
        periodEnd: line.periodEnd?.toISOString() ?? null,
    }));
    const subtotalMinor = total(lines, (line) => line.quantity * line.unitAmountMinor);
    const discountMinor = total(lines, (line) => line.discountMinor);
    const taxMinor = total(lines, (line) => line.taxMinor);
    assertSum('discounts', discountMinor, draft.discounts ?? []);
    assertSum('taxes', taxMinor, draft.taxes ?? []);
    const totalMinor = subtotalMinor - discountMinor + taxMinor;
    return { lines, amounts: { subtotalMinor, discountMinor, taxMinor, totalMinor } };
}
function assertSum(what, ofLines, parts) {
    const ofParts = total(parts, ({ amountMinor }) => amountMinor);
    if (ofParts !== ofLines)
        throw new Error(`${what} add up to ${ofParts}, those of the lines to ${ofLines}`);
}
function total(items, amountOf) {
    const sum = items.reduce((subtotal, item) => subtotal + amountOf(item), 0);
    if (!Number.isSafeInteger(sum))
        throw new Error(`${sum} is not a whole number of minor units`);
    return sum;
}
//# sourceMappingURL=invoices.service.js.map