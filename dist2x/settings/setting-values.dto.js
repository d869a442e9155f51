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
import { IsBoolean, IsIn, IsInt, IsOptional, Matches, Max, Min } from 'class-validator';
import { IsCredits } from '../http/fields/is-credits.js';
import { Nested, NestedList } from '../http/fields/nested.js';
import { IgnoreUnknownFields } from '../http/validation.pipe.js';
/** `wallets`: how wallets behave. */
export class WalletsSettingDto {
    /** Lets `POST /v1/wallets/{id}/debit` take a balance below zero without limit, as Flexprice does. */
    manual_debit_overdraft = false;
    static _OPENAPI_METADATA_FACTORY() {
        return { manual_debit_overdraft: { required: true, type: () => Boolean, description: "Lets `POST /v1/wallets/{id}/debit` take a balance below zero without limit, as Flexprice does.", default: false } };
    }
}
__decorate([
    ApiProperty({ type: Boolean, default: false }),
    IsBoolean(),
    __metadata("design:type", Boolean)
], WalletsSettingDto.prototype, "manual_debit_overdraft", void 0);
/** `payments`: who takes the money. */
export class PaymentsSettingDto {
    /** `sandbox` moves no money; `none` means that nothing is charged and automatic top-ups credit at once. */
    provider;
    static _OPENAPI_METADATA_FACTORY() {
        return { provider: { required: true, description: "`sandbox` moves no money; `none` means that nothing is charged and automatic top-ups credit at once.", enum: ["none", "sandbox"], enum: ['sandbox', 'none'] } };
    }
}
__decorate([
    ApiProperty({ enum: ['sandbox', 'none'] }),
    IsIn(['sandbox', 'none']),
    __metadata("design:type", String)
], PaymentsSettingDto.prototype, "provider", void 0);
export class AlertThresholdDto {
    threshold;
    /** `below` matches a balance at or below the threshold, `above` one at or above it. */
    condition;
    static _OPENAPI_METADATA_FACTORY() {
        return { threshold: { required: true, type: () => Object }, condition: { required: true, description: "`below` matches a balance at or below the threshold, `above` one at or above it.", enum: ["above", "below"], enum: ['above', 'below'] } };
    }
}
__decorate([
    IsCredits({ sign: 'any', description: 'Credits.', example: '5' }),
    __metadata("design:type", Object)
], AlertThresholdDto.prototype, "threshold", void 0);
__decorate([
    ApiProperty({ enum: ['above', 'below'] }),
    IsIn(['above', 'below']),
    __metadata("design:type", String)
], AlertThresholdDto.prototype, "condition", void 0);
/** `wallet_balance_alert_config`: the alert settings of wallets that have none of their own. */
export class AlertsSettingDto {
    critical;
    warning;
    info;
    alert_enabled;
    static _OPENAPI_METADATA_FACTORY() {
        return { critical: { required: false, type: () => AlertThresholdDto, nullable: true }, warning: { required: false, type: () => AlertThresholdDto, nullable: true }, info: { required: false, type: () => AlertThresholdDto, nullable: true }, alert_enabled: { required: false, type: () => Boolean, nullable: true } };
    }
}
__decorate([
    IsOptional(),
    Nested(() => AlertThresholdDto),
    ApiProperty({ type: AlertThresholdDto, nullable: true, required: false }),
    __metadata("design:type", Object)
], AlertsSettingDto.prototype, "critical", void 0);
__decorate([
    IsOptional(),
    Nested(() => AlertThresholdDto),
    ApiProperty({ type: AlertThresholdDto, nullable: true, required: false }),
    __metadata("design:type", Object)
], AlertsSettingDto.prototype, "warning", void 0);
__decorate([
    IsOptional(),
    Nested(() => AlertThresholdDto),
    ApiProperty({ type: AlertThresholdDto, nullable: true, required: false }),
    __metadata("design:type", Object)
], AlertsSettingDto.prototype, "info", void 0);
__decorate([
    ApiProperty({ type: Boolean, default: false, required: false }),
    IsOptional(),
    IsBoolean(),
    __metadata("design:type", Object)
], AlertsSettingDto.prototype, "alert_enabled", void 0);
export class BonusDto {
    /** `flat`: that many credits. `percentage`: of the credits bought. */
    type;
    value;
    static _OPENAPI_METADATA_FACTORY() {
        return { type: { required: true, description: "`flat`: that many credits. `percentage`: of the credits bought.", enum: ["flat", "percentage"], enum: ['flat', 'percentage'] }, value: { required: true, type: () => Object } };
    }
}
__decorate([
    ApiProperty({ enum: ['flat', 'percentage'] }),
    IsIn(['flat', 'percentage']),
    __metadata("design:type", String)
], BonusDto.prototype, "type", void 0);
__decorate([
    IsCredits({ description: 'Credits, or percent.', example: '10' }),
    __metadata("design:type", Object)
], BonusDto.prototype, "value", void 0);
export class BonusSlabDto {
    threshold;
    operator;
    bonus;
    /** After how many units the bonus expires; never, if absent. */
    expiration_duration;
    expiration_duration_unit;
    static _OPENAPI_METADATA_FACTORY() {
        return { threshold: { required: true, type: () => Object }, operator: { required: true, enum: ["gte"], enum: ['gte'] }, bonus: { required: true, type: () => BonusDto }, expiration_duration: { required: false, type: () => Number, nullable: true, description: "After how many units the bonus expires; never, if absent.", minimum: 1, maximum: 10000 }, expiration_duration_unit: { required: false, nullable: true, enum: ["DAY", "WEEK", "MONTH", "YEAR"], enum: ['DAY', 'WEEK', 'MONTH', 'YEAR'] } };
    }
}
__decorate([
    IsCredits({ sign: 'not_negative', description: 'Credits bought, from which this slab counts.', example: '100' }),
    __metadata("design:type", Object)
], BonusSlabDto.prototype, "threshold", void 0);
__decorate([
    ApiProperty({ enum: ['gte'] }),
    IsIn(['gte']),
    __metadata("design:type", String)
], BonusSlabDto.prototype, "operator", void 0);
__decorate([
    ApiProperty({ type: BonusDto }),
    Nested(() => BonusDto),
    __metadata("design:type", BonusDto)
], BonusSlabDto.prototype, "bonus", void 0);
__decorate([
    ApiProperty({ type: 'integer', minimum: 1, nullable: true, required: false }),
    IsOptional(),
    Max(10_000),
    Min(1),
    IsInt(),
    __metadata("design:type", Object)
], BonusSlabDto.prototype, "expiration_duration", void 0);
__decorate([
    ApiProperty({ enum: ['DAY', 'WEEK', 'MONTH', 'YEAR'], nullable: true, required: false }),
    IsOptional(),
    IsIn(['DAY', 'WEEK', 'MONTH', 'YEAR']),
    __metadata("design:type", Object)
], BonusSlabDto.prototype, "expiration_duration_unit", void 0);
/** `bonus_credits_topup_config`: free credits on top of bought ones. The first slab that matches counts. */
export class BonusSettingDto {
    enabled = false;
    /** Strictly descending by threshold. */
    slabs = [];
    static _OPENAPI_METADATA_FACTORY() {
        return { enabled: { required: true, type: () => Boolean, default: false }, slabs: { required: true, type: () => [BonusSlabDto], description: "Strictly descending by threshold.", default: [] } };
    }
}
__decorate([
    ApiProperty({ type: Boolean, default: false }),
    IsBoolean(),
    __metadata("design:type", Boolean)
], BonusSettingDto.prototype, "enabled", void 0);
__decorate([
    ApiProperty({ type: [BonusSlabDto] }),
    NestedList(() => BonusSlabDto, 50),
    __metadata("design:type", Array)
], BonusSettingDto.prototype, "slabs", void 0);
/** `invoice_config`. Its other fields in Flexprice mean nothing here and are dropped. */
let InvoicesSettingDto = class InvoicesSettingDto {
    /** Credits an invoiced purchase at once and makes its invoice as a paid one. */
    auto_complete_purchased_credit_transaction = false;
    static _OPENAPI_METADATA_FACTORY() {
        return { auto_complete_purchased_credit_transaction: { required: true, type: () => Boolean, description: "Credits an invoiced purchase at once and makes its invoice as a paid one.", default: false } };
    }
};
__decorate([
    ApiProperty({ type: Boolean, default: false }),
    IsBoolean(),
    __metadata("design:type", Boolean)
], InvoicesSettingDto.prototype, "auto_complete_purchased_credit_transaction", void 0);
InvoicesSettingDto = __decorate([
    IgnoreUnknownFields()
], InvoicesSettingDto);
export { InvoicesSettingDto };
/** `credits`: the credits API. */
export class CreditsSettingDto {
    /** Currency of the accounts' credits wallets, ISO 4217. */
    currency = 'usd';
    /** Months after the last purchase, at which all purchased credits expire. */
    purchase_validity_months = 12;
    /** Months that promotional credits are good for. */
    promotional_validity_months = 1;
    static _OPENAPI_METADATA_FACTORY() {
        return { currency: { required: true, type: () => String, description: "Currency of the accounts' credits wallets, ISO 4217.", default: "usd", pattern: "^[a-z]{3}$" }, purchase_validity_months: { required: true, type: () => Number, description: "Months after the last purchase, at which all purchased credits expire.", default: 12, minimum: 1, maximum: 120 }, promotional_validity_months: { required: true, type: () => Number, description: "Months that promotional credits are good for.", default: 1, minimum: 1, maximum: 120 } };
    }
}
__decorate([
    ApiProperty({ type: String, default: 'usd' }),
    Matches(/^[a-z]{3}$/, { message: 'must be three lower-case letters' }),
    __metadata("design:type", String)
], CreditsSettingDto.prototype, "currency", void 0);
__decorate([
    ApiProperty({ type: 'integer', minimum: 1, maximum: 120, default: 12 }),
    Max(120),
    Min(1),
    IsInt(),
    __metadata("design:type", Number)
], CreditsSettingDto.prototype, "purchase_validity_months", void 0);
__decorate([
    ApiProperty({ type: 'integer', minimum: 1, maximum: 120, default: 1 }),
    Max(120),
    Min(1),
    IsInt(),
    __metadata("design:type", Number)
], CreditsSettingDto.prototype, "promotional_validity_months", void 0);
//# sourceMappingURL=setting-values.dto.js.map