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
import { ApiProperty, ApiSchema } from '@nestjs/swagger';
/** The nested half of the envelope, which @flexprice/sdk 2.0.1 reads. */
class WalletsErrorDetailDto {
    /** The same sentence as `message` of the envelope. */
    message;
    /** Always null: internals stay inside. */
    internal_error;
    static _OPENAPI_METADATA_FACTORY() {
        return { message: { required: true, type: () => String, description: "The same sentence as `message` of the envelope." }, internal_error: { required: true, description: "Always null: internals stay inside." } };
    }
}
__decorate([
    ApiProperty({ type: String }),
    __metadata("design:type", String)
], WalletsErrorDetailDto.prototype, "message", void 0);
__decorate([
    ApiProperty({ type: String, nullable: true, example: null }),
    __metadata("design:type", void 0)
], WalletsErrorDetailDto.prototype, "internal_error", void 0);
/** Every error of the wallets API. Branch on `code` and the status; `message` is for people. */
let WalletsErrorDto = class WalletsErrorDto {
    /** Stable and machine readable. */
    code;
    /** What went wrong, for people. */
    message;
    /** The HTTP status. */
    http_status_code;
    /** Facts to branch on; absent when there are none. For `validation_error`: a sentence for each field. */
    details;
    /** Always false. */
    success;
    error;
    static _OPENAPI_METADATA_FACTORY() {
        return { code: { required: true, type: () => String, description: "Stable and machine readable." }, message: { required: true, type: () => String, description: "What went wrong, for people." }, http_status_code: { required: true, type: () => Number, description: "The HTTP status." }, details: { required: false, type: "object", additionalProperties: true, description: "Facts to branch on; absent when there are none. For `validation_error`: a sentence for each field." }, success: { required: true, type: () => Boolean, description: "Always false." }, error: { required: true, type: () => WalletsErrorDetailDto } };
    }
};
__decorate([
    ApiProperty({ type: String, example: 'not_found' }),
    __metadata("design:type", String)
], WalletsErrorDto.prototype, "code", void 0);
__decorate([
    ApiProperty({ type: String, example: 'wallet not found' }),
    __metadata("design:type", String)
], WalletsErrorDto.prototype, "message", void 0);
__decorate([
    ApiProperty({ type: 'integer', example: 404 }),
    __metadata("design:type", Number)
], WalletsErrorDto.prototype, "http_status_code", void 0);
__decorate([
    ApiProperty({ type: 'object', additionalProperties: true, selfRequired: false }),
    __metadata("design:type", Object)
], WalletsErrorDto.prototype, "details", void 0);
__decorate([
    ApiProperty({ type: Boolean, example: false }),
    __metadata("design:type", Boolean)
], WalletsErrorDto.prototype, "success", void 0);
__decorate([
    ApiProperty({ type: WalletsErrorDetailDto }),
    __metadata("design:type", WalletsErrorDetailDto)
], WalletsErrorDto.prototype, "error", void 0);
WalletsErrorDto = __decorate([
    ApiSchema({ name: 'WalletsError' })
], WalletsErrorDto);
export { WalletsErrorDto };
/** A 400 of the credits API: the sentences for each field, nested like the body. */
let CreditsFieldErrorsDto = class CreditsFieldErrorsDto {
    /** Errors that belong to no field. */
    non_field_errors;
    static _OPENAPI_METADATA_FACTORY() {
        return { non_field_errors: { required: false, type: () => [String], description: "Errors that belong to no field." } };
    }
};
__decorate([
    ApiProperty({ type: [String], required: false, example: ['The body is not valid JSON.'] }),
    __metadata("design:type", Array)
], CreditsFieldErrorsDto.prototype, "non_field_errors", void 0);
CreditsFieldErrorsDto = __decorate([
    ApiSchema({
        name: 'CreditsFieldErrors',
    })
], CreditsFieldErrorsDto);
export { CreditsFieldErrorsDto };
/** Any other error of the credits API. A 402 for missing credits adds `balance`, `required` and `top_up`. */
let CreditsDetailDto = class CreditsDetailDto {
    /** What went wrong. */
    detail;
    static _OPENAPI_METADATA_FACTORY() {
        return { detail: { required: true, type: () => String, description: "What went wrong." } };
    }
};
__decorate([
    ApiProperty({ type: String, example: 'Incorrect authentication credentials.' }),
    __metadata("design:type", String)
], CreditsDetailDto.prototype, "detail", void 0);
CreditsDetailDto = __decorate([
    ApiSchema({ name: 'CreditsError' })
], CreditsDetailDto);
export { CreditsDetailDto };
//# sourceMappingURL=errors.dto.js.map