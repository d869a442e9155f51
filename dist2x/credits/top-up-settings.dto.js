var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
import * as openapi_import_1 from "./packs/credit-packs.dto.js";
import * as openapi from "@nestjs/swagger";
import { ApiProperty } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsInt, IsOptional, Max, Min, ValidateIf } from 'class-validator';
import { IsText } from '../http/fields/is-text.js';
import { Nested } from '../http/fields/nested.js';
import { PackDto } from './packs/credit-packs.dto.js';
const MIN_INT32 = -2_147_483_648;
const MAX_INT32 = 2_147_483_647;
const MAX_PACK_AMOUNT = 4_294_967_295;
/** Absent is fine, null is not. */
const ifPresent = ValidateIf((_dto, value) => value !== undefined);
/** The pack that is bought. Its `id` decides and is enough; whatever else is sent must be what the catalogue says. */
export class ChosenPackDto {
    id;
    name;
    /** Minor units of `currency_code`: 9900 is 99.00 USD. */
    price;
    currency_code;
    /** Credits in the pack. */
    pack_amount;
    /** Whole percent off the catalogue's unit price. Not compared: it changes with the other packs on sale. */
    discount;
    /** What the discount saves, minor units. Not compared either. */
    savings;
    static _OPENAPI_METADATA_FACTORY() {
        return { id: { required: true, type: () => String }, name: { required: false, type: () => String }, price: { required: false, type: () => Number, description: "Minor units of `currency_code`: 9900 is 99.00 USD.", minimum: MIN_INT32, maximum: MAX_INT32 }, currency_code: { required: false, type: () => String, enum: ['USD', 'EUR', 'GBP', ''] }, pack_amount: { required: false, type: () => Number, description: "Credits in the pack.", minimum: 0, maximum: MAX_PACK_AMOUNT }, discount: { required: false, type: () => Number, description: "Whole percent off the catalogue's unit price. Not compared: it changes with the other packs on sale." }, savings: { required: false, type: () => Number, description: "What the discount saves, minor units. Not compared either." } };
    }
}
__decorate([
    IsText({ min: 1, max: 100, description: 'A pack on sale.', example: 'pack_100' }),
    __metadata("design:type", String)
], ChosenPackDto.prototype, "id", void 0);
__decorate([
    ifPresent,
    IsText({ max: 50, example: '100 credits' }),
    __metadata("design:type", String)
], ChosenPackDto.prototype, "name", void 0);
__decorate([
    ApiProperty({ type: 'integer', minimum: MIN_INT32, maximum: MAX_INT32, required: false, example: 9900 }),
    ifPresent,
    Max(MAX_INT32),
    Min(MIN_INT32),
    IsInt(),
    __metadata("design:type", Number)
], ChosenPackDto.prototype, "price", void 0);
__decorate([
    ApiProperty({ enum: ['USD', 'EUR', 'GBP', ''], required: false, example: 'USD' }),
    ifPresent,
    IsIn(['USD', 'EUR', 'GBP', ''], { message: 'must be USD, EUR, GBP or empty' }),
    __metadata("design:type", String)
], ChosenPackDto.prototype, "currency_code", void 0);
__decorate([
    ApiProperty({
        type: 'integer',
        format: 'int64',
        minimum: 0,
        maximum: MAX_PACK_AMOUNT,
        required: false,
        example: 100,
    }),
    ifPresent,
    Max(MAX_PACK_AMOUNT),
    Min(0),
    IsInt(),
    __metadata("design:type", Number)
], ChosenPackDto.prototype, "pack_amount", void 0);
__decorate([
    ApiProperty({ type: 'integer', required: false, example: 10 }),
    ifPresent,
    IsInt(),
    __metadata("design:type", Number)
], ChosenPackDto.prototype, "discount", void 0);
__decorate([
    ApiProperty({ type: 'integer', format: 'int64', required: false, example: 1100 }),
    ifPresent,
    IsInt(),
    __metadata("design:type", Number)
], ChosenPackDto.prototype, "savings", void 0);
/** When to buy credits automatically, and which pack. */
export class ChangeTopUpSettingsDto {
    /** If true, buys the pack on the expiration date of purchased credits. */
    auto_top_up_on_expiration;
    /** If true, buys the pack when the balance is insufficient to perform a scan (a debit or a hold). */
    auto_top_up_on_insufficient;
    auto_top_up_credits_pack;
    static _OPENAPI_METADATA_FACTORY() {
        return { auto_top_up_on_expiration: { required: false, type: () => Boolean, description: "If true, buys the pack on the expiration date of purchased credits." }, auto_top_up_on_insufficient: { required: false, type: () => Boolean, description: "If true, buys the pack when the balance is insufficient to perform a scan (a debit or a hold)." }, auto_top_up_credits_pack: { required: false, type: () => ChosenPackDto, nullable: true } };
    }
}
__decorate([
    ApiProperty({ type: Boolean, required: false, example: true }),
    ifPresent,
    IsBoolean(),
    __metadata("design:type", Boolean)
], ChangeTopUpSettingsDto.prototype, "auto_top_up_on_expiration", void 0);
__decorate([
    ApiProperty({ type: Boolean, required: false, example: true }),
    ifPresent,
    IsBoolean(),
    __metadata("design:type", Boolean)
], ChangeTopUpSettingsDto.prototype, "auto_top_up_on_insufficient", void 0);
__decorate([
    ApiProperty({
        type: ChosenPackDto,
        required: false,
        nullable: true,
        example: { id: 'pack_100', price: 9900, currency_code: 'USD', pack_amount: 100 },
    }),
    IsOptional(),
    Nested(() => ChosenPackDto),
    __metadata("design:type", Object)
], ChangeTopUpSettingsDto.prototype, "auto_top_up_credits_pack", void 0);
/** Automatic top-up of an account. */
export class TopUpSettingsDto {
    /** Buys the pack on the expiration date of purchased credits. */
    auto_top_up_on_expiration;
    /** Buys the pack when the balance is insufficient to perform a scan (a debit or a hold). */
    auto_top_up_on_insufficient;
    /** The pack at the price that was agreed to, whatever the catalogue asks now. */
    auto_top_up_credits_pack;
    static _OPENAPI_METADATA_FACTORY() {
        return { auto_top_up_on_expiration: { required: true, type: () => Boolean, description: "Buys the pack on the expiration date of purchased credits." }, auto_top_up_on_insufficient: { required: true, type: () => Boolean, description: "Buys the pack when the balance is insufficient to perform a scan (a debit or a hold)." }, auto_top_up_credits_pack: { required: true, type: () => openapi_import_1.PackDto, nullable: true, description: "The pack at the price that was agreed to, whatever the catalogue asks now." } };
    }
}
__decorate([
    ApiProperty({ type: Boolean, example: true }),
    __metadata("design:type", Boolean)
], TopUpSettingsDto.prototype, "auto_top_up_on_expiration", void 0);
__decorate([
    ApiProperty({ type: Boolean, example: true }),
    __metadata("design:type", Boolean)
], TopUpSettingsDto.prototype, "auto_top_up_on_insufficient", void 0);
__decorate([
    ApiProperty({ type: PackDto, nullable: true }),
    __metadata("design:type", Object)
], TopUpSettingsDto.prototype, "auto_top_up_credits_pack", void 0);
//# sourceMappingURL=top-up-settings.dto.js.map