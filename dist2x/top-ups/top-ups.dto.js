var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
import * as openapi_import_1 from "../http/wallets-page.js";
import * as openapi from "@nestjs/swagger";
import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { formatTimestamp, formatTimestampOrNull } from '../shared/clock.js';
import { formatDecimal } from '../shared/decimal.js';
import { IsCurrencyAmount } from '../http/fields/is-credits.js';
import { FINAL_STATUSES, OPEN_STATUSES } from './top-up.entity.js';
const STATUSES = [...OPEN_STATUSES, ...FINAL_STATUSES];
/** One confirmation of the payment with one card. */
export class TopUpAttemptResponse {
    /** 1, 2, 3, ...
     * @example 1 */
    attempt;
    /** What the provider said: `succeeded`, `declined`, ...; `started` while it has not.
     * @example "succeeded" */
    outcome;
    /** The provider's code for a decline, or empty.
     * @example "" */
    code;
    /** The provider's sentence, or empty.
     * @example "" */
    message;
    started_at;
    finished_at;
    static _OPENAPI_METADATA_FACTORY() {
        return { attempt: { required: true, type: () => Number, description: "1, 2, 3, ...", example: 1 }, outcome: { required: true, type: () => String, description: "What the provider said: `succeeded`, `declined`, ...; `started` while it has not.", example: "succeeded" }, code: { required: true, type: () => String, description: "The provider's code for a decline, or empty.", example: "" }, message: { required: true, type: () => String, description: "The provider's sentence, or empty.", example: "" }, started_at: { required: true, type: () => String }, finished_at: { required: true, type: () => String, nullable: true } };
    }
}
/** A purchase of credits: what was decided, how it stands, and every attempt to charge for it. */
export class TopUpResponse {
    /** @example "topup_01KAHZ5Q7X0000000000000000" */
    id;
    wallet_id;
    customer_id;
    /** Why it was started: `threshold`, `insufficient`, `expiration`, or `manual`.
     * @example "threshold" */
    trigger;
    /** Where it stands. Open: created, charging, unknown, processing, requires_action, retry_wait, awaiting_payment,
     * refund_due. Final: succeeded, failed, canceled, refunded. */
    status;
    /** Credits it buys, above zero.
     * @example "50" */
    credits;
    /** What it costs, integer minor units of `currency`.
     * @example 5000 */
    price_minor;
    /** ISO 4217, lower case.
     * @example "usd" */
    currency;
    /** True: paid by invoice. False: charged to the payment method on file. */
    invoicing;
    pack_id;
    /** The provider it is charged with; null where nothing is charged.
     * @example "sandbox" */
    provider;
    /** The provider's id of the payment. */
    payment_id;
    invoice_id;
    /** The credit transaction it became. */
    transaction_id;
    /** Where the customer confirms a payment that asks for authentication. */
    action_url;
    /** Code of the last failure, or empty.
     * @example "" */
    last_error_code;
    last_error_message;
    /** When it is taken up again, while it is open. */
    next_attempt_at;
    created_at;
    settled_at;
    attempts;
    static _OPENAPI_METADATA_FACTORY() {
        return { id: { required: true, type: () => String, example: "topup_01KAHZ5Q7X0000000000000000" }, wallet_id: { required: true, type: () => String }, customer_id: { required: true, type: () => String }, trigger: { required: true, type: () => String, description: "Why it was started: `threshold`, `insufficient`, `expiration`, or `manual`.", example: "threshold" }, status: { required: true, type: () => String, description: "Where it stands. Open: created, charging, unknown, processing, requires_action, retry_wait, awaiting_payment,\nrefund_due. Final: succeeded, failed, canceled, refunded." }, credits: { required: true, type: () => String, description: "Credits it buys, above zero.", example: "50" }, price_minor: { required: true, type: () => Number, description: "What it costs, integer minor units of `currency`.", example: 5000 }, currency: { required: true, type: () => String, description: "ISO 4217, lower case.", example: "usd" }, invoicing: { required: true, type: () => Boolean, description: "True: paid by invoice. False: charged to the payment method on file." }, pack_id: { required: true, type: () => String, nullable: true }, provider: { required: true, type: () => String, nullable: true, description: "The provider it is charged with; null where nothing is charged.", example: "sandbox" }, payment_id: { required: true, type: () => String, nullable: true, description: "The provider's id of the payment." }, invoice_id: { required: true, type: () => String, nullable: true }, transaction_id: { required: true, type: () => String, nullable: true, description: "The credit transaction it became." }, action_url: { required: true, type: () => String, nullable: true, description: "Where the customer confirms a payment that asks for authentication." }, last_error_code: { required: true, type: () => String, description: "Code of the last failure, or empty.", example: "" }, last_error_message: { required: true, type: () => String }, next_attempt_at: { required: true, type: () => String, nullable: true, description: "When it is taken up again, while it is open." }, created_at: { required: true, type: () => String }, settled_at: { required: true, type: () => String, nullable: true }, attempts: { required: true, type: () => [TopUpAttemptResponse] } };
    }
}
__decorate([
    ApiProperty({ enum: STATUSES, example: 'succeeded' }),
    __metadata("design:type", String)
], TopUpResponse.prototype, "status", void 0);
__decorate([
    ApiProperty({ type: 'integer' }),
    __metadata("design:type", Number)
], TopUpResponse.prototype, "price_minor", void 0);
export class TopUpListResponse {
    items;
    pagination;
    static _OPENAPI_METADATA_FACTORY() {
        return { items: { required: true, type: () => [TopUpResponse] }, pagination: { required: true, type: () => openapi_import_1.Pagination } };
    }
}
/** Why a top-up did or did not happen. The same answer for the same reason is one row that counts. */
export class TopUpDecisionResponse {
    /** @example "decision_01KAHZ5Q7X0000000000000000" */
    id;
    wallet_id;
    /** @example "threshold" */
    trigger;
    /** Version of the rule it was made under. */
    rule_version;
    verdict;
    /** @example "threshold_reached" */
    code;
    /** @example "buys 50 credits because 3 were left, at or below the threshold of 10" */
    reason;
    /** Available credits that were seen (posted less held less expired).
     * @example "3" */
    available;
    /** Posted credits that were seen. */
    posted;
    /** Credits on hold that were seen. */
    held;
    /** What a refused debit or hold had asked for. */
    required;
    /** Top-ups that were under way. */
    open_top_up_ids;
    /** The top-up that it started. */
    top_up_id;
    /** When it is looked at again, where time alone can change the answer. */
    next_evaluation_at;
    /** How often this answer was given. */
    occurrences;
    first_seen_at;
    last_seen_at;
    static _OPENAPI_METADATA_FACTORY() {
        return { id: { required: true, type: () => String, example: "decision_01KAHZ5Q7X0000000000000000" }, wallet_id: { required: true, type: () => String }, trigger: { required: true, type: () => String, example: "threshold" }, rule_version: { required: true, type: () => Number, description: "Version of the rule it was made under." }, verdict: { required: true, type: () => String }, code: { required: true, type: () => String, example: "threshold_reached" }, reason: { required: true, type: () => String, example: "buys 50 credits because 3 were left, at or below the threshold of 10" }, available: { required: true, type: () => String, description: "Available credits that were seen (posted less held less expired).", example: "3" }, posted: { required: true, type: () => String, description: "Posted credits that were seen." }, held: { required: true, type: () => String, description: "Credits on hold that were seen." }, required: { required: true, type: () => String, nullable: true, description: "What a refused debit or hold had asked for." }, open_top_up_ids: { required: true, type: () => [String], description: "Top-ups that were under way." }, top_up_id: { required: true, type: () => String, nullable: true, description: "The top-up that it started." }, next_evaluation_at: { required: true, type: () => String, nullable: true, description: "When it is looked at again, where time alone can change the answer." }, occurrences: { required: true, type: () => Number, description: "How often this answer was given." }, first_seen_at: { required: true, type: () => String }, last_seen_at: { required: true, type: () => String } };
    }
}
__decorate([
    ApiProperty({ type: 'integer' }),
    __metadata("design:type", Number)
], TopUpDecisionResponse.prototype, "rule_version", void 0);
__decorate([
    ApiProperty({ enum: ['buy', 'skip'] }),
    __metadata("design:type", String)
], TopUpDecisionResponse.prototype, "verdict", void 0);
__decorate([
    ApiProperty({ type: 'integer' }),
    __metadata("design:type", Number)
], TopUpDecisionResponse.prototype, "occurrences", void 0);
export class TopUpDecisionListResponse {
    items;
    pagination;
    static _OPENAPI_METADATA_FACTORY() {
        return { items: { required: true, type: () => [TopUpDecisionResponse] }, pagination: { required: true, type: () => openapi_import_1.Pagination } };
    }
}
/** How the payment of an invoice stands. */
export class InvoicePaymentRequest {
    /** `SUCCEEDED` completes the pending top-up behind the invoice. */
    payment_status;
    /** What was paid, in the invoice's currency; all that is owed when left out. */
    amount;
    static _OPENAPI_METADATA_FACTORY() {
        return { payment_status: { required: true, description: "`SUCCEEDED` completes the pending top-up behind the invoice.", enum: ["PENDING", "PROCESSING", "SUCCEEDED", "FAILED"], enum: ['SUCCEEDED', 'FAILED', 'PENDING', 'PROCESSING'] }, amount: { required: false, type: () => Object, description: "What was paid, in the invoice's currency; all that is owed when left out." } };
    }
}
__decorate([
    ApiProperty({ enum: ['SUCCEEDED', 'FAILED', 'PENDING', 'PROCESSING'], example: 'SUCCEEDED' }),
    IsIn(['SUCCEEDED', 'FAILED', 'PENDING', 'PROCESSING'], {
        message: 'must be one of SUCCEEDED, FAILED, PENDING, PROCESSING',
    }),
    __metadata("design:type", String)
], InvoicePaymentRequest.prototype, "payment_status", void 0);
__decorate([
    IsOptional(),
    IsCurrencyAmount(),
    __metadata("design:type", Object)
], InvoicePaymentRequest.prototype, "amount", void 0);
export function renderTopUp(topUp, attempts) {
    const isOpen = OPEN_STATUSES.includes(topUp.topUpStatus);
    const isWaiting = isOpen && topUp.topUpStatus !== 'awaiting_payment';
    return {
        id: topUp.id,
        wallet_id: topUp.walletId,
        customer_id: topUp.customerId,
        trigger: topUp.trigger,
        status: topUp.topUpStatus,
        credits: formatDecimal(topUp.credits),
        price_minor: topUp.priceMinor,
        currency: topUp.currency,
        invoicing: topUp.invoicing,
        pack_id: topUp.packId ?? null,
        provider: topUp.provider ?? null,
        payment_id: topUp.paymentId ?? null,
        invoice_id: topUp.invoiceId ?? null,
        transaction_id: topUp.transactionId ?? null,
        action_url: topUp.actionUrl ?? null,
        last_error_code: topUp.lastErrorCode,
        last_error_message: topUp.lastErrorMessage,
        next_attempt_at: isWaiting ? formatTimestamp(topUp.nextAttemptAt) : null,
        created_at: formatTimestamp(topUp.createdAt),
        settled_at: formatTimestampOrNull(topUp.settledAt),
        attempts: attempts.filter((attempt) => attempt.topUpId === topUp.id).map((attempt) => renderAttempt(attempt)),
    };
}
function renderAttempt(attempt) {
    return {
        attempt: attempt.attempt,
        outcome: attempt.outcome,
        code: attempt.code,
        message: attempt.message,
        started_at: formatTimestamp(attempt.startedAt),
        finished_at: formatTimestampOrNull(attempt.finishedAt),
    };
}
export function renderDecision(decision) {
    return {
        id: decision.id,
        wallet_id: decision.walletId,
        trigger: decision.trigger,
        rule_version: decision.ruleVersion,
        verdict: decision.verdict,
        code: decision.code,
        reason: decision.reason,
        available: formatDecimal(decision.available),
        posted: formatDecimal(decision.posted),
        held: formatDecimal(decision.held),
        required: decision.required ? formatDecimal(decision.required) : null,
        open_top_up_ids: decision.openTopUpIds,
        top_up_id: decision.topUpId ?? null,
        next_evaluation_at: formatTimestampOrNull(decision.nextEvaluationAt),
        occurrences: decision.occurrences,
        first_seen_at: formatTimestamp(decision.createdAt),
        last_seen_at: formatTimestamp(decision.lastSeenAt),
    };
}
//# sourceMappingURL=top-ups.dto.js.map