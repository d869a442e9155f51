var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
var __param = (this && this.__param) || function (paramIndex, decorator) {
    return function (target, key) { decorator(target, key, paramIndex); }
};
import * as openapi_import_1 from "./payment-methods.dto.js";
import * as openapi from "@nestjs/swagger";
import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CurrentCaller, RequireScope } from '../auth/caller.js';
import { ApiWalletsErrors } from '../http/errors/api-errors.decorator.js';
import { formatTimestamp } from '../shared/clock.js';
import { AddPaymentMethodDto } from './payment-methods.dto.js';
import { PaymentMethodsService } from './payment-methods.service.js';
let PaymentMethodsController = class PaymentMethodsController {
    paymentMethods;
    constructor(paymentMethods) {
        this.paymentMethods = paymentMethods;
    }
    /** Puts a card on file, in place of the one that was. Top-ups are charged to it. */
    async add(caller, customerId, body) {
        return render(await this.paymentMethods.replace(caller, customerId, body.token));
    }
    /** The cards on file: one, or none. */
    async list(caller, customerId) {
        const items = (await this.paymentMethods.list(caller, customerId)).map(render);
        return { items, pagination: { total: items.length, limit: items.length, offset: items.length } };
    }
    /** Removes a card: nothing is charged to it any more. */
    async remove(caller, customerId, id) {
        await this.paymentMethods.remove(caller, customerId, id);
    }
};
__decorate([
    openapi.ApiOperation({ summary: "Puts a card on file, in place of the one that was. Top-ups are charged to it." }),
    Post(),
    RequireScope('customers:write'),
    ApiWalletsErrors('validation', 'invalid_operation', 'not_found', 'unavailable'),
    openapi.ApiResponse({ status: 201, type: openapi_import_1.PaymentMethodDto }),
    __param(0, CurrentCaller()),
    __param(1, Param('customer_id')),
    __param(2, Body()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object, String, AddPaymentMethodDto]),
    __metadata("design:returntype", Promise)
], PaymentMethodsController.prototype, "add", null);
__decorate([
    openapi.ApiOperation({ summary: "The cards on file: one, or none." }),
    Get(),
    RequireScope('customers:read'),
    ApiWalletsErrors('not_found'),
    openapi.ApiResponse({ status: 200, type: openapi_import_1.PaymentMethodListDto }),
    __param(0, CurrentCaller()),
    __param(1, Param('customer_id')),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object, String]),
    __metadata("design:returntype", Promise)
], PaymentMethodsController.prototype, "list", null);
__decorate([
    openapi.ApiOperation({ summary: "Removes a card: nothing is charged to it any more." }),
    Delete(':id'),
    HttpCode(204),
    RequireScope('customers:write'),
    ApiWalletsErrors('not_found'),
    openapi.ApiResponse({ status: 204 }),
    __param(0, CurrentCaller()),
    __param(1, Param('customer_id')),
    __param(2, Param('id')),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object, String, String]),
    __metadata("design:returntype", Promise)
], PaymentMethodsController.prototype, "remove", null);
PaymentMethodsController = __decorate([
    ApiTags('Payment methods'),
    Controller('v1/customers/:customer_id/payment-methods'),
    __metadata("design:paramtypes", [PaymentMethodsService])
], PaymentMethodsController);
export { PaymentMethodsController };
function render(method) {
    return {
        id: method.id,
        customer_id: method.customerId,
        provider: method.provider,
        brand: method.brand,
        last4: method.last4,
        expiry_month: method.expiryMonth,
        expiry_year: method.expiryYear,
        fingerprint: method.fingerprint,
        tenant_id: method.tenantId,
        environment_id: method.environmentId,
        status: method.status,
        created_at: formatTimestamp(method.createdAt),
        updated_at: formatTimestamp(method.updatedAt),
        created_by: method.createdBy,
        updated_by: method.updatedBy,
    };
}
//# sourceMappingURL=payment-methods.controller.js.map