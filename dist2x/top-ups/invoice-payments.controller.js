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
import * as openapi_import_1 from "../payments/invoices.dto.js";
import * as openapi from "@nestjs/swagger";
import { Body, Controller, Param, Put } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentCaller, RequireScope } from '../auth/caller.js';
import { ApiWalletsErrors } from '../http/errors/api-errors.decorator.js';
import { renderInvoice } from '../payments/render-invoice.js';
import { InvoicedTopUps } from './invoiced-top-ups.js';
import { InvoicePaymentRequest } from './top-ups.dto.js';
let InvoicePaymentsController = class InvoicePaymentsController {
    invoiced;
    constructor(invoiced) {
        this.invoiced = invoiced;
    }
    /** Records how the payment of an invoice stands; once it is paid, the pending top-up behind it is completed. */
    async updatePayment(caller, id, body) {
        const invoice = await this.invoiced.updatePayment(caller, id, {
            actorKeyId: caller.keyId,
            paymentStatus: body.payment_status,
            amount: body.amount ?? undefined,
        });
        return renderInvoice(invoice);
    }
};
__decorate([
    ApiOperation({ summary: "Update an invoice's payment status" }),
    Put(':id/payment'),
    RequireScope('wallets:write'),
    openapi.ApiResponse({ status: 200, type: openapi_import_1.InvoiceDto }),
    __param(0, CurrentCaller()),
    __param(1, Param('id')),
    __param(2, Body()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object, String, InvoicePaymentRequest]),
    __metadata("design:returntype", Promise)
], InvoicePaymentsController.prototype, "updatePayment", null);
InvoicePaymentsController = __decorate([
    ApiTags('Invoices'),
    ApiWalletsErrors('validation', 'invalid_operation', 'not_found'),
    Controller('v1/invoices'),
    __metadata("design:paramtypes", [InvoicedTopUps])
], InvoicePaymentsController);
export { InvoicePaymentsController };
//# sourceMappingURL=invoice-payments.controller.js.map