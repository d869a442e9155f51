var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
import * as openapi_import_1 from "../../http/wallets-page.js";
import * as openapi from "@nestjs/swagger";
import { ApiProperty, OmitType, PartialType } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsInt, Matches, Max, Min, ValidateIf } from 'class-validator';
import { IsText } from '../../http/fields/is-text.js';
import { CreditsPageDto } from '../../http/credits-page.js';
import { formatTimestamp, formatTimestampOrNull } from '../../shared/clock.js';
import { PACK_CURRENCIES } from './credit-pack.entity.js';
import { discountOf } from './discount-of.js';
import { isOnSale } from './packs.service.js';
/** What one charge can be at most, eight digits: a pack is bought in one. */
const MAX_PRICE_MINOR = 99_999_999;
const MAX_PACK_AMOUNT = 4_294_967_295;
const PACK_ID = /^[\w.:-]{1,100}$/;
const ifPresent = ValidateIf((_dto, value) => value !== undefined);
/** A pack to be sold. */
export class CreateCreditPackDto {
    /** Your own id of the pack: letters, digits, `_`, `-`, `.` and `:`. Made by us when left out. Cannot be used again. */
    id;
    name;
    /** Minor units of `currency`: 24000 is 240.00 USD. */
    price_minor;
    /** ISO 4217, lower case. */
    currency;
    /** Credits in the pack. */
    pack_amount;
    static _OPENAPI_METADATA_FACTORY() {
        return { id: { required: false, type: () => String, description: "Your own id of the pack: letters, digits, `_`, `-`, `.` and `:`. Made by us when left out. Cannot be used again." }, name: { required: true, type: () => String }, price_minor: { required: true, type: () => Number, description: "Minor units of `currency`: 24000 is 240.00 USD.", minimum: 1, maximum: MAX_PRICE_MINOR }, currency: { required: true, description: "ISO 4217, lower case.", enum: ["usd", "eur", "gbp"], enum: PACK_CURRENCIES }, pack_amount: { required: true, type: () => Number, description: "Credits in the pack.", minimum: 1, maximum: MAX_PACK_AMOUNT } };
    }
}
__decorate([
    ApiProperty({ type: String, maxLength: 100, example: 'pack_250', required: false }),
    ifPresent,
    Matches(PACK_ID, { message: 'must be 1 to 100 letters, digits, _, -, . or :' }),
    __metadata("design:type", String)
], CreateCreditPackDto.prototype, "id", void 0);
__decorate([
    IsText({ min: 1, max: 50, description: 'What buyers see.', example: '250 credits' }),
    __metadata("design:type", String)
], CreateCreditPackDto.prototype, "name", void 0);
__decorate([
    ApiProperty({ type: 'integer', minimum: 1, maximum: MAX_PRICE_MINOR, example: 24000 }),
    Max(MAX_PRICE_MINOR),
    Min(1),
    IsInt(),
    __metadata("design:type", Number)
], CreateCreditPackDto.prototype, "price_minor", void 0);
__decorate([
    ApiProperty({ enum: PACK_CURRENCIES, example: 'usd' }),
    IsIn(PACK_CURRENCIES, { message: `must be one of ${PACK_CURRENCIES.join(', ')}` }),
    __metadata("design:type", String)
], CreateCreditPackDto.prototype, "currency", void 0);
__decorate([
    ApiProperty({ type: 'integer', format: 'int64', minimum: 1, maximum: MAX_PACK_AMOUNT, example: 250 }),
    Max(MAX_PACK_AMOUNT),
    Min(1),
    IsInt(),
    __metadata("design:type", Number)
], CreateCreditPackDto.prototype, "pack_amount", void 0);
/** What changes; what is left out stays. Accounts that agreed to the pack keep the price that they agreed to. */
export class UpdateCreditPackDto extends PartialType(OmitType(CreateCreditPackDto, ['id']), {
    skipNullProperties: false,
}) {
    /** False takes it off sale, true puts it back. */
    is_on_sale;
    static _OPENAPI_METADATA_FACTORY() {
        return { is_on_sale: { required: false, type: () => Boolean, description: "False takes it off sale, true puts it back." } };
    }
}
__decorate([
    ApiProperty({ type: Boolean, required: false, example: true }),
    ifPresent,
    IsBoolean(),
    __metadata("design:type", Boolean)
], UpdateCreditPackDto.prototype, "is_on_sale", void 0);
/** A pack, as its tenant sees it. */
export class CreditPackDto {
    /** @example 'pack_250' */
    id;
    /** @example '250 credits' */
    name;
    /** Minor units of `currency`. */
    price_minor;
    /** @example 'usd' */
    currency;
    /** Credits in the pack. */
    pack_amount;
    /** Whole percent off the catalogue's unit price: what a credit of the dearest pack on sale in the currency costs. */
    discount;
    /** What that saves, minor units. */
    savings;
    is_on_sale;
    withdrawn_at;
    tenant_id;
    environment_id;
    /** @example 'published' */
    status;
    /** @example '2026-01-01T00:00:00.123000Z' */
    created_at;
    updated_at;
    created_by;
    updated_by;
    static _OPENAPI_METADATA_FACTORY() {
        return { id: { required: true, type: () => String, example: "pack_250" }, name: { required: true, type: () => String, example: "250 credits" }, price_minor: { required: true, type: () => Number, description: "Minor units of `currency`." }, currency: { required: true, type: () => String, example: "usd" }, pack_amount: { required: true, type: () => Number, description: "Credits in the pack." }, discount: { required: true, type: () => Number, description: "Whole percent off the catalogue's unit price: what a credit of the dearest pack on sale in the currency costs." }, savings: { required: true, type: () => Number, description: "What that saves, minor units." }, is_on_sale: { required: true, type: () => Boolean }, withdrawn_at: { required: true, type: () => String, nullable: true }, tenant_id: { required: true, type: () => String }, environment_id: { required: true, type: () => String }, status: { required: true, type: () => String, example: "published" }, created_at: { required: true, type: () => String, example: "2026-01-01T00:00:00.123000Z" }, updated_at: { required: true, type: () => String }, created_by: { required: true, type: () => String }, updated_by: { required: true, type: () => String } };
    }
}
__decorate([
    ApiProperty({ type: 'integer', example: 24000 }),
    __metadata("design:type", Number)
], CreditPackDto.prototype, "price_minor", void 0);
__decorate([
    ApiProperty({ type: 'integer', format: 'int64', example: 250 }),
    __metadata("design:type", Number)
], CreditPackDto.prototype, "pack_amount", void 0);
__decorate([
    ApiProperty({ type: 'integer', example: 12 }),
    __metadata("design:type", Number)
], CreditPackDto.prototype, "discount", void 0);
__decorate([
    ApiProperty({ type: 'integer', format: 'int64', example: 3500 }),
    __metadata("design:type", Number)
], CreditPackDto.prototype, "savings", void 0);
export class CreditPackListDto {
    items;
    pagination;
    static _OPENAPI_METADATA_FACTORY() {
        return { items: { required: true, type: () => [CreditPackDto] }, pagination: { required: true, type: () => openapi_import_1.Pagination } };
    }
}
/** The pack object of the credits API. */
export class PackDto {
    /** @example 'pack_100' */
    id;
    /** @example '100 credits' */
    name;
    /** Minor units of `currency_code`: 9900 is 99.00 USD. */
    price;
    currency_code;
    /** Credits in the pack. */
    pack_amount;
    /** Whole percent off the catalogue's unit price: what a credit of the dearest pack on sale in the currency costs. */
    discount;
    /** What that saves, minor units. */
    savings;
    static _OPENAPI_METADATA_FACTORY() {
        return { id: { required: true, type: () => String, example: "pack_100" }, name: { required: true, type: () => String, example: "100 credits" }, price: { required: true, type: () => Number, description: "Minor units of `currency_code`: 9900 is 99.00 USD." }, currency_code: { required: true, type: () => String }, pack_amount: { required: true, type: () => Number, description: "Credits in the pack." }, discount: { required: true, type: () => Number, description: "Whole percent off the catalogue's unit price: what a credit of the dearest pack on sale in the currency costs." }, savings: { required: true, type: () => Number, description: "What that saves, minor units." } };
    }
}
__decorate([
    ApiProperty({ type: 'integer', example: 9900 }),
    __metadata("design:type", Number)
], PackDto.prototype, "price", void 0);
__decorate([
    ApiProperty({ enum: ['USD', 'EUR', 'GBP'], example: 'USD' }),
    __metadata("design:type", String)
], PackDto.prototype, "currency_code", void 0);
__decorate([
    ApiProperty({ type: 'integer', format: 'int64', example: 100 }),
    __metadata("design:type", Number)
], PackDto.prototype, "pack_amount", void 0);
__decorate([
    ApiProperty({ type: 'integer', example: 10 }),
    __metadata("design:type", Number)
], PackDto.prototype, "discount", void 0);
__decorate([
    ApiProperty({ type: 'integer', format: 'int64', example: 1100 }),
    __metadata("design:type", Number)
], PackDto.prototype, "savings", void 0);
export class PackPageDto extends CreditsPageDto {
    results;
    static _OPENAPI_METADATA_FACTORY() {
        return { results: { required: true, type: () => [PackDto] } };
    }
}
export function renderPack(pack, unitPrices) {
    const { discountPercent, savingsMinor } = discountOf(pack, unitPrices.get(pack.currency));
    return {
        id: pack.id,
        name: pack.name,
        price: pack.priceMinor,
        currency_code: pack.currency.toUpperCase(),
        pack_amount: pack.packAmount,
        discount: discountPercent,
        savings: savingsMinor,
    };
}
export function renderCreditPack(pack, unitPrices) {
    const { discountPercent, savingsMinor } = discountOf(pack, unitPrices.get(pack.currency));
    return {
        id: pack.id,
        name: pack.name,
        price_minor: pack.priceMinor,
        currency: pack.currency,
        pack_amount: pack.packAmount,
        discount: discountPercent,
        savings: savingsMinor,
        is_on_sale: isOnSale(pack),
        withdrawn_at: formatTimestampOrNull(pack.withdrawnAt),
        tenant_id: pack.tenantId,
        environment_id: pack.environmentId,
        status: pack.status,
        created_at: formatTimestamp(pack.createdAt),
        updated_at: formatTimestamp(pack.updatedAt),
        created_by: pack.createdBy,
        updated_by: pack.updatedBy,
    };
}
//# sourceMappingURL=credit-packs.dto.js.map