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
import { DomainError } from '../shared/errors.js';
import { newId } from '../shared/ids.js';
import { Clock } from '../shared/clock.js';
import { InvoicesService } from '../payments/invoices.service.js';
import { LedgerService } from '../ledger/ledger.service.js';
import { PendingCredit } from '../ledger/pending-credit.entity.js';
import { addMonths } from './schedule.js';
import { newInvoiceOf } from './top-up-invoice.js';
import { CARD_PAUSES } from './top-up-pauses.js';
import { OPEN_STATUS_LIST } from './top-up.entity.js';
const SYSTEM_KEY_ID = '';
/** The one place where a paid top-up becomes credits: reply, sweep and invoice payment all come here, and one of them wins. */
let TopUpSettlement = class TopUpSettlement {
    ledger;
    invoices;
    clock;
    constructor(ledger, invoices, clock) {
        this.ledger = ledger;
        this.invoices = invoices;
        this.clock = clock;
    }
    /**
     * Credits a top-up whose money has arrived (or that costs nothing), exactly once.
     * @returns `settled`; `already` when it had ended before; `refused` when the wallet takes no credits, so the money must go back.
     */
    async settle(topUp, pending = null) {
        const transactionId = topUp.transactionId ?? newId('wtxn', this.clock.now());
        try {
            await this.ledger.post({
                kind: 'credit',
                scope: { tenantId: topUp.tenantId, environmentId: topUp.environmentId },
                walletId: topUp.walletId,
                actor: actorOf(topUp),
                terms: { ...this.#creditTerms(topUp, transactionId), ...(pending ? promisedTerms(pending) : {}) },
                within: async (tx) => (await this.#close(tx, topUp, transactionId)) ?? this.#invoice(tx, topUp),
                answer: () => null,
            });
            return 'settled';
        }
        catch (error) {
            if (error instanceof DomainError && error.code === 'top_up_ended')
                return 'already';
            if (error instanceof DomainError && error.kind === 'invalid_operation')
                return 'refused';
            throw error;
        }
    }
    #creditTerms(topUp, transactionId) {
        const { validityMonths } = topUp;
        return {
            id: transactionId,
            credits: topUp.credits,
            reason: topUp.invoicing ? 'PURCHASED_CREDIT_INVOICED' : 'PURCHASED_CREDIT_DIRECT',
            referenceType: 'EXTERNAL',
            referenceId: topUp.id,
            description: topUp.description,
            metadata: topUp.isAutomatic ? { auto_topup: 'true' } : {},
            topUpId: topUp.id,
            ...(validityMonths === null || validityMonths === undefined
                ? {}
                : { purchasedExpireAt: addMonths(this.clock.now(), validityMonths) }),
        };
    }
    /** The conditional update that only one caller can win. */
    async #close(tx, topUp, transactionId) {
        const now = tx.now.toISOString();
        const closed = await tx.query(`update top_up set top_up_status = 'succeeded', transaction_id = $2, settled_at = $3, updated_at = $3,
         last_error_code = '', last_error_message = ''
       where id = $1 and top_up_status in (${OPEN_STATUS_LIST}) returning id`, [topUp.id, transactionId, now]);
        if (closed.length === 0)
            return new DomainError('conflict', 'the top-up has ended already', { code: 'top_up_ended' });
        await tx.query(`update top_up_attempt set outcome = 'succeeded', finished_at = $3 where top_up_id = $1 and attempt = $2`, [topUp.id, topUp.attempt, now]);
        await tx.query(`update top_up_guard set paused_at = null, pause_reason = ''
       where wallet_id = $1 and pause_reason = any($2::text[])`, [topUp.walletId, CARD_PAUSES]);
        return undefined;
    }
    /** Packs are sold with an invoice, paid already; an invoiced top-up has had its own since it was asked for. */
    async #invoice(tx, topUp) {
        if (topUp.invoicing) {
            const where = { walletId: topUp.walletId, topUpId: topUp.id };
            await tx.em.nativeUpdate(PendingCredit, where, { pendingStatus: 'completed', updatedAt: tx.now });
            if (topUp.invoiceId)
                await this.invoices.markPaid(tx.em, topUp, topUp.invoiceId, { actorKeyId: topUp.createdBy });
        }
        else if (topUp.packId) {
            const invoice = await this.invoices.create(tx.em, newInvoiceOf(topUp, { isPaid: true }));
            await tx.query(`update top_up set invoice_id = $2 where id = $1`, [topUp.id, invoice.id]);
        }
    }
};
TopUpSettlement = __decorate([
    Injectable(),
    __metadata("design:paramtypes", [LedgerService,
        InvoicesService,
        Clock])
], TopUpSettlement);
export { TopUpSettlement };
/** What was promised with a pending credit is what is delivered. */
function promisedTerms(pending) {
    return {
        reason: pending.reason,
        priority: pending.priority ?? null,
        expiresAt: pending.expiresAt ?? null,
        referenceId: pending.referenceId,
        description: pending.description,
        metadata: pending.metadata,
        idempotencyKey: pending.idempotencyKey,
        ...(pending.bonusCredits.gt(0)
            ? { bonus: { credits: pending.bonusCredits, expiresAt: pending.bonusExpiresAt ?? null } }
            : {}),
    };
}
export function actorOf(topUp) {
    return { keyId: topUp.createdBy || SYSTEM_KEY_ID, requestId: topUp.requestId };
}
//# sourceMappingURL=top-up-settlement.js.map