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
import { min, decimal, ZERO } from '../shared/decimal.js';
const MAX_CREDITS = 4_294_967_295;
const ROUND_DOWN = 0;
const ROUND_UP = 3;
const credits = { type: 'integer', format: 'int64', minimum: 0, maximum: MAX_CREDITS };
/** An account's credits: whole ones, parts of a credit are not shown (a debt is rounded up, everything else down). */
export class AccountCreditsDto {
    /** Free credits that can be spent, without those on hold. Spent before purchased ones. */
    promotional_credits;
    /** Bought credits that can be spent, without those on hold. */
    purchased_credits;
    /** Credits that were spent beyond what was there; the next purchase repays them first. */
    outstanding_credits;
    /** Free credits reserved by running scans. */
    on_hold_promotional;
    /** Bought credits reserved by running scans. */
    on_hold_purchased;
    /** The day (UTC) on which the first free credits expire; null when none do. */
    promotional_expiration_date;
    /** The day (UTC) on which bought credits expire; null when they do not. */
    purchased_expiration_date;
    /** What can be spent: promotional + purchased - outstanding. Below zero only in debt. */
    balance;
    static _OPENAPI_METADATA_FACTORY() {
        return { promotional_credits: { required: true, type: () => Number, description: "Free credits that can be spent, without those on hold. Spent before purchased ones." }, purchased_credits: { required: true, type: () => Number, description: "Bought credits that can be spent, without those on hold." }, outstanding_credits: { required: true, type: () => Number, description: "Credits that were spent beyond what was there; the next purchase repays them first." }, on_hold_promotional: { required: true, type: () => Number, description: "Free credits reserved by running scans." }, on_hold_purchased: { required: true, type: () => Number, description: "Bought credits reserved by running scans." }, promotional_expiration_date: { required: true, type: () => String, nullable: true, description: "The day (UTC) on which the first free credits expire; null when none do." }, purchased_expiration_date: { required: true, type: () => String, nullable: true, description: "The day (UTC) on which bought credits expire; null when they do not." }, balance: { required: true, type: () => Number, description: "What can be spent: promotional + purchased - outstanding. Below zero only in debt." } };
    }
}
__decorate([
    ApiProperty({ ...credits, example: 10 }),
    __metadata("design:type", Number)
], AccountCreditsDto.prototype, "promotional_credits", void 0);
__decorate([
    ApiProperty({ ...credits, example: 100 }),
    __metadata("design:type", Number)
], AccountCreditsDto.prototype, "purchased_credits", void 0);
__decorate([
    ApiProperty({ ...credits, example: 0 }),
    __metadata("design:type", Number)
], AccountCreditsDto.prototype, "outstanding_credits", void 0);
__decorate([
    ApiProperty({ ...credits, example: 0 }),
    __metadata("design:type", Number)
], AccountCreditsDto.prototype, "on_hold_promotional", void 0);
__decorate([
    ApiProperty({ ...credits, example: 0 }),
    __metadata("design:type", Number)
], AccountCreditsDto.prototype, "on_hold_purchased", void 0);
__decorate([
    ApiProperty({ type: String, format: 'date', nullable: true, example: '2027-02-09' }),
    __metadata("design:type", Object)
], AccountCreditsDto.prototype, "promotional_expiration_date", void 0);
__decorate([
    ApiProperty({ type: String, format: 'date', nullable: true, example: '2027-12-09' }),
    __metadata("design:type", Object)
], AccountCreditsDto.prototype, "purchased_expiration_date", void 0);
__decorate([
    ApiProperty({ type: 'integer', format: 'int64', example: 110 }),
    __metadata("design:type", Number)
], AccountCreditsDto.prototype, "balance", void 0);
export function renderAccountCredits(totals, debt) {
    const promotional = wholeCredits(totals ? totals.free.minus(totals.heldFree) : ZERO);
    const purchased = wholeCredits(totals ? totals.purchased.minus(totals.heldPurchased) : ZERO);
    const outstanding = wholeCredits(debt, ROUND_UP);
    return {
        promotional_credits: promotional,
        purchased_credits: purchased,
        outstanding_credits: outstanding,
        on_hold_promotional: wholeCredits(totals?.heldFree ?? ZERO),
        on_hold_purchased: wholeCredits(totals?.heldPurchased ?? ZERO),
        promotional_expiration_date: dayOf(totals?.freeExpiresAt ?? null),
        purchased_expiration_date: dayOf(totals?.purchasedExpiresAt ?? null),
        balance: promotional + purchased - outstanding,
    };
}
/** The contract's integers; more than fit are shown as the most that fit. */
function wholeCredits(value, rounding = ROUND_DOWN) {
    return Number(min(value, decimal(MAX_CREDITS)).round(0, rounding).toFixed());
}
function dayOf(instant) {
    return instant?.toISOString().slice(0, 10) ?? null;
}
//# sourceMappingURL=account-credits.dto.js.map