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
import { ArrayMaxSize, IsArray, IsString, Length, ValidateIf } from 'class-validator';
import { IsText } from '../http/fields/is-text.js';
const MAX_COUPONS = 10;
/** A pack to be bought now, with the payment method on file. */
export class BuyPackDto {
    pack_id;
    /** Coupons to redeem. */
    coupon_ids;
    static _OPENAPI_METADATA_FACTORY() {
        return { pack_id: { required: true, type: () => String }, coupon_ids: { required: false, type: () => [String], description: "Coupons to redeem.", minLength: 1, maxLength: 100 } };
    }
}
__decorate([
    IsText({ min: 1, max: 100, description: 'A pack on sale.', example: 'pack_100' }),
    __metadata("design:type", String)
], BuyPackDto.prototype, "pack_id", void 0);
__decorate([
    ApiProperty({ type: [String], required: false, maxItems: MAX_COUPONS, example: [] }),
    ValidateIf((_dto, value) => value !== undefined),
    Length(1, 100, { each: true, message: 'must have items of 1 to 100 characters' }),
    IsString({ each: true, message: 'must be a list of strings' }),
    ArrayMaxSize(MAX_COUPONS, { message: `must have at most ${MAX_COUPONS} items` }),
    IsArray({ message: 'must be a list of strings' }),
    __metadata("design:type", Array)
], BuyPackDto.prototype, "coupon_ids", void 0);
export class TopUpStatusDto {
    /** @example 'topup_01KAHZ5Q7X0000000000000000' */
    id;
    /** @example 'unknown' */
    status;
    /** Where the payment is confirmed, when the card asks for authentication by its holder. */
    action_url;
    static _OPENAPI_METADATA_FACTORY() {
        return { id: { required: true, type: () => String, example: "topup_01KAHZ5Q7X0000000000000000" }, status: { required: true, type: () => String, example: "unknown" }, action_url: { required: false, type: () => String, description: "Where the payment is confirmed, when the card asks for authentication by its holder." } };
    }
}
__decorate([
    ApiProperty({ type: String, required: false }),
    __metadata("design:type", String)
], TopUpStatusDto.prototype, "action_url", void 0);
/** The provider has not said yet whether the payment went through. The credits come when it has; it is charged once. */
export class PendingPurchaseDto {
    /** @example 'The payment is not confirmed yet. The credits are added when it is.' */
    detail;
    top_up;
    static _OPENAPI_METADATA_FACTORY() {
        return { detail: { required: true, type: () => String, example: "The payment is not confirmed yet. The credits are added when it is." }, top_up: { required: true, type: () => TopUpStatusDto } };
    }
}
//# sourceMappingURL=pack-purchases.dto.js.map