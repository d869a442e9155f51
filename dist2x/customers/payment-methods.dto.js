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
import { IsText } from '../http/fields/is-text.js';
export class AddPaymentMethodDto {
    token;
    static _OPENAPI_METADATA_FACTORY() {
        return { token: { required: true, type: () => String } };
    }
}
__decorate([
    IsText({
        min: 1,
        max: 255,
        description: 'Token of the payment provider, never a card number. On the sandbox: pm_sandbox_approve, pm_sandbox_decline, ' +
            'pm_sandbox_decline_hard, pm_sandbox_hang, pm_sandbox_hang_before, pm_sandbox_requires_action, ' +
            'pm_sandbox_processing, pm_sandbox_error_once.',
        example: 'pm_sandbox_approve',
    }),
    __metadata("design:type", String)
], AddPaymentMethodDto.prototype, "token", void 0);
/** A card on file. */
export class PaymentMethodDto {
    /** @example 'pm_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB' */
    id;
    /** @example 'cust_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB' */
    customer_id;
    /** @example 'sandbox' */
    provider;
    /** @example 'visa' */
    brand;
    /**
     * The last four digits, all that is known of the card number.
     * @example '4242'
     */
    last4;
    /** @example 12 */
    expiry_month;
    /** @example 2034 */
    expiry_year;
    /**
     * The same for one card however often it is added.
     * @example '9f86d081884c7d65'
     */
    fingerprint;
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
        return { id: { required: true, type: () => String, example: "pm_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB" }, customer_id: { required: true, type: () => String, example: "cust_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB" }, provider: { required: true, type: () => String, example: "sandbox" }, brand: { required: true, type: () => String, example: "visa" }, last4: { required: true, type: () => String, description: "The last four digits, all that is known of the card number.", example: "4242" }, expiry_month: { required: true, type: () => Number, example: 12 }, expiry_year: { required: true, type: () => Number, example: 2034 }, fingerprint: { required: true, type: () => String, description: "The same for one card however often it is added.", example: "9f86d081884c7d65" }, tenant_id: { required: true, type: () => String }, environment_id: { required: true, type: () => String }, status: { required: true, type: () => String, example: "published" }, created_at: { required: true, type: () => String, example: "2026-01-01T00:00:00.123000Z" }, updated_at: { required: true, type: () => String }, created_by: { required: true, type: () => String }, updated_by: { required: true, type: () => String } };
    }
}
export class PaymentMethodListDto {
    items;
    pagination;
    static _OPENAPI_METADATA_FACTORY() {
        return { items: { required: true, type: () => [PaymentMethodDto] }, pagination: { required: true, type: () => openapi_import_1.Pagination } };
    }
}
//# sourceMappingURL=payment-methods.dto.js.map