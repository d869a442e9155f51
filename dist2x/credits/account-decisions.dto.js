var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
import * as openapi from "@nestjs/swagger";
import { ApiProperty } from '@nestjs/swagger';
import { CreditsPageDto } from '../http/credits-page.js';
import { formatTimestamp, formatTimestampOrNull } from '../shared/clock.js';
import { formatDecimal } from '../shared/decimal.js';
const TRIGGERS = {
    insufficient: 'auto_top_up_on_insufficient',
    expiration: 'auto_top_up_on_expiration',
    threshold: 'balance_threshold',
};
export class DecidedTopUpDto {
    /** @example 'topup_01KAHZ5Q7X0000000000000000' */
    id;
    /** @example 'succeeded' */
    status;
    /** What it costs, minor units of `currency_code`. */
    price;
    currency_code;
    /** Credits it buys. */
    credits;
    static _OPENAPI_METADATA_FACTORY() {
        return { id: { required: true, type: () => String, example: "topup_01KAHZ5Q7X0000000000000000" }, status: { required: true, type: () => String, example: "succeeded" }, price: { required: true, type: () => Number, description: "What it costs, minor units of `currency_code`." }, currency_code: { required: true, type: () => String }, credits: { required: true, type: () => String, description: "Credits it buys." } };
    }
}
__decorate([
    ApiProperty({ type: 'integer', example: 9900 }),
    __metadata("design:type", Number)
], DecidedTopUpDto.prototype, "price", void 0);
__decorate([
    ApiProperty({ enum: ['USD', 'EUR', 'GBP'], example: 'USD' }),
    __metadata("design:type", String)
], DecidedTopUpDto.prototype, "currency_code", void 0);
__decorate([
    ApiProperty({ type: String, example: '100' }),
    __metadata("design:type", String)
], DecidedTopUpDto.prototype, "credits", void 0);
/** Why credits were, or were not, bought automatically. The same answer again and again is one row that counts. */
export class AccountDecisionDto {
    /** @example 'decision_01KAHZ5Q7X0000000000000000' */
    id;
    /** The setting that it came from; `balance_threshold` is one that only the seller can set. */
    trigger;
    /** Whether a purchase was started. */
    bought;
    /** Stable, for programs: `insufficient`, `about_to_expire`, `cool_off`, `paused`, ...
     * @example 'insufficient' */
    code;
    /** The reason as a sentence.
     * @example 'Buys 100 credits because 3 were left and 5 were needed.' */
    reason;
    /** Credits that could be spent when it was decided.
     * @example '3' */
    available;
    /** Credits that were asked for, where a debit or hold was refused. */
    required;
    /** The purchase that was started, as it stands now. */
    top_up;
    /** When it is looked at again, where time alone can change the answer. */
    next_evaluation_at;
    /** How often this answer was given. */
    occurrences;
    first_seen_at;
    last_seen_at;
    static _OPENAPI_METADATA_FACTORY() {
        return { id: { required: true, type: () => String, example: "decision_01KAHZ5Q7X0000000000000000" }, trigger: { required: true, type: () => String, description: "The setting that it came from; `balance_threshold` is one that only the seller can set." }, bought: { required: true, type: () => Boolean, description: "Whether a purchase was started." }, code: { required: true, type: () => String, description: "Stable, for programs: `insufficient`, `about_to_expire`, `cool_off`, `paused`, ...", example: "insufficient" }, reason: { required: true, type: () => String, description: "The reason as a sentence.", example: "Buys 100 credits because 3 were left and 5 were needed." }, available: { required: true, type: () => String, description: "Credits that could be spent when it was decided.", example: "3" }, required: { required: true, type: () => String, nullable: true, description: "Credits that were asked for, where a debit or hold was refused." }, top_up: { required: true, type: () => DecidedTopUpDto, nullable: true, description: "The purchase that was started, as it stands now." }, next_evaluation_at: { required: true, type: () => String, nullable: true, description: "When it is looked at again, where time alone can change the answer." }, occurrences: { required: true, type: () => Number, description: "How often this answer was given." }, first_seen_at: { required: true, type: () => String }, last_seen_at: { required: true, type: () => String } };
    }
}
__decorate([
    ApiProperty({ enum: Object.values(TRIGGERS), example: 'auto_top_up_on_insufficient' }),
    __metadata("design:type", String)
], AccountDecisionDto.prototype, "trigger", void 0);
__decorate([
    ApiProperty({ type: Boolean, example: true }),
    __metadata("design:type", Boolean)
], AccountDecisionDto.prototype, "bought", void 0);
__decorate([
    ApiProperty({ type: String, nullable: true, example: '5' }),
    __metadata("design:type", Object)
], AccountDecisionDto.prototype, "required", void 0);
__decorate([
    ApiProperty({ type: DecidedTopUpDto, nullable: true }),
    __metadata("design:type", Object)
], AccountDecisionDto.prototype, "top_up", void 0);
__decorate([
    ApiProperty({ type: String, format: 'date-time', nullable: true, example: null }),
    __metadata("design:type", Object)
], AccountDecisionDto.prototype, "next_evaluation_at", void 0);
__decorate([
    ApiProperty({ type: 'integer', example: 1 }),
    __metadata("design:type", Number)
], AccountDecisionDto.prototype, "occurrences", void 0);
__decorate([
    ApiProperty({ type: String, format: 'date-time', example: '2026-01-01T00:00:00.123000Z' }),
    __metadata("design:type", String)
], AccountDecisionDto.prototype, "first_seen_at", void 0);
__decorate([
    ApiProperty({ type: String, format: 'date-time', example: '2026-01-01T00:00:00.123000Z' }),
    __metadata("design:type", String)
], AccountDecisionDto.prototype, "last_seen_at", void 0);
export class AccountDecisionPageDto extends CreditsPageDto {
    results;
    static _OPENAPI_METADATA_FACTORY() {
        return { results: { required: true, type: () => [AccountDecisionDto] } };
    }
}
export function renderAccountDecision(decision, topUp) {
    return {
        id: decision.id,
        trigger: TRIGGERS[decision.trigger],
        bought: decision.verdict === 'buy',
        code: decision.code,
        reason: sentence(decision.reason),
        available: formatDecimal(decision.available),
        required: decision.required ? formatDecimal(decision.required) : null,
        top_up: topUp
            ? {
                id: topUp.id,
                status: topUp.topUpStatus,
                price: topUp.priceMinor,
                currency_code: topUp.currency.toUpperCase(),
                credits: formatDecimal(topUp.credits),
            }
            : null,
        next_evaluation_at: formatTimestampOrNull(decision.nextEvaluationAt),
        occurrences: decision.occurrences,
        first_seen_at: formatTimestamp(decision.createdAt),
        last_seen_at: formatTimestamp(decision.lastSeenAt),
    };
}
function sentence(phrase) {
    return `${phrase.charAt(0).toUpperCase()}${phrase.slice(1)}.`;
}
//# sourceMappingURL=account-decisions.dto.js.map